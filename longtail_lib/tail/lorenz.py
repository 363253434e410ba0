"""The Lorenz curve: which share of items holds which share of interactions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from longtail_lib.tail.gini import checked_counts

__all__ = ["lorenz", "top_share"]


def lorenz(counts: Any) -> tuple[np.ndarray, np.ndarray]:
    """Points of the Lorenz curve, from the least to the most popular item.

    Parameters
    ----------
    counts : array-like, shape (n_items,)
        One number for each item of the whole catalogue, zeros included.

    Returns
    -------
    x : ndarray, shape (n_items + 1,)
        Share of items, 0 to 1.
    y : ndarray, shape (n_items + 1,)
        Share of interactions that these items hold together, 0 to 1. Counts that are all zero
        give the diagonal, as all equal counts do.

    Raises
    ------
    ValueError
        Not one-dimensional, empty, negative or not finite.

    References
    ----------
    Lorenz, M. O. (1905). Methods of measuring the concentration of wealth. Publications of the
    American Statistical Association 9(70), 209-219.

    Examples
    --------
    >>> x, y = lorenz([6, 1, 1])
    >>> x.round(2).tolist(), y.round(2).tolist()
    ([0.0, 0.33, 0.67, 1.0], [0.0, 0.12, 0.25, 1.0])
    """
    values = np.sort(checked_counts(counts, "lorenz"))
    n = len(values)
    x = np.arange(n + 1) / n
    if values.sum() == 0:
        return x, x.copy()
    y = np.concatenate([[0.0], np.cumsum(values)])
    return x, y / y[-1]


def top_share(counts: Any, share: float = 0.2) -> float:
    """Share of all interactions that the most popular items hold.

    Parameters
    ----------
    counts : array-like, shape (n_items,)
    share : float
        Share of the catalogue that counts as most popular, above 0 and at most 1; rounded up to
        whole items.

    Returns
    -------
    float
        In [0, 1]; counts that are all zero give the share of items that was taken.

    Raises
    ------
    ValueError
        Bad counts, or a share outside (0, 1].

    Examples
    --------
    >>> top_share([1, 7, 1, 1, 0], share=0.2)
    0.7
    """
    values = np.sort(checked_counts(counts, "top_share"))[::-1]
    if not 0 < share <= 1:
        raise ValueError(f"top_share: share must lie above 0 and at most 1, got {share}")
    taken = math.ceil(round(share * len(values), 9))
    total = values.sum()
    return float(values[:taken].sum() / total) if total else taken / len(values)
