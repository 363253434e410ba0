"""Text ids that are stored as bytes, and what one very long id costs."""

import tracemalloc

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail_lib import Dataset, evaluate, prepare, split
from longtail_lib.models import EASE, ItemKNN, Popularity
from longtail_lib.models._stored_ids import restored_ids, stored_ids
from longtail_lib.preprocessing import _id_codes


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=20))
def test_bytes_give_the_text_back(texts):
    stored = stored_ids("user_ids", np.array(texts, dtype=object))
    assert all(not array.dtype.hasobject for array in stored.values())
    restored = restored_ids("user_ids", stored)
    assert restored.dtype == object
    assert restored.tolist() == texts


@pytest.mark.parametrize("ids", [np.arange(3), np.array(["a", "bb"])])
def test_other_ids_are_stored_as_they_are(ids):
    stored = stored_ids("item_ids", ids)
    assert list(stored) == ["item_ids"]
    assert restored_ids("item_ids", stored) is ids


@pytest.mark.parametrize(
    "changes",
    [
        {"ends": [1, 9]}, {"ends": [2, 1, 3]}, {"ends": [-1, 3]}, {"ends": [1, 2]},
        {"ends": [1.0, 3.0]}, {"ends": [[1, 3]]}, {"utf8": [1.0, 2.0, 3.0]},
        {"utf8": [0xFF, 0xFF, 0xFF]},
    ],
    ids=str,
)  # fmt: skip
def test_bytes_that_are_no_ids_are_refused(changes):
    stored = stored_ids("user_ids", np.array(["a", "bc"], dtype=object))
    for name, values in changes.items():
        array = np.array(values)
        stored[f"user_ids_{name}"] = array.astype(np.uint8) if array.max() > 9 else array
    with pytest.raises(ValueError, match=r"user_ids|utf-8"):
        restored_ids("user_ids", stored)


def log_of(users, items):
    rng = np.random.default_rng(0)
    rows = [(u, i) for u in users for i in rng.permutation(items)[:4]]
    frame = pl.DataFrame(rows, schema=["u", "i"], orient="row").with_row_index("t")
    return Dataset.from_frame(frame, user="u", item="i", timestamp="t")


@pytest.mark.parametrize("model", [Popularity(), ItemKNN(n_neighbors=5), EASE()])
def test_text_of_either_kind_gives_the_same_lists_and_numbers(model, tmp_path, monkeypatch):
    data = log_of([f"u{n}" for n in range(30)], [f"item {n}" * (n + 1) for n in range(12)])
    found = []
    for waste in (2**24, -(2**40)):
        monkeypatch.setattr(_id_codes, "_WASTE", waste)
        parts = split(prepare(data))
        assert {parts.user_ids.dtype.kind, parts.item_ids.dtype.kind} == {"U" if waste > 0 else "O"}
        fitted = model.fit(parts)
        users = ["u3", "u17", "u9"]
        items, scores = fitted.recommend(users, k=5)
        again = type(model).load(fitted.save(tmp_path / "model.npz"))
        assert again.recommend(np.array(users), k=5)[0].tolist() == items.tolist()
        assert again.user_ids_.dtype == parts.user_ids.dtype
        report = evaluate(again, parts, k=5)
        assert parts.item_rows(items[0]).tolist() == parts.item_rows(items[0].tolist()).tolist()
        with pytest.raises(KeyError, match="unknown user id 'nobody'"):
            fitted.recommend(["nobody"])
        with pytest.raises(TypeError, match="text such as 'u0', got numbers such as 3"):
            fitted.recommend([3])
        found.append((items.tolist(), scores.tolist(), report.to_frame().rows()))
    assert found[0] == found[1]


def test_one_very_long_id_costs_its_own_text(tmp_path):
    """Of fixed width, the users alone would take 1.2 GB."""
    long = "https://shop.example/?token=" + "x" * 100_000
    data = log_of([long, *(f"user{n}" for n in range(3_000))], list("abcdef"))
    tracemalloc.start()
    parts = split(prepare(data))
    model = Popularity().fit(parts)
    model = Popularity.load(model.save(tmp_path / "model.npz"))
    items, _ = model.recommend([long, "user7"], k=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(items) == 2
    assert peak < 20e6
    assert (tmp_path / "model.npz").stat().st_size < 1e6
