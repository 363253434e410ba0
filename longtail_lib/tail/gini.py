"""The Gini coefficient: how unequally counts are spread over items."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["checked_counts", "gini"]


def checked_counts(counts: Any, where: str) -> np.ndarray:
    """Return counts as a flat float64 array, or say what is wrong with them.

    Parameters
    ----------
    counts : array-like, shape (n_items,)
    where : str
        Name of the calling function, for the message.

    Raises
    ------
    ValueError
        Not one-dimensional, empty, negative or not finite.

    Examples
    --------
    >>> checked_counts([3, 0], "gini")
    array([3., 0.])
    """
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

    Returns
    -------
    float
        In [0, 1).

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
