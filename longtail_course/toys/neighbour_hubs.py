"""Hubs: items that are near neighbours of very many others, whatever those are about."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from longtail_lib.text._encoder import checked_vectors, unit_rows

__all__ = ["Hubness", "hubness"]

_BLOCK = 1024


class Hubness(NamedTuple):
    """How unevenly items turn up among the neighbours of others.

    Parameters
    ----------
    counts : ndarray of int64, shape (n_items,)
        In how many items' k nearest neighbours each item is; the mean is k.
    skewness : float
        Of these counts: near 0 without hubs.
    never : float
        Share of items that are nobody's neighbour, such as no list by similarity can show.
    """

    counts: np.ndarray
    skewness: float
    never: float


def hubness(vectors: np.ndarray, k: int = 10) -> Hubness:
    """Count in how many neighbour lists each item stands, by cosine.

    A few items close to the middle of all vectors enter many lists of neighbours, and many items
    enter none. To a recommender by text hubs are what popular items are to one by interactions.

    Parameters
    ----------
    vectors : ndarray, shape (n_items, d)
        Zero rows, items without a vector, are left out: they have no neighbours, and their count
        is 0 but not part of `skewness` and `never`.
    k : int
        Neighbours of each item, itself left out.

    Returns
    -------
    Hubness

    Raises
    ------
    ValueError
        k below 1, or not fewer than the items that have a vector.

    References
    ----------
    Radovanović, M., Nanopoulos, A., Ivanović, M. (2010). Hubs in space: popular nearest neighbors
    in high-dimensional data. Journal of Machine Learning Research 11, 2487-2531.

    Examples
    --------
    The first of four vectors is nearest to all others:

    >>> found = hubness(np.array([[1.0, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]), k=1)
    >>> found.counts.tolist(), found.never
    ([3, 1, 0, 0], 0.5)
    """
    rows = unit_rows(checked_vectors(vectors).astype(np.float32))
    there = np.flatnonzero(rows.any(axis=1))
    if not 1 <= k < len(there):
        raise ValueError(
            f"hubness: k must be at least 1 and less than the {len(there)} items that have a "
            f"vector, got {k}"
        )
    rows = rows[there]
    counts = np.zeros(len(rows), dtype=np.int64)
    for start in range(0, len(rows), _BLOCK):
        cosines = rows[start : start + _BLOCK] @ rows.T
        own = np.arange(len(cosines))
        cosines[own, start + own] = -np.inf
        nearest = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
        counts += np.bincount(nearest.ravel(), minlength=len(rows))
    spread = counts - counts.mean()
    deviation = spread.std()
    whole = np.zeros(len(vectors), dtype=np.int64)
    whole[there] = counts
    return Hubness(
        whole,
        float((spread**3).mean() / deviation**3) if deviation else 0.0,
        float((counts == 0).mean()),
    )
