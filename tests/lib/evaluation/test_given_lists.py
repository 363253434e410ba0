"""Lists made elsewhere measure what the model that made them does, whatever form they come in."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail_lib.evaluation import Report, compare, evaluate, pool_reports, rank_users
from longtail_lib.models import ItemKNN, Popularity
from longtail_lib.preprocessing import Split
from longtail_lib.testing import tiny_model, tiny_parts

PARTS = tiny_parts()
SAID_OF_LISTS = {"users", "catalogue", "seen items", "ties"}
SAID_OF_MODELS = {"fitted on", "users without history"}


def same_numbers(one: Report, other: Report) -> None:
    assert one.values.keys() == other.values.keys()
    for key, found in one.values.items():
        np.testing.assert_array_equal(found, other.values[key], err_msg=str(key))
    for key, numbers in one.per_user.items():
        np.testing.assert_array_equal(numbers, other.per_user[key])
    differing = {what for what in one.protocol if one.protocol[what] != other.protocol[what]}
    assert differing <= SAID_OF_LISTS
    # What a model has learned from, and what it falls back on, is not known of lists.
    assert other.protocol.keys() - one.protocol.keys() <= SAID_OF_MODELS


def own_lists(model, parts, k, part="test", seed=0):
    """A model's lists as a frame with ranks and scores, rows in any order."""
    users = np.flatnonzero(np.diff(getattr(parts, part).indptr))
    seen = [parts.train] if part == "validation" else [parts.train, parts.validation]
    lists = rank_users(model, parts, users, k=k, seen=seen, seed=seed)
    rows, places = np.nonzero(lists >= 0)
    columns = lists[rows, places]
    frame = pl.DataFrame(
        {
            "user_id": parts.user_ids[users[rows]],
            "item_id": parts.item_ids[columns],
            "rank": places + 1,
            "score": model.score(users)[rows, columns],
        }
    )
    return frame.sample(fraction=1, shuffle=True, seed=1)


@pytest.mark.parametrize("part", ["test", "validation"])
@pytest.mark.parametrize("by", ["rank", "score"])
def test_a_models_own_lists_give_its_report(by, part, make_random_split, scores_model):
    parts = make_random_split(60, 80, seed=1)
    # Few values, so that most of a list is ties.
    model = scores_model(np.random.default_rng(2).integers(0, 4, (60, 80)))
    frame = own_lists(model, parts, k=20, part=part, seed=5)
    other = {"rank": "score", "score": "rank"}[by]
    options = {"k": (3, 20), "part": part, "seed": 5, "resamples": 50}
    report = evaluate(model, parts, **options)
    same_numbers(evaluate(frame.drop(other), parts, **options), report)


@pytest.mark.parametrize("text", [False, True], ids=["numbers", "text"])
def test_every_form_is_measured_alike(text, make_random_split, make_split, scores_model):
    base = make_random_split(30, 40, seed=3)
    dense = [getattr(base, part).toarray() for part in ("train", "validation", "test")]
    ids = {"user_ids": [f"u{n:02}" for n in range(30)], "item_ids": [f"i{n:02}" for n in range(40)]}
    parts = make_split(*dense, **(ids if text else {}))
    model = scores_model(np.random.default_rng(4).permutation(1200).reshape(30, 40))
    frame = own_lists(model, parts, k=7)
    ordered = frame.sort("user_id", "rank").group_by("user_id", maintain_order=True)
    by_rank = {user: part["item_id"].to_numpy() for (user,), part in ordered}
    by_score = {
        user: dict(zip(part["item_id"], part["score"], strict=True)) for (user,), part in ordered
    }
    pandas = frame.to_pandas()
    forms = {
        "polars": frame,
        "lazy": frame.lazy(),
        "pandas": pandas,
        "categories": pandas.astype({"item_id": "category"}) if text else pandas,
        "pyarrow": frame.to_arrow(),
        "mapping": by_rank,
        "tuples": {user: tuple(items.tolist()) for user, items in by_rank.items()},
        "scores by item": by_score,
    }
    assert isinstance(forms["pandas"], pd.DataFrame)
    assert isinstance(forms["pyarrow"], pa.Table)
    report = evaluate(model, parts, k=(2, 7), resamples=20)
    assert report["Recall@7"].value > 0
    for form, lists in forms.items():
        found = evaluate(lists, parts, k=(2, 7), resamples=20, name=form)
        assert found.model == form
        same_numbers(found, report)


def test_what_recommend_gives_is_measured_as_the_model(shop):
    model = ItemKNN(n_neighbors=20).fit(shop)
    users = shop.user_ids[np.flatnonzero(np.diff(shop.validation.indptr))]
    items, scores = model.recommend(users, k=10)
    report = evaluate(model, shop, part="validation", resamples=20)
    served = dict(zip(users.tolist(), items, strict=True))
    same_numbers(evaluate(served, shop, part="validation", resamples=20), report)
    frame = pl.DataFrame(
        {
            "user_id": np.repeat(users, 10),
            "item_id": items.ravel(),
            "score": scores.ravel(),
        }
    )
    same_numbers(evaluate(frame, shop, part="validation", resamples=20), report)


def plain(lists, parts, k):
    """Recall, NDCG and coverage of lists of columns, from the definitions."""
    recalls, gains, shown = [], [], set()
    for row in range(parts.n_users):
        wanted = set(parts.test[row].indices.tolist())
        if wanted:
            items = lists.get(row, [])[:k]
            shown |= set(items)
            hits = [rank for rank, item in enumerate(items, 1) if item in wanted]
            ideal = sum(1 / np.log2(rank + 1) for rank in range(1, min(k, len(wanted)) + 1))
            recalls.append(len(hits) / len(wanted))
            gains.append(sum(1 / np.log2(rank + 1) for rank in hits) / ideal)
    return np.mean(recalls), np.mean(gains), len(shown) / parts.n_items


WORLD = Split.from_matrices(
    np.eye(5, 7),
    test=[
        [0, 1, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0, 1, 0],
        [1, 1, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 1],
    ],
)


@settings(max_examples=60)
@given(
    lists=st.dictionaries(
        st.integers(0, 4), st.lists(st.integers(0, 6), unique=True, max_size=7), min_size=1
    ),
    k=st.integers(1, 9),
)
def test_any_lists_equal_plain_python(lists, k):
    report = evaluate(lists, WORLD, k=k, metrics=["Recall", "NDCG", "Coverage"], resamples=2)
    found = [report[f"{name}@{k}"].value for name in ("Recall", "NDCG", "Coverage")]
    np.testing.assert_allclose(found, plain(lists, WORLD, k), atol=1e-12)
    assert report["Recall@" + str(k)].n == 4


def test_the_protocol_says_what_is_special():
    # User 1 has no list, user 2 a short one that holds two items of the user's own train part.
    lists = {0: ["e", "f", "d"], 2: ["a", "d"]}
    said = evaluate(lists, PARTS, k=3).protocol
    assert said["users"].startswith("3 of 3: those with a relevant item in test; 1 of them without")
    assert said["users"].endswith("and 1 with one of fewer than 3 items")
    assert said["catalogue"].startswith("6 items, ranked elsewhere")
    assert (
        "1 of 3 hold interactions of their user in train and validation, 2 in all"
        in (said["seen items"])
    )
    assert said["ties"] == "none, since ranks were given"
    # Only what is measured counts: at k=1 the second seen item is cut off.
    assert "1 in all" in evaluate(lists, PARTS, k=1).protocol["seen items"]
    model = evaluate(tiny_model(), PARTS, k=3).protocol
    scored = evaluate({0: {"e": 1.0}}, PARTS, k=3).protocol
    assert scored["ties"] == model["ties"] != said["ties"]
    assert "3 users, 6 items" in repr(evaluate(lists, PARTS, k=3))


def test_seen_items_keep_their_places():
    first = evaluate({0: ["e"], 1: ["c"], 2: ["b"]}, PARTS, k=2, metrics=["MRR"])
    behind = evaluate({0: ["a", "e"], 1: ["c"], 2: ["b"]}, PARTS, k=2, metrics=["MRR"])
    assert first["MRR@2"].value == 1
    assert behind["MRR@2"].value == pytest.approx((0.5 + 1 + 1) / 3)


def test_minus_infinity_leaves_an_item_out():
    lists = {0: {"e": -np.inf, "f": 1.0}, 1: {"c": 0.5}}
    without = {0: {"f": 1.0}, 1: {"c": 0.5}}
    same_numbers(evaluate(lists, PARTS, k=2), evaluate(without, PARTS, k=2))


def test_ranks_come_before_scores():
    frame = pl.DataFrame({"user_id": [0, 0], "item_id": ["e", "f"], "rank": [1, 2]})
    contrary = frame.with_columns(score=pl.Series([1.0, 2.0]))
    same_numbers(evaluate(contrary, PARTS, k=1), evaluate(frame, PARTS, k=1))
    assert evaluate(contrary.drop("rank"), PARTS, k=1)["HitRate@1"].value == 0
    assert evaluate(contrary, PARTS, k=1)["HitRate@1"].value == pytest.approx(1 / 3)


def test_lists_of_users_without_a_relevant_item_are_left_aside(make_split):
    parts = make_split(np.eye(3, 4), np.zeros((3, 4)), [[0, 1, 0, 0], [0] * 4, [0, 1, 0, 0]])
    lists = {0: [1], 1: [0], 2: [1]}
    report = evaluate(lists, parts, k=1)
    assert report["HitRate@1"] == (1, *report["HitRate@1"][1:3], 2)
    assert report["Coverage@1"].value == 0.25
    with pytest.raises(KeyError, match="unknown item id 9"):
        evaluate({**lists, 1: [9]}, parts, k=1)


def test_given_lists_are_compared_with_models_and_pooled():
    model = Popularity().fit(PARTS)
    reports = [
        evaluate(model, PARTS, k=2),
        evaluate({0: ["e", "a"], 1: ["c"]}, PARTS, k=2, name="served"),
    ]
    table = compare(reports, baseline="Popularity", metrics="HitRate@2")
    assert table["served", "overall", "HitRate@2"].difference == pytest.approx(
        2 / 3 - reports[0]["HitRate@2"].value
    )
    runs = [evaluate({0: [item]}, PARTS, k=2, name="runs") for item in "ae"]
    assert pool_reports(runs)["HitRate@2"].value == pytest.approx(1 / 6)
    assert Report.from_json(reports[1].to_json()).protocol == reports[1].protocol


def frame(users=(0, 0, 2), items=("e", "f", "b"), **columns):
    columns = columns or {"rank": [1, 2, 1]}
    return pl.DataFrame({"user_id": users, "item_id": items, **columns}, strict=False)


@pytest.mark.parametrize(
    ("lists", "error", "said"),
    [
        (frame().drop("rank"), ValueError, "no column 'rank', they have 'user_id', 'item_id'; na"),
        (frame().rename({"item_id": "sku"}), ValueError, "no column 'item_id', they have .*'sku'"),
        (frame().clear(), ValueError, "lists are empty"),
        ({}, ValueError, "lists are empty"),
        (
            frame(users=(0, 9, 8)),
            KeyError,
            r"in the lists, unknown user ids? 8.*2 of 3 .*leave out",
        ),
        (frame(items=("e", "x", "b")), KeyError, r"unknown item id 'x' \(1 of 3.*whole catalogue"),
        (frame(users=("0", "0", "2")), TypeError, "user ids .* numbers such as 0, got text"),
        (frame(users=(0, None, 2)), ValueError, r"'user_id' .* lacks an id in row 2 \(1 in all"),
        (frame(items=("e", "", "b")), ValueError, "'item_id' of the lists lacks an id in row 2"),
        (frame(users=(0.5, 0, 2)), TypeError, "'user_id' of the lists holds fractions"),
        (frame(items=("e", "e", "b")), ValueError, "user 0 holds item 'e' more than once .1 such"),
        (frame(rank=[0, 1, 0]), ValueError, "ranks of user 0 are 0, 1, expected 1, 2, 3"),
        (frame(rank=[1, 2, 2]), ValueError, "ranks of user 2 are 2, expected 1, 2, 3"),
        (frame(rank=[1, 3, 1]), ValueError, "ranks of user 0 are 1, 3"),
        (frame(rank=[1, 1, 1]), ValueError, "ranks of user 0 are 1, 1"),
        (frame(rank=[1, 1.5, 1]), ValueError, r"ranks of user 0 are 1, 1\.5"),
        (frame(rank=[1, None, 1]), ValueError, "rank of item 'f' for user 0 is missing .1 such"),
        (frame(rank=["1", "2", "1"]), TypeError, "'rank' of the lists is of type String, expected"),
        (frame(score=[1, np.nan, 1]), ValueError, "score of item 'f' for user 0 is missing"),
        ({0: "ef"}, TypeError, "list of user 0 is str, expected item ids, best first"),
        ({0: 3}, TypeError, "list of user 0 is int"),
        ({0: ["e"], 1: {"c": 1.0}}, TypeError, "some lists are mappings of item to score"),
        ({0: ["e", 3]}, TypeError, "must be all numbers or all text"),
        ({0: ["e", "e"]}, ValueError, "holds item 'e' more than once"),
        ({"0": ["e"]}, TypeError, "numbers such as 0, got text such as '0'"),
    ],
)
def test_what_is_wrong_with_lists_is_named(lists, error, said):
    with pytest.raises(error, match=said) as raised:
        evaluate(lists, PARTS, k=2)
    assert str(raised.value.args[0]).startswith("evaluate: ")


def test_lists_are_no_split_and_need_one():
    with pytest.raises(TypeError, match="evaluate takes a Split, got dict"):
        evaluate({0: ["e"]}, {})
