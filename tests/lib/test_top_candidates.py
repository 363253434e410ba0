"""Candidates for the k largest values, against sorting whole rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from longtail_lib._top_candidates import largest_stored_weights, set_maxima, top_candidates


@settings(max_examples=80)
@given(
    n=st.integers(1, 6),
    m=st.integers(1, 400),
    k=st.integers(1, 40),
    levels=st.sampled_from([1, 3, 0]),
    seed=st.integers(0, 10_000),
)
def test_the_k_first_of_each_row_are_among_the_candidates(n, m, k, levels, seed):
    rng = np.random.default_rng(seed)
    k = min(k, m)
    values = rng.standard_normal((n, m)).astype(np.float32)
    if levels:
        values = rng.integers(-levels, levels, (n, m)).astype(np.float32)
    values[rng.random((n, m)) < 0.2] = -np.inf
    places = rng.permuted(np.tile(np.arange(m), (n, 1)), axis=1)
    for precedence, first in (
        (None, np.tile(np.arange(m), (n, 1))),
        (lambda row, columns: places[row, columns], places),
    ):
        found = top_candidates(values, set_maxima(values, 4 * k), k, precedence=precedence)
        assert found.values.tolist() == values[found.rows, found.columns].tolist()
        assert found.counts.tolist() == np.bincount(found.rows, minlength=n).tolist()
        assert (np.diff(found.rows * m + found.columns) > 0).all()
        assert len(found.rows) <= n * (4 * k + 64)
        for row in range(n):
            best = np.lexsort((first[row], -values[row]))[:k]
            assert set(best) <= set(found.columns[found.rows == row])


def test_candidates_of_scores_without_ties_are_few():
    values = np.random.default_rng(0).standard_normal((50, 5_000)).astype(np.float32)
    found = top_candidates(values, set_maxima(values, 40), 10)
    assert found.counts.min() >= 10
    assert found.counts.mean() < 15


def test_values_below_the_least_are_left_out():
    values = np.array([[1.0, -np.inf, 2.0, -np.inf], [-np.inf] * 4])
    found = top_candidates(values, set_maxima(values, 4), 3, least=-10.0)
    assert found.columns.tolist() == [0, 2]
    assert found.counts.tolist() == [2, 0]


@pytest.mark.parametrize(("m", "least_sets"), [(5, 40), (41, 10), (1_000, 10), (700, 700)])
def test_every_column_is_in_one_set(m, least_sets):
    # A single one among zeros shows in exactly one maximum.
    maxima = set_maxima(np.eye(m), least_sets)
    assert (maxima.sum(axis=1) == 1).all()
    assert maxima.shape[1] >= min(m, least_sets)
    nan = np.zeros((1, m))
    nan[0, -1] = np.nan
    assert np.isnan(set_maxima(nan, least_sets)).sum() == 1


@settings(max_examples=80)
@given(
    n=st.integers(1, 6),
    m=st.integers(1, 80),
    k=st.integers(1, 40),
    levels=st.sampled_from([1, 3, 0]),
    seed=st.integers(0, 10_000),
)
def test_of_sparse_rows_the_largest_stay_and_equal_ones_by_column(n, m, k, levels, seed):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((n, m))
    if levels:
        values = rng.integers(-levels, levels + 1, (n, m)).astype(float)
    values[rng.random((n, m)) < 0.3] = 0
    matrix = csr_matrix(values)
    # Columns of a row in any order, as a product leaves them.
    for start, stop in zip(matrix.indptr, matrix.indptr[1:], strict=False):
        order = start + rng.permutation(stop - start)
        matrix.indices[start:stop] = matrix.indices[order]
        matrix.data[start:stop] = matrix.data[order]
    matrix.has_sorted_indices = False
    places = largest_stored_weights(matrix.data, matrix, k)
    assert (np.diff(places) > 0).all()
    rows = np.searchsorted(matrix.indptr, places, side="right") - 1
    for row in range(n):
        best = np.argsort(-values[row], kind="stable")[:k]
        assert set(matrix.indices[places[rows == row]]) == set(best[values[row][best] > 0])
