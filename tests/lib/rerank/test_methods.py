"""What all re-ranking methods promise, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from longtail_lib.rerank import calibrated, mmr, popularity_penalty, tail_quota, xquad
from tests.lib.rerank.conftest import draw

NAMES = ("xquad", "binary xquad", "calibrated", "mmr", "sparse mmr", "tail_quota", "penalty")


def call(name, d, k, weight, **changes):
    columns, scores = changes.pop("columns", d.columns), changes.pop("scores", d.scores)
    given = {
        "xquad": (xquad, {"tail": d.tail, "preference": d.preference, "weight": weight}),
        "binary xquad": (
            xquad,
            {
                "tail": d.tail,
                "preference": d.preference,
                "weight": weight,
                "variant": "binary",
            },
        ),
        "calibrated": (calibrated, {"groups": d.groups, "target": d.target, "weight": weight}),
        "mmr": (mmr, {"similarity": d.vectors, "weight": weight}),
        "sparse mmr": (
            mmr,
            {"similarity": csr_matrix(np.maximum(d.vectors @ d.vectors.T, 0)), "weight": weight},
        ),
        "tail_quota": (tail_quota, {"tail": d.tail, "share": weight}),
        "penalty": (popularity_penalty, {"popularity": d.popularity, "weight": weight}),
    }
    function, options = given[name]
    return function(columns, scores, k=k, **{**options, **changes})


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), weight=st.floats(0, 1), k=st.integers(1, 15))
def test_a_list_repeats_nothing_and_prefers_valid_candidates(name, seed, weight, k):
    d = draw(seed)
    positions = call(name, d, k, weight)
    assert positions.shape == (len(d.columns), k)
    assert positions.min() >= 0
    assert positions.max() < d.columns.shape[1]
    for row in d.rows:
        assert len(set(positions[row])) == k
        valid = np.isfinite(d.scores[row]).sum()
        assert (positions[row][:valid] < valid).all()


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_weight_zero_keeps_the_order(name, seed):
    positions = call(name, draw(seed), 15, 0.0)
    np.testing.assert_array_equal(positions, np.tile(np.arange(15), (6, 1)))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), weight=st.floats(0, 1), k=st.integers(1, 14))
def test_a_longer_list_begins_with_the_shorter_one(name, seed, weight, k):
    d = draw(seed)
    np.testing.assert_array_equal(call(name, d, 15, weight)[:, :k], call(name, d, k, weight))


@pytest.mark.parametrize("name", NAMES)
def test_scale_and_origin_of_the_scores_do_not_matter(name):
    d = draw(3)
    d.scores = (d.scores * 4).round() / 4
    moved = call(name, d, 10, 0.6, scores=8 * d.scores - 16)
    np.testing.assert_array_equal(moved, call(name, d, 10, 0.6))


@pytest.mark.parametrize("name", NAMES)
def test_users_do_not_see_each_other(name):
    d = draw(4, n=9)
    together = call(name, d, 8, 0.7)
    for row in d.rows:
        alone = call(
            name,
            d,
            8,
            0.7,
            columns=d.columns[[row]],
            scores=d.scores[[row]],
            **{
                key: getattr(d, key)[[row]]
                for key in {"xquad": ["preference"], "binary xquad": ["preference"]}.get(
                    name, ["target"] if name == "calibrated" else []
                )
            },
        )
        np.testing.assert_array_equal(alone[0], together[row])


@pytest.mark.parametrize("name", NAMES)
def test_a_weight_changes_the_order(name):
    """A method that returned its candidates untouched would pass all of the above but this."""
    assert (call(name, draw(5), 10, 0.9) != np.arange(10)).any()


@pytest.mark.parametrize("name", NAMES)
def test_no_users_give_no_lists(name):
    d = draw(0)
    empty = {"columns": d.columns[:0], "scores": d.scores[:0]}
    if "xquad" in name:
        empty["preference"] = d.preference[:0]
    if name == "calibrated":
        empty["target"] = d.target[:0]
    assert call(name, d, 3, 0.5, **empty).shape == (0, 3)


@pytest.mark.parametrize("name", NAMES)
class TestRefusals:
    def test_nan_scores(self, name):
        d = draw(0)
        d.scores[2, 4] = np.nan
        with pytest.raises(ValueError, match="row 2, place 4 is nan"):
            call(name, d, 5, 0.5)

    def test_infinite_scores(self, name):
        d = draw(0)
        d.scores[1, 0] = np.inf
        with pytest.raises(ValueError, match="row 1, place 0 is inf"):
            call(name, d, 5, 0.5)

    @pytest.mark.parametrize("k", [0, -3, 16])
    def test_k_out_of_range(self, name, k):
        with pytest.raises(ValueError, match=f"between 1 and the 15 candidates.*got {k}"):
            call(name, draw(0), k, 0.5)

    def test_k_that_is_no_integer(self, name):
        with pytest.raises(TypeError):
            call(name, draw(0), 2.5, 0.5)

    def test_shapes_that_differ(self, name):
        d = draw(0)
        with pytest.raises(ValueError, match="shape"):
            call(name, d, 5, 0.5, scores=d.scores[:, :-1])

    def test_unsorted_scores(self, name):
        d = draw(0)
        d.scores[1, 3] = 50
        with pytest.raises(ValueError, match="row 1 rises after place 2"):
            call(name, d, 5, 0.5)

    def test_source_ids_instead_of_columns(self, name):
        d = draw(0)
        with pytest.raises(TypeError, match="item_rows"):
            call(name, d, 5, 0.5, columns=d.columns.astype(str))

    def test_negative_columns(self, name):
        d = draw(0)
        d.columns[0, 0] = -1
        with pytest.raises(ValueError, match="start at 0"):
            call(name, d, 5, 0.5)

    @pytest.mark.parametrize("weight", [-0.1, 1.1, np.nan])
    def test_weights_out_of_range(self, name, weight):
        if name == "penalty" and weight > 1:
            assert call(name, draw(0), 5, weight).shape == (6, 5)
            return
        with pytest.raises(ValueError, match=r"(weight|share) must be"):
            call(name, draw(0), 5, weight)

    def test_arrays_of_another_catalogue(self, name):
        d = draw(0)
        key, value = {
            "xquad": ("tail", d.tail[:10]),
            "binary xquad": ("tail", d.tail[:10]),
            "calibrated": ("groups", d.groups[:10]),
            "mmr": ("similarity", d.vectors[:10]),
            "sparse mmr": ("similarity", csr_matrix(np.eye(10))),
            "tail_quota": ("tail", d.tail[:10]),
            "penalty": ("popularity", d.popularity[:10]),
        }[name]
        with pytest.raises(ValueError, match=f"{key} holds 10 items"):
            call(name, d, 5, 0.5, **{key: value})
