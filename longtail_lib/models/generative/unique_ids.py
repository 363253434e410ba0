"""What makes ids unique: other last codes for items that would share one, and a last token."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

__all__ = ["last_tokens", "share_alone", "spread_last_code"]


def share_alone(codes: np.ndarray) -> float:
    """Return the share of items whose id no other item has.

    Parameters
    ----------
    codes : ndarray of int, shape (n, m)

    Examples
    --------
    >>> share_alone(np.array([[1, 2], [1, 2], [3, 0], [3, 1]]))
    0.5
    """
    _, place, counts = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    return float((counts[place.ravel()] == 1).mean())


def last_tokens(codes: np.ndarray, taken: np.ndarray | None = None) -> np.ndarray:
    """Number the items that share an id: 0, 1, 2 and so on, in their order.

    Parameters
    ----------
    codes : ndarray of int, shape (n, m)
    taken : ndarray of int, shape (k, m), or None
        Ids that were numbered before; numbers go on after theirs.

    Returns
    -------
    ndarray of int32, shape (n,)

    Examples
    --------
    >>> last_tokens(np.array([[1, 2], [3, 0], [1, 2]])).tolist()
    [0, 0, 1]
    >>> last_tokens(np.array([[1, 2]]), taken=np.array([[1, 2], [1, 2]])).tolist()
    [2]
    """
    before = 0 if taken is None else len(taken)
    both = np.asarray(codes) if taken is None else np.concatenate([taken, codes])
    if not len(both):
        return np.zeros(0, dtype=np.int32)
    _, group = np.unique(both, axis=0, return_inverse=True)
    group = group.ravel()
    order = np.argsort(group, kind="stable")
    counts = np.bincount(group)
    first = np.cumsum(counts) - counts
    numbers = np.empty(len(both), dtype=np.int32)
    numbers[order] = np.arange(len(both)) - first[group[order]]
    return numbers[before:]


def spread_last_code(codes: np.ndarray, residual: np.ndarray, book: np.ndarray) -> np.ndarray:
    """Give items that agree in all codes different last ones, at the least total error.

    Items with the same codes up to the last are assigned to the last codebook so that none is
    used twice among them (or as rarely as can be, where they outnumber it). Groups whose nearest
    codes differ anyway keep these.

    Parameters
    ----------
    codes : ndarray of int32, shape (n, levels)
    residual : ndarray of float32, shape (n, d)
        What is left before the last level.
    book : ndarray of float32, shape (codes, d)
        The last codebook.

    Returns
    -------
    ndarray of int32, shape (n, levels)

    Examples
    --------
    >>> codes = np.array([[4, 0], [4, 0]], dtype=np.int32)
    >>> spread_last_code(codes, np.float32([[0.1], [0.4]]), np.float32([[0], [1]])).tolist()
    [[4, 0], [4, 1]]
    """
    codes = codes.copy()
    _, group = np.unique(codes[:, :-1], axis=0, return_inverse=True)
    group = group.ravel()
    order = np.argsort(group, kind="stable")
    for rows in np.split(order, np.cumsum(np.bincount(group))[:-1]):
        if len(np.unique(codes[rows, -1])) == len(rows):
            continue
        errors = ((residual[rows][:, None] - book[None]) ** 2).sum(axis=2)
        rounds = -(-len(rows) // len(book))
        places, chosen = linear_sum_assignment(np.tile(errors, rounds))
        codes[rows[places], -1] = chosen % len(book)
    return codes
