"""Duplicates: exact copies of an interaction, and repeated user-item pairs."""

from __future__ import annotations

import numpy as np

__all__ = ["KEEP", "order_by_pair", "repeated_rows"]

KEEP = ("last", "first", "highest")


def order_by_pair(users: np.ndarray, items: np.ndarray, n_items: int) -> np.ndarray:
    """Row numbers ordered by user, then item, then row.

    Parameters
    ----------
    users, items : ndarray of int, shape (n,)
        Codes from 0.
    n_items : int
        Every item code is below it.

    Returns
    -------
    ndarray of int64, shape (n,)

    Examples
    --------
    >>> order_by_pair(np.array([1, 0, 1]), np.array([0, 1, 0]), n_items=2)
    array([1, 0, 2])
    """
    n = len(users)
    key = users.astype(np.int64)
    key *= n_items
    key += items
    row_bits = max(int(n - 1).bit_length(), 1)
    if n and int(key.max()).bit_length() + row_bits <= 63:
        # Sorting values is several times as fast as argsort; the row rides in the low bits.
        key <<= row_bits
        key |= np.arange(n)
        key.sort()
        key &= (1 << row_bits) - 1
        return key
    return np.argsort(key, kind="stable")


def repeated_rows(
    users: np.ndarray,
    items: np.ndarray,
    n_items: int,
    *,
    keep: str,
    ratings: np.ndarray | None = None,
    times: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Find the rows to drop so that every user-item pair occurs once.

    Parameters
    ----------
    users, items : ndarray of int, shape (n,)
        Codes from 0.
    n_items : int
        Every item code is below it.
    keep : {"last", "first", "highest"}
        Which interaction of a pair stays: the latest, the earliest, or the one with the highest
        rating. Equal times are decided by the higher rating, equal ratings by the later time.
        Without timestamps the place in the log stands for the time.
    ratings : ndarray of float, shape (n,), or None
    times : ndarray of int64, shape (n,), or None

    Returns
    -------
    copies : ndarray of int64
        Rows that equal another row of the pair in rating and timestamp; one of each set of
        equals, the first in the log, is not among them (the last with ``keep="last"`` and no
        timestamps).
    repeated : ndarray of int64
        Rows that differ from the one that stays.

    Examples
    --------
    >>> copies, repeated = repeated_rows(
    ...     np.array([0, 0, 0]), np.array([0, 0, 0]), 1, keep="last", times=np.array([5, 9, 9])
    ... )
    >>> copies, repeated
    (array([2]), array([0]))
    """
    order = order_by_pair(users, items, n_items)
    same = _equal_to_next(users, items, order)
    inside = np.zeros(len(order), dtype=bool)
    inside[:-1] |= same
    inside[1:] |= same
    rows = order[inside]
    nothing = np.empty(0, dtype=np.int64)
    if not len(rows):
        return nothing, nothing

    # Only the rows of repeated pairs are looked at from here on; usually they are few.
    rating = np.zeros(len(rows)) if ratings is None else ratings[rows]
    time = np.zeros(len(rows), dtype=np.int64) if times is None else times[rows]
    pair = users[rows].astype(np.int64) * n_items + items[rows]
    by_content = np.lexsort((rows, rating, time, pair))
    content = [column[by_content] for column in (pair, time, rating)]
    copy = np.ones(len(rows), dtype=bool)
    copy[0] = False
    for column in content:
        copy[1:] &= column[1:] == column[:-1]
    if keep == "last" and times is None:
        # The place in the log stands for the time, so the last copy is the one to keep.
        copy = np.append(copy[1:], False)
    copies = np.sort(rows[by_content[copy]])

    left = by_content[~copy]
    rows, pair, time, rating = rows[left], pair[left], time[left], rating[left]
    place = np.zeros(len(rows), dtype=np.int64) if times is not None else rows
    if keep == "last":
        best_last = np.lexsort((rating, place, time, pair))
    elif keep == "first":
        best_last = np.lexsort((rating, -place, -time, pair))
    else:
        best_last = np.lexsort((place, time, rating, pair))
    ordered = pair[best_last]
    loses = np.append(ordered[:-1] == ordered[1:], False)
    return copies, np.sort(rows[best_last[loses]])


def _equal_to_next(users: np.ndarray, items: np.ndarray, order: np.ndarray) -> np.ndarray:
    sorted_users, sorted_items = users[order], items[order]
    return (sorted_users[1:] == sorted_users[:-1]) & (sorted_items[1:] == sorted_items[:-1])
