"""A share of every recommended list for items without interactions."""

from __future__ import annotations

import numpy as np

__all__ = ["places_with_cold_share"]


def places_with_cold_share(
    scores: np.ndarray, cold: np.ndarray, share: float, masked: np.ndarray
) -> np.ndarray:
    """Rank items anew, so that the best cold ones have a place they do not fall below.

    The r-th best cold item comes no later than place ceil(r / share): among any first k
    candidates at least floor(k * share) are cold. A cold item that stands higher by its own score
    stays there, and the order among cold and among warm items is what it was.

    Parameters
    ----------
    scores : ndarray of float32, shape (n, n_items)
    cold : ndarray of bool, shape (n_items,)
    share : float
        In (0, 1].
    masked : ndarray of bool, shape (n, n_items)
        Seen items. They are no candidates, take no place and come last.

    Returns
    -------
    ndarray of float32, shape (n, n_items)
        Minus the new place, which is 1 for the best item. Equal scores are ordered by column.

    Examples
    --------
    >>> scores = np.array([[9, 8, 7, 2, 1]], dtype=np.float32)
    >>> cold = np.array([False, False, False, True, True])
    >>> places_with_cold_share(scores, cold, 0.5, np.zeros((1, 5), dtype=bool)).tolist()
    [[-1.0, -3.0, -5.0, -2.0, -4.0]]
    """
    places = np.empty(scores.shape, dtype=np.float32)
    for row, (own, seen) in enumerate(zip(scores, masked, strict=True)):
        order = np.argsort(-own, kind="stable")
        last, order = order[seen[order]], order[~seen[order]]
        is_cold = cold[order]
        # How many warm items stand before each cold one by score, and at most by share.
        before = np.cumsum(~is_cold)[is_cold]
        rank = np.arange(1, len(before) + 1)
        # The small push down keeps 3 / 0.3 from rounding up to 11.
        slot = np.ceil(rank / share - 1e-9).astype(np.int64) - rank
        ranked = np.insert(order[~is_cold], np.minimum(before, slot), order[is_cold])
        places[row, np.concatenate([ranked, last])] = -np.arange(1, len(own) + 1)
    return places
