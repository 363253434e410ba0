from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.preprocessing import PARTS, Split, hold_out_items, split
from longtail_lib.tail import cold_groups


def log(seed, n_users=30, n_items=25, n=400):
    rng = np.random.default_rng(seed)
    pairs = np.unique(rng.integers([n_users, n_items], size=(n, 2)), axis=0)
    frame = pl.DataFrame(
        {
            "user_id": pairs[:, 0],
            "item_id": pairs[:, 1],
            "rating": rng.integers(1, 6, len(pairs)).astype(float),
            "timestamp": rng.permutation(len(pairs)),
        }
    )
    items, users = (pl.DataFrame({f"{x}_id": range(40)}) for x in ("item", "user"))
    return Dataset(frame, items, users, DatasetCard(name="log"))


def triples(parts, part):
    """User, item, value and time of each interaction of a part."""
    matrix, times = getattr(parts, part).tocoo(), parts.times[part].tocoo()
    assert np.array_equal(matrix.col, times.col)
    return set(zip(matrix.row, matrix.col, matrix.data, times.data, strict=True))


@settings(max_examples=25)
@given(
    seed=st.integers(0, 99),
    share=st.floats(0.05, 0.6),
    how=st.sampled_from(["random", "leave-last-out"]),
)
def test_what_moves_and_what_stays(seed, share, how):
    before = split(log(seed), how=how, values="rating")
    after = hold_out_items(before, share, seed)
    warm_before = before.popularity > 0
    held = warm_before & after.cold
    users = np.flatnonzero(np.diff(after.train.indptr))
    assert held.sum() >= np.ceil(share * warm_before.sum() - 1e-9)
    everything = set().union(*(triples(before, part) for part in PARTS))
    chosen = {item for _, item, *_ in triples(after, "test")} & set(np.flatnonzero(held))
    for part in ("train", "validation"):
        kept = triples(after, part)
        assert kept == {one for one in triples(before, part) if not held[one[1]]}
    test = triples(after, "test")
    assert test == {
        one
        for one in everything
        if one[0] in users and (held[one[1]] or one in triples(before, "test"))
    }
    assert chosen
    assert not any(triples(after, a) & triples(after, b) for a, b in pairwise(PARTS))


def test_matrices_keep_the_form_that_models_rely_on():
    after = hold_out_items(split(log(1), how="random"), 0.3)
    for part in PARTS:
        matrix, times = getattr(after, part), after.times[part]
        assert matrix.dtype == np.float32
        assert times.dtype == np.int64
        assert matrix.indices.dtype == matrix.indptr.dtype == np.int32
        assert matrix.has_sorted_indices
        assert np.array_equal(matrix.indices, times.indices)


def test_the_seed_chooses_and_the_given_split_stays():
    parts = split(log(2), how="random")
    counts = {part: getattr(parts, part).nnz for part in PARTS}
    first, again, other = (hold_out_items(parts, 0.2, seed) for seed in (0, 0, 1))
    assert np.array_equal(first.cold, again.cold)
    assert not np.array_equal(first.cold, other.cold)
    assert counts == {part: getattr(parts, part).nnz for part in PARTS}
    assert first.parameters["held_out_items"] == 0.2
    assert first.parameters["how"] == "random"


def test_cold_tests_alone():
    after = hold_out_items(split(log(3), how="random"), 0.2, keep_warm_test=False)
    assert set(after.test.indices) <= set(np.flatnonzero(after.cold))
    both = hold_out_items(split(log(3), how="random"), 0.2)
    assert both.test[:, both.cold].nnz >= after.test.nnz
    assert after.test.nnz > 0


def test_without_times():
    train = csr_matrix(np.array([[1, 1, 0], [1, 0, 1]], dtype=np.float32))
    none = csr_matrix((2, 3), dtype=np.float32)
    parts = Split(train, none, none, np.arange(2), np.arange(3), None, None, "random")
    assert hold_out_items(parts, 0.3).times is None


def test_nothing_to_learn_from():
    with pytest.raises(ValueError, match=r"share=0.99 takes all 25 items .* take a smaller share"):
        hold_out_items(split(log(1), how="random"), 0.99)


def test_nobody_left_to_recommend_to():
    train = csr_matrix(np.eye(4, dtype=np.float32))
    none = csr_matrix((4, 4), dtype=np.float32)
    parts = Split(train, none, none, np.arange(4), np.arange(4), None, None, "random")
    with pytest.raises(ValueError, match="so test stays empty; take another share or seed"):
        hold_out_items(parts, 0.5)


def test_groups_tell_cold_from_warm():
    after = hold_out_items(split(log(4), how="random"), 0.25)
    groups = cold_groups(after.popularity)
    assert groups.names[-1] == "cold"
    assert np.array_equal(groups.mask("cold"), after.cold)
    assert groups.sizes.sum() == after.n_items
    with pytest.raises(ValueError, match=r"none is cold; make some with .*hold_out_items"):
        cold_groups([1, 2])
