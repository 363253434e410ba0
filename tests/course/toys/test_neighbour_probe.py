"""Neighbours against scikit-learn, shares by hand, intervals against SciPy."""

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix
from scipy.stats import binomtest
from sklearn.neighbors import NearestNeighbors

from longtail_course.toys import (
    RandomVectors,
    nearest_items,
    nearest_neighbours,
    neighbour_agreement,
    neighbour_probe,
    probe_table,
)
from longtail_course.toys.neighbour_probe import wilson_interval
from longtail_lib.text._encoder import unit_rows

VECTORS = unit_rows(np.random.default_rng(2).normal(size=(300, 6)))


@pytest.mark.parametrize("kind", [np.asarray, csr_matrix], ids=["dense", "sparse"])
@pytest.mark.parametrize("block", [2**22, 1000], ids=["one block", "many blocks"])
def test_neighbours_are_those_of_scikit_learn(kind, block, monkeypatch):
    monkeypatch.setattr(neighbour_probe, "_BLOCK", block)
    peer = NearestNeighbors(n_neighbors=2, metric="cosine").fit(VECTORS)
    wanted = peer.kneighbors(VECTORS, return_distance=False)[:, 1]
    np.testing.assert_array_equal(nearest_neighbours(kind(VECTORS)), wanted)
    rows = [5, 250, 7]
    np.testing.assert_array_equal(nearest_neighbours(kind(VECTORS), rows), wanted[rows])


def test_equal_neighbours_are_settled_by_place_not_by_rounding():
    nudged = np.array([[1.0, 0.0], [0.6, 0.8], [0.6, 0.8 + 1e-12], [0.0, 1.0]])
    assert nearest_neighbours(nudged, [0]).tolist() == [1]
    assert nearest_neighbours(nudged, [3]).tolist() == [1]


def test_share_by_hand_and_neighbours_come_from_the_whole_catalogue():
    # Neighbours: 0 -> 1, 1 -> 0, 2 -> 1, and item 3 has no vector.
    vectors = unit_rows(np.array([[1.0, 0.0], [1.0, 0.1], [0.5, 1.0], [0.0, 0.0]]))
    theme = ["sea", "sea", "stars", "sea"]
    assert neighbour_agreement(vectors, theme)[::3] == (0.5, 4)
    assert neighbour_agreement(vectors, theme, [True, False, False, False])[::3] == (1.0, 1)
    assert neighbour_agreement(vectors, theme, [False, False, True, True])[::3] == (0.0, 2)


def test_random_vectors_reach_what_chance_reaches():
    attribute = np.random.default_rng(1).integers(0, 4, 2000)
    vectors = RandomVectors(16, seed=3).encode([""] * 2000)
    found = neighbour_agreement(vectors, attribute)
    assert found.low < 0.25 < found.high


@pytest.mark.parametrize(("hits", "n"), [(0, 7), (3, 7), (7, 7), (480, 2000)])
def test_interval_is_that_of_scipy(hits, n):
    wanted = binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson_interval(hits, n) == pytest.approx((hits / n, wanted.low, wanted.high, n))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="one length"):
        neighbour_agreement(VECTORS, ["a"] * 299)
    with pytest.raises(ValueError, match="selects no item"):
        neighbour_agreement(VECTORS, ["a"] * 300, np.zeros(300, bool))
    with pytest.raises(ValueError, match="two rows"):
        nearest_neighbours(VECTORS[:1])


def test_table_holds_every_combination_and_pandas_gives_the_same():
    items = pl.DataFrame({"theme": [f"t{i % 5}" for i in range(300)], "kind": ["k"] * 300})
    groups = {"tail": np.arange(300) < 100, "head": np.arange(300) >= 200}
    table = probe_table({"a": VECTORS, "b": VECTORS}, items, ["theme", "kind"], groups)
    assert table.height == 8
    one = table.row(
        by_predicate=(pl.col("encoder") == "b")
        & (pl.col("attribute") == "theme")
        & (pl.col("group") == "head"),
        named=True,
    )
    wanted = neighbour_agreement(VECTORS, items["theme"], groups["head"])
    assert tuple(one.values())[3:] == wanted
    assert table.filter(pl.col("attribute") == "kind")["share"].to_list() == [1.0] * 4
    again = probe_table({"a": VECTORS, "b": VECTORS}, items.to_pandas(), ["theme", "kind"], groups)
    assert again.equals(table)
    with pytest.raises(KeyError, match="no column 'colour'"):
        probe_table({"a": VECTORS}, items, ["colour"], groups)


def test_an_item_without_vector_has_no_neighbour_to_show():
    items = pl.DataFrame({"title": ["a", "b", "c"]})
    vectors = {"x": np.array([[1.0, 0.0], [0.0, 0.0], [0.8, 0.6]])}
    assert nearest_items(vectors, items, 1, ["title"])["title"].to_list() == ["b", None]
    assert nearest_items(vectors, items, 0, ["title"])["title"].to_list() == ["a", "c"]
