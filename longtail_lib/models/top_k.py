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
    border = np.partition(values, m - k, axis=1)[:, m - k, None]
    rows, columns = np.nonzero(values >= border)
    counts = np.bincount(rows, minlength=n)
    candidates = values[rows, columns]
    if (counts == k).all():
        order = np.argsort(-candidates.reshape(n, k), axis=1, kind="stable")
        return np.take_along_axis(columns.reshape(n, k), order, axis=1)
    # Ties at the border leave some rows with more than k candidates. lexsort is stable and the
    # candidates of a row come in order of position, so equal values keep that order.
    order = np.lexsort((-candidates, rows))
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    return columns[order][starts[:, None] + np.arange(k)]
