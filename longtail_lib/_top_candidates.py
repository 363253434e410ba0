"""The few values of each row among which its k largest are, found without sorting rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

__all__ = [
    "Candidates",
    "largest_stored_weights",
    "largest_weights",
    "set_maxima",
    "top_candidates",
]

# Most columns that share one maximum.
_WIDTH = 32


class Candidates(NamedTuple):
    """Entries of a matrix, row by row and in each row by column."""

    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    counts: np.ndarray


def set_maxima(values: np.ndarray, least_sets: int) -> np.ndarray:
    """Maxima of disjoint sets of columns that together hold every column; NaN is passed on."""
    n, m = values.shape
    width = max(1, min(_WIDTH, m // least_sets))
    sets = m // width
    whole = sets * width
    # A set holds the columns b, b + sets, b + 2 sets, ...: neighbours, which often score alike,
    # fall into different ones, and maxima along this axis use the vector unit.
    maxima = values[:, :whole].reshape(n, width, sets).max(axis=1)
    return maxima if whole == m else np.concatenate([maxima, values[:, whole:]], axis=1)


def top_candidates(
    values: np.ndarray,
    maxima: np.ndarray,
    k: int,
    *,
    precedence: Callable[[int, np.ndarray], np.ndarray] | None = None,
    least: float = -np.inf,
) -> Candidates:
    """Return a few values of each row, among them its k largest.

    The k-th largest maximum of disjoint sets is a number that at least k values reach, close to
    the k-th of them. Where many are equal, many reach it; such rows are thinned out to k.
    """
    n, m = values.shape
    place = maxima.shape[1] - k
    bounds = np.maximum(np.partition(maxima, place, axis=1)[:, place], least)
    flat = np.flatnonzero(values >= bounds[:, None])
    if len(flat) > n * _crowd(k):
        flat = _thin_out(flat, values, k, precedence)
    rows = flat // m
    columns = flat - rows * m
    near = values.ravel()[flat] if values.flags.c_contiguous else values[rows, columns]
    return Candidates(rows, columns, near, np.bincount(rows, minlength=n))


def _crowd(k: int) -> int:
    """Candidates of a row from which on thinning out costs less than sorting."""
    return 4 * k + 64


def _thin_out(
    flat: np.ndarray,
    values: np.ndarray,
    k: int,
    precedence: Callable[[int, np.ndarray], np.ndarray] | None,
) -> np.ndarray:
    """Leave the k best candidates of each crowded row."""
    n, m = values.shape
    starts = np.searchsorted(flat, np.arange(n + 1) * m)
    kept = np.ones(len(flat), dtype=bool)
    for row in np.flatnonzero(np.diff(starts) > _crowd(k)):
        own = slice(starts[row], starts[row + 1])
        columns = flat[own] - row * m
        near = values[row].take(columns) if len(columns) < m else values[row]
        first = None if precedence is None else partial(_of_row, precedence, row, columns)
        kept[own] = _k_best(near, k, first)
    return flat[kept]


def _of_row(
    precedence: Callable[[int, np.ndarray], np.ndarray],
    row: int,
    columns: np.ndarray,
    places: np.ndarray,
) -> np.ndarray:
    """Precedence of some candidates of one row."""
    return precedence(row, columns[places])


def _k_best(
    values: np.ndarray, k: int, first: Callable[[np.ndarray], np.ndarray] | None
) -> np.ndarray:
    """Mark the k largest of more than k values; `first` orders places of equal ones."""
    border = np.partition(values, len(values) - k)[len(values) - k]
    marks = values >= border
    extra = np.count_nonzero(marks) - k
    if extra:
        level = np.flatnonzero(values == border)
        need = len(level) - extra
        if first is not None:
            level = level[np.argpartition(first(level), need - 1)]
        marks[level[need:]] = False
    return marks


def largest_weights(values: np.ndarray, k: int) -> np.ndarray:
    """Return the columns of the k largest weights of each row: what a pruned model keeps.

    Not for lists that a user sees: those come from `top_k`, whose ties favour no column. The
    result equals `np.argsort(-values, axis=1, kind="stable")[:, :k]`, also where values are equal,
    without sorting whole rows.
    """
    found = top_candidates(values, set_maxima(values, 8 * k), k)
    # lexsort is stable and the candidates of a row come in order of position, so equal values
    # keep that order.
    order = np.lexsort((-found.values, found.rows))
    starts = np.cumsum(found.counts) - found.counts
    return found.columns[order][starts[:, None] + np.arange(k)]


def largest_stored_weights(values: np.ndarray, matrix: csr_matrix, k: int) -> np.ndarray:
    """Return the places of the k largest positive weights of each row of a sparse matrix.

    `values`, shape (nnz,), are looked at instead of the matrix's own. Equal values are taken by
    column, however the columns of a row are ordered.
    """
    kept = values > 0
    columns = matrix.indices
    for row in np.flatnonzero(np.diff(matrix.indptr) > k):
        own = slice(matrix.indptr[row], matrix.indptr[row + 1])
        kept[own] &= _k_best(values[own], k, columns[own].take)
    return np.flatnonzero(kept)
