"""Vectors come back from a small file as they were, but for what a byte can hold."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from longtail_lib.datasets import load_dataset
from longtail_lib.models import ContentKNN, StoredVectors, item_vectors
from longtail_lib.preprocessing import Split
from longtail_lib.text import quantise_int8

WORDS = ["red", "blue", "old", "lamp", "boat", "map"]
RNG = np.random.default_rng(0)
TEXTS = [" ".join(RNG.choice(WORDS, 3)) for _ in range(19)]


@pytest.fixture
def parts():
    items = pl.DataFrame({"item_id": range(20), "text": [*TEXTS, None]})
    train = RNG.random((30, 20)) < 0.2
    return Split.from_matrices(train, item_ids=range(20), items=items, name="a shop")


def test_what_is_read_comes_back(parts, tmp_path):
    stored = StoredVectors.read_texts(parts, "words")
    again = StoredVectors.load(stored.save(tmp_path / "vectors.npz"))
    assert again.about == {"encoder": "words", "data": "a shop"}
    found, wanted = again.of(parts), item_vectors(parts, "words")
    # Half a step of 1/127 of the largest entry of each row.
    bound = abs(wanted).max(axis=1, keepdims=True) / 254 + 1e-6
    assert (abs(found - wanted) <= bound).all()
    assert not found[19].any()
    assert again.small.max_cosine_error == stored.small.max_cosine_error < 1e-3
    np.testing.assert_array_equal(again.small.codes, stored.small.codes)
    assert ContentKNN(found).fit(parts).score([0]).shape == (1, 20)


def test_fewer_dimensions_keep_what_varies(parts):
    few = StoredVectors.read_texts(parts, "words", dimensions=3)
    assert few.small.codes.shape == (20, 3)
    wanted = item_vectors(parts, "words")[:19].astype(float)
    centred = wanted - wanted.mean(axis=0)
    values = np.linalg.svd(centred, compute_uv=False) ** 2
    assert few.about["explained"] == pytest.approx(values[:3].sum() / values.sum(), abs=1e-3)
    assert "explained" not in StoredVectors.read_texts(parts, "words", dimensions=400).about


def test_a_catalogue_in_another_order_or_in_part(parts, tmp_path):
    stored = StoredVectors.read_texts(parts, "words")
    some = Split.from_matrices(np.eye(3), item_ids=[7, 2, 11])
    np.testing.assert_array_equal(stored.of(some), stored.of(parts)[some.item_ids])
    with pytest.raises(KeyError, match=r"1 of 2 items, such as 77, have no vector among the 20"):
        stored.of(Split.from_matrices(np.eye(2), item_ids=[3, 77]))


GOOD = {
    "header": np.array(json.dumps({"about": {"encoder": "e5"}, "max_cosine_error": 0.1})),
    "item_ids": np.arange(4),
    "codes": quantise_int8(RNG.normal(size=(4, 5))).codes,
    "scales": np.ones(4, np.float32),
}
SPOILT = {
    "no codes": ({"codes": None}, "codes"),
    "wide codes": ({"codes": np.ones((4, 5))}, "its codes are float64"),
    "too few ids": ({"item_ids": np.arange(3)}, "one id and one scale"),
    "ids that repeat": ({"item_ids": np.array([0, 1, 1, 2])}, "not ascending"),
    "no number": ({"scales": np.array([1, 1, np.nan, 1], np.float32)}, "finite"),
    "no JSON": ({"header": np.array("{")}, "holds no stored vectors"),
    "a list": ({"header": np.array("[]")}, "holds no stored vectors"),
    "objects": ({"item_ids": np.array([{}, 1, 2, 3], object)}, "allow_pickle=False"),
}


@pytest.mark.parametrize(("changes", "said"), SPOILT.values(), ids=SPOILT)
def test_another_file_is_refused_with_its_name(tmp_path, changes, said):
    path = tmp_path / "odd.npz"
    arrays = {name: value for name, value in (GOOD | changes).items() if value is not None}
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=said) as caught:
        StoredVectors.load(path)
    assert str(path) in str(caught.value)


def test_a_good_file_is_read_and_a_missing_one_told(tmp_path):
    np.savez(tmp_path / "good.npz", **GOOD)
    assert StoredVectors.load(tmp_path / "good.npz").about == {"encoder": "e5"}
    with pytest.raises(FileNotFoundError):
        StoredVectors.load(tmp_path / "gone.npz")


STORED = {
    "online-retail-e5": (384, "HEART T-LIGHT HOLDER"),
    "online-retail-mpnet": (512, "HEART T-LIGHT HOLDER"),
    "movietweetings-e5": (256, "Star Trek"),
}


@pytest.mark.parametrize("name", STORED)
def test_the_vectors_in_the_checkout_are_those_of_its_items(name):
    path = Path(__file__).parents[4] / "datasets" / "vectors" / f"{name}.npz"
    assert path.stat().st_size < 3e6
    stored, (dimensions, words) = StoredVectors.load(path), STORED[name]
    data, _, encoder = name.rpartition("-")
    assert (stored.about["data"], stored.about["encoder"]) == (data, encoder)
    items = load_dataset(data, quiet=True).items.sort("item_id")
    assert stored.small.codes.shape == (len(items), dimensions)
    assert stored.item_ids.tolist() == items["item_id"].to_list()
    # Names that share most of their words are nearer than items are in general.
    names, vectors = items["title"].to_list(), stored.small.restore()
    near = [place for place, one in enumerate(names) if words in one]
    assert len(near) > 3
    vectors -= vectors.mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    among = (vectors[near] @ vectors[near].T)[np.triu_indices(len(near), 1)]
    assert among.mean() > 0.3 + (vectors[near] @ vectors.T).mean()
