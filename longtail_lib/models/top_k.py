"""The k largest values of each row, equal values in order of position."""

from __future__ import annotations

import numpy as np

__all__ = ["top_k"]


def top_k(values: np.ndarray, k: int) -> np.ndarray:
    """Return the columns of the k largest values of each row, largest first.

    The result equals `np.argsort(-values, axis=1, kind="stable")[:, :k]`, also where values are
    equal, without sorting whole rows.

    Parameters
    ----------
    values : ndarray of float, shape (n, m)
        Without NaN; infinities are fine.
    k : int
        From 1 to m.

    Returns
    -------
    ndarray of int64, shape (n, k)

    Examples
    --------
    >>> import numpy as np
    >>> top_k(np.array([[0.5, 0.9, 0.5, 0.1], [1.0, 1.0, 1.0, 1.0]]), 2)
    array([[1, 0],
           [0, 1]])
    """
    n, m = values.shape
    candidates = values >= _lower_bound(values, k)
    rows, columns = np.divmod(np.flatnonzero(candidates), m)
    counts = np.bincount(rows, minlength=n)
    # Many equal values make many candidates; such rows are cheaper one by one.
    crowded = counts > 4 * k + 64
    if crowded.any():
        few = ~crowded[rows]
        rows, columns = rows[few], columns[few]
    # lexsort is stable and the candidates of a row come in order of position, so equal values
    # keep that order.
    order = np.lexsort((-values[rows, columns], rows))
    starts = np.cumsum(np.where(crowded, 0, counts)) - np.where(crowded, 0, counts)
    best = np.empty((n, k), dtype=np.int64)
    best[~crowded] = columns[order][starts[~crowded, None] + np.arange(k)]
    for row in np.flatnonzero(crowded):
        best[row] = _one_row(values[row], k)
    return best


def _lower_bound(values: np.ndarray, k: int) -> np.ndarray:
    """Return for each row a number that at least k of its values reach, close to the k-th.

    The k-th largest of the maxima of disjoint groups is such a number, and there are far fewer
    groups than values. Groups take every n-th column, so that neighbours in the catalogue, which
    often score alike, fall into different ones.
    """
    n, m = values.shape
    groups = 8 * k
    if m >= 4 * groups:
        depth = m // groups
        values = values[:, : depth * groups].reshape(n, depth, groups).max(axis=1)
    place = values.shape[1] - k
    return np.partition(values, place, axis=1)[:, place, None]


def _one_row(values: np.ndarray, k: int) -> np.ndarray:
    border = np.partition(values, len(values) - k)[len(values) - k]
    above = np.flatnonzero(values > border)
    level = np.flatnonzero(values == border)[: k - len(above)]
    return np.concatenate((above[np.argsort(-values[above], kind="stable")], level))
