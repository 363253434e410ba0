"""What do vectors know? How often an item and its nearest neighbour share an attribute."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import issparse

__all__ = ["Agreement", "nearest_neighbours", "neighbour_agreement", "wilson_interval"]

# Similarities held at a time: 32 MiB.
_BLOCK = 2**22


class Agreement(NamedTuple):
    """A share with its 95% interval.

    Parameters
    ----------
    value, low, high : float
        In [0, 1].
    n : int
        Items that were looked at.
    """

    value: float
    low: float
    high: float
    n: int

    def __repr__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}] n={self.n:,}"


def nearest_neighbours(vectors: Any, rows: Any = None) -> np.ndarray:
    """Return the most similar other row of each row, by dot product.

    Parameters
    ----------
    vectors : ndarray or csr_matrix, shape (n, d)
        Rows of length 1, so that the dot product is the cosine.
    rows : array of int, or None
        Whose neighbours are wanted; all if None. Neighbours come from all n rows.

    Returns
    -------
    ndarray of int64, shape (len(rows),)
        Of several equal neighbours the first. -1 for a zero row, which has no neighbour.

    Raises
    ------
    ValueError
        Fewer than two rows.

    Examples
    --------
    >>> nearest_neighbours(np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [0.0, 0.0]])).tolist()
    [2, 2, 1, -1]
    """
    n = vectors.shape[0]
    if n < 2:
        raise ValueError(f"nearest_neighbours needs at least two rows, got {n}")
    rows = np.arange(n) if rows is None else np.asarray(rows)
    found = np.empty(len(rows), dtype=np.int64)
    step = max(1, _BLOCK // n)
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        similar = vectors[block] @ vectors.T
        similar = similar.toarray() if issparse(similar) else np.array(similar)
        empty = similar[np.arange(len(block)), block] == 0
        similar[np.arange(len(block)), block] = -np.inf
        # Cosines that are equal in mathematics differ by rounding, and differently by machine.
        best = similar.round(9).argmax(axis=1)
        found[start : start + step] = np.where(empty, -1, best)
    return found


def neighbour_agreement(vectors: Any, attribute: Any, of: Any = None) -> Agreement:
    """Measure how often an item's nearest neighbour shares its attribute.

    An item without a neighbour (a zero vector) counts as not sharing: whoever has no vector for
    an item has no answer for it.

    Parameters
    ----------
    vectors : ndarray or csr_matrix, shape (n, d)
        Rows of length 1.
    attribute : array-like, shape (n,)
        One value for each item.
    of : array of bool, shape (n,), or None
        Items to look at, such as the tail; all if None. Neighbours come from the whole catalogue.

    Returns
    -------
    Agreement
        With Wilson's 95% interval. It takes items as independent; items that share a neighbour
        are not quite, so the interval is somewhat too narrow.

    Raises
    ------
    ValueError
        Lengths that differ, or no item to look at.

    Examples
    --------
    >>> vectors = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
    >>> neighbour_agreement(vectors, ["sea", "sea", "star"])
    0.67 [0.21, 0.94] n=3
    """
    attribute = np.asarray(attribute)
    rows = np.arange(len(attribute)) if of is None else np.flatnonzero(np.asarray(of))
    lengths = {vectors.shape[0], len(attribute), len(attribute if of is None else of)}
    if len(lengths) > 1:
        raise ValueError(
            f"neighbour_agreement: vectors, attribute and of must be of one length, got "
            f"{vectors.shape[0]}, {len(attribute)} and {'none' if of is None else len(of)}"
        )
    if not len(rows):
        raise ValueError("neighbour_agreement: `of` selects no item; check the group's name")
    neighbours = nearest_neighbours(vectors, rows)
    shared = (attribute[rows] == attribute[neighbours]) & (neighbours >= 0)
    return wilson_interval(int(shared.sum()), len(rows))


def wilson_interval(hits: int, n: int) -> Agreement:
    """Give a share of n yes-or-no answers its 95% interval.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22(158), 209-212.

    Examples
    --------
    >>> wilson_interval(0, 20)
    0.00 [0.00, 0.16] n=20
    """
    z2 = 1.959963984540054**2
    middle = (hits + z2 / 2) / (n + z2)
    reach = np.sqrt(z2 * (hits * (n - hits) / n + z2 / 4)) / (n + z2)
    return Agreement(hits / n, max(0.0, float(middle - reach)), min(1.0, float(middle + reach)), n)
