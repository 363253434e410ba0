"""The k largest values of each row, equal values in order of position."""

from __future__ import annotations

import numpy as np

from longtail_lib.models.top_candidates import set_maxima, top_candidates

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
    found = top_candidates(values, set_maxima(values, 8 * k), k)
    # lexsort is stable and the candidates of a row come in order of position, so equal values
    # keep that order.
    order = np.lexsort((-found.values, found.rows))
    starts = np.cumsum(found.counts) - found.counts
    return found.columns[order][starts[:, None] + np.arange(k)]
