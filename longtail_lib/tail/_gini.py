"""The Gini coefficient: how unequally counts are spread over items."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np

from longtail_lib._parameters import Interval, constrained

__all__ = ["checked_counts", "gini", "lorenz", "top_share"]


def checked_counts(counts: Any, where: str) -> np.ndarray:
    """Return counts as a flat float64 array, or say what is wrong with them."""
    values = np.asarray(counts, dtype=np.float64)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(
            f"{where}: counts must be one number for each item, got an array of shape "
            f"{values.shape}; pass for example Split.popularity"
        )
    wrong = ~np.isfinite(values) | (values < 0)
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"{where}: counts must be finite and not negative, got {values[place]} at item "
            f"{place}; count interactions before calling"
        )
    return values


def gini(counts: Any) -> float:
    r"""Gini coefficient of counts over items: 0 where all are equal, near 1 where one has all.

    With the counts in ascending order :math:`x_1 \le \dots \le x_n`,

    .. math:: G = \frac{\sum_{i=1}^{n} (2i - n - 1)\, x_i}{n \sum_i x_i},

    which is twice the area between the Lorenz curve and the diagonal. The largest possible value
    is 1 - 1/n. Counts that are all zero are all equal: 0.

    Parameters
    ----------
    counts : array-like, shape (n_items,)
        One number for each item of the whole catalogue, zeros included; leaving them out hides
        inequality.

    Raises
    ------
    ValueError
        Not one-dimensional, empty, negative or not finite.

    References
    ----------
    Gini, C. (1912). Variabilità e mutabilità. Bologna: Tipografia di Paolo Cuppini.

    Examples
    --------
    >>> gini([5, 5, 5, 5])
    0.0
    >>> gini([0, 0, 0, 8])
    0.75
    """
    values = np.sort(checked_counts(counts, "gini"))
    total = values.sum()
    if total == 0:
        return 0.0
    n = len(values)
    weights = 2.0 * np.arange(1, n + 1) - n - 1
    # The exact value is never negative; the sum may be, by one rounding error.
    return max(0.0, float(weights @ values / (n * total)))


def lorenz(counts: Any) -> tuple[np.ndarray, np.ndarray]:
    """Points of the Lorenz curve, from the least to the most popular item.

    Parameters
    ----------
    counts : array-like, shape (n_items,)
        As in `gini`.

    Returns
    -------
    x : ndarray, shape (n_items + 1,)
        Share of items, 0 to 1.
    y : ndarray, shape (n_items + 1,)
        Share of interactions that these items hold together, 0 to 1. Counts that are all zero
        give the diagonal, as all equal counts do.

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


@constrained(share=Interval(Real, 0, 1, closed="right"))
def top_share(counts: Any, share: float = 0.2) -> float:
    """Share of all interactions that the most popular items hold.

    Counts that are all zero give the share of items that was taken.

    Parameters
    ----------
    counts : array-like, shape (n_items,)
        As in `gini`.
    share : float
        Share of the catalogue that counts as most popular, above 0 and at most 1; rounded up to
        whole items.

    Examples
    --------
    >>> top_share([1, 7, 1, 1, 0], share=0.2)
    0.7
    """
    values = np.sort(checked_counts(counts, "top_share"))[::-1]
    taken = math.ceil(round(share * len(values), 9))
    total = values.sum()
    return float(values[:taken].sum() / total) if total else taken / len(values)
