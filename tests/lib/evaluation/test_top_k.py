from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from longtail_lib.ranking import id_keys, mask_seen, priorities, top_k, user_key


def brute_force(scores, k, seed=0):
    n, n_items = scores.shape
    first = priorities(
        user_key(id_keys(np.arange(n), seed))[:, None], id_keys(np.arange(n_items), seed)[None, :]
    )
    lists = np.full((n, min(k, n_items)), -1)
    for row in range(n):
        pairs = [
            (-float(scores[row, c]), int(first[row, c]), c)
            for c in range(n_items)
            if scores[row, c] > -np.inf
        ]
        best = [c for _, _, c in sorted(pairs)[:k]]
        lists[row, : len(best)] = best
    return lists


@settings(max_examples=60)
@given(
    n=st.integers(1, 8),
    n_items=st.integers(1, 300),
    k=st.integers(1, 60),
    levels=st.sampled_from([1, 2, 5, 0]),
    missing=st.sampled_from([0.0, 0.3, 0.99]),
    seed=st.integers(0, 10_000),
)
def test_equals_sorting_everything(n, n_items, k, levels, missing, seed):
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((n, n_items)).astype(np.float32)
    if levels:
        scores = rng.integers(-levels, levels, (n, n_items)).astype(np.float32)
        # Both zeros must count as equal.
        scores[scores == 0] *= rng.choice([-1, 1], np.count_nonzero(scores == 0))
    scores[rng.random((n, n_items)) < missing] = -np.inf
    lists = brute_force(scores, k, seed)
    np.testing.assert_array_equal(top_k(scores, k, seed=seed), lists)
    # One row takes a shorter way.
    keys = user_key(id_keys(np.arange(n), seed)), id_keys(np.arange(n_items), seed)
    for row in range(n):
        one = slice(row, row + 1)
        alone = top_k(scores[one], k, user_keys=keys[0][one], item_keys=keys[1])
        np.testing.assert_array_equal(alone, lists[one])


def test_large_catalogue_with_every_kind_of_row():
    rng = np.random.default_rng(1)
    scores = rng.standard_normal((6, 5_003)).astype(np.float32)
    scores[1] = 3
    scores[2] = np.sort(scores[2])
    scores[3, :4_990] = -np.inf
    scores[4] = np.where(rng.random(5_003) < 0.01, 1, 0)
    scores[5] = np.inf
    lists = brute_force(scores, 50)
    np.testing.assert_array_equal(top_k(scores, 50), lists)
    for row in range(6):
        keys = user_key(id_keys([row]))
        np.testing.assert_array_equal(
            top_k(scores[row : row + 1], 50, user_keys=keys)[0], lists[row]
        )


def test_blocks_do_not_matter(monkeypatch):
    scores = np.random.default_rng(2).integers(0, 4, (50, 700)).astype(np.float32)
    whole = top_k(scores, 10)
    # The package's attribute of that name is the function.
    module = import_module("longtail_lib.ranking")
    monkeypatch.setattr(module, "_CACHE_BYTES", 1)
    np.testing.assert_array_equal(top_k(scores, 10), whole)


def test_a_constant_row_is_a_uniform_draw():
    lists = top_k(np.ones((4_000, 100), dtype=np.float32), 5)
    counts = np.bincount(lists.ravel(), minlength=100)
    assert np.abs(counts - 200).max() < 5 * np.sqrt(200)
    assert all(len(set(row)) == 5 for row in lists.tolist())


@pytest.mark.parametrize("column", [0, 250, 1002])
def test_nan_is_found_and_named(column):
    scores = np.zeros((3, 1003), dtype=np.float32)
    scores[1, column] = np.nan
    with pytest.raises(ValueError, match=f"row 1, column {column} is NaN"):
        top_k(scores, 10)
    with pytest.raises(ValueError, match=f"row 0, column {column} is NaN"):
        top_k(scores[1:2], 10)


@pytest.mark.parametrize(
    ("scores", "k", "words"),
    [
        (np.zeros((2, 3)), 1, "float32 matrix"),
        (np.zeros(3, dtype=np.float32), 1, "float32 matrix"),
        ([[0.0]], 1, "float32 matrix"),
        (np.zeros((2, 3), dtype=np.float32), 0, "k must be at least 1"),
    ],
)
def test_refuses_bad_input(scores, k, words):
    with pytest.raises(ValueError, match=words):
        top_k(scores, k)


def test_does_not_change_its_input_and_takes_views():
    scores = np.random.default_rng(3).standard_normal((90, 40)).astype(np.float32)
    view = scores.T
    before = scores.copy()
    np.testing.assert_array_equal(top_k(view, 7), top_k(np.ascontiguousarray(view), 7))
    np.testing.assert_array_equal(scores, before)


def test_mask_seen_writes_where_interactions_are():
    rng = np.random.default_rng(4)
    dense = rng.random((9, 30)) < 0.2
    dense[5] = False
    rows = np.array([8, 0, 5, 2])
    scores = rng.standard_normal((4, 30)).astype(np.float32)
    expected = np.where(dense[rows], -np.inf, scores)
    mask_seen(scores, csr_matrix(dense), rows)
    np.testing.assert_array_equal(scores, expected.astype(np.float32))
