"""Repeated pairs: which interaction of a user and an item stays, or what they become."""

from __future__ import annotations

import numpy as np

from longtail_lib.preprocessing._preparation import Ledger

__all__ = ["DUPLICATES", "order_by_pair", "repeated_rows", "settle_repeats"]

_STAYS = {"last": "latest", "first": "earliest", "highest": "highest rated", "error": "only"}
_MERGED = {"sum": "summed", "mean": "averaged"}
DUPLICATES = (*list(_STAYS)[:3], *_MERGED, "keep", "error")


def settle_repeats(
    ledger: Ledger,
    users: np.ndarray,
    items: np.ndarray,
    n_items: int,
    ratings: np.ndarray | None,
    times: np.ndarray | None,
    duplicates: str,
    fields: str,
) -> np.ndarray | None:
    """Drop or merge repeated pairs; return the ratings, which merging changes."""
    if duplicates == "keep":
        return ratings
    rows = ledger.rows()
    copies, repeated = repeated_rows(
        users[rows],
        items[rows],
        n_items,
        keep=duplicates if duplicates in ("first", "highest") else "last",
        ratings=None if ratings is None else ratings[rows],
        times=None if times is None else times[rows],
    )
    if duplicates in _MERGED:
        merged = np.concatenate([copies, repeated])
        value = "ratings" if ratings is not None else "interactions"
        ratings = _merged_ratings(ledger, rows, merged, users, items, n_items, ratings, duplicates)
        ledger.drop(
            "repeated pairs",
            f"of each user and item the latest interaction stays, with all {value} "
            f"{_MERGED[duplicates] if value == 'ratings' else 'counted'} in its rating",
            rows[merged],
        )
        return ratings
    if duplicates == "error" and len(copies) + len(repeated):
        first = rows[min([*copies[:1], *repeated[:1]])]
        raise ValueError(
            f"{len(copies) + len(repeated):,} interactions repeat a user and item, such as row "
            f"{first}; choose which stays with duplicates='last', 'first' or 'highest', or what "
            "they become with 'sum' or 'mean'"
        )
    ledger.drop("exact duplicates", f"equal {fields}; one stays", rows[copies])
    ledger.drop(
        "repeated pairs",
        f"of each user and item the {_STAYS[duplicates]} interaction stays",
        rows[repeated],
    )
    return ratings


def _merged_ratings(
    ledger: Ledger,
    rows: np.ndarray,
    merged: np.ndarray,
    users: np.ndarray,
    items: np.ndarray,
    n_items: int,
    ratings: np.ndarray | None,
    how: str,
) -> np.ndarray:
    """Write the sum or mean of each pair into the row that stays."""
    order, again = order_by_pair(users[rows], items[rows], n_items)
    starts = np.flatnonzero(~again)
    counts = np.diff(starts, append=len(rows))
    result = np.ones(len(users)) if ratings is None else ratings.copy()
    if not len(merged):
        return result
    values = np.add.reduceat(result[rows[order]], starts)
    stays = np.ones(len(rows), dtype=bool)
    stays[merged] = False
    result[rows[order[stays[order]]]] = values / counts if how == "mean" else values
    ledger.note(int((counts > 1).sum()), "pairs of user and item with several interactions, merged")
    return result


def order_by_pair(
    users: np.ndarray, items: np.ndarray, n_items: int
) -> tuple[np.ndarray, np.ndarray]:
    """Order rows by user, then item, then place in the log."""
    n = len(users)
    key = users.astype(np.int64)
    key *= n_items
    key += items
    again = np.zeros(n, dtype=bool)
    row_bits = int(n).bit_length()
    if n and int(key.max()).bit_length() + row_bits <= 63:
        # Sorting values is several times as fast as argsort; the row rides in the low bits.
        key <<= row_bits
        key |= np.arange(n)
        key.sort()
        again[1:] = (key[1:] ^ key[:-1]) < (1 << row_bits)
        key &= (1 << row_bits) - 1
        return key, again
    order = np.argsort(key, kind="stable")
    key = key[order]
    again[1:] = key[1:] == key[:-1]
    return order, again


def repeated_rows(
    users: np.ndarray,
    items: np.ndarray,
    n_items: int,
    *,
    keep: str,
    ratings: np.ndarray | None = None,
    times: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Find the rows to drop so that every user-item pair occurs once: copies, and repeats."""
    order, again = order_by_pair(users, items, n_items)
    nothing = np.empty(0, dtype=np.int64)
    if not again.any():
        return nothing, nothing
    inside = again.copy()
    inside[:-1] |= again[1:]
    rows = order[inside]

    # Only the rows of repeated pairs are looked at from here on; usually they are few. They come
    # ordered by pair and row, and stable sorts keep equal rows in the order of the log.
    pair = np.cumsum(~again[inside])
    rating = np.zeros(len(rows)) if ratings is None else ratings[rows]
    if times is None:
        copy = _copies_without_times(pair, rating, last_stays=keep == "last")
        left = ~copy
        place = np.flatnonzero(left)
        order_of = {"last": (place,), "first": (-place,), "highest": (place, rating[left])}[keep]
        best_last = place[np.lexsort((*order_of, pair[left]))]
    else:
        time = times[rows]
        order_of = {
            "last": (rating, time),
            "first": (rating, -time),
            "highest": (time, rating),
        }[keep]
        by_worth = np.lexsort((*order_of, pair))
        same = pair[by_worth][1:] == pair[by_worth][:-1]
        for column in (time[by_worth], rating[by_worth]):
            same &= column[1:] == column[:-1]
        copy_by_worth = _all_but_one(same, keep == "last")
        copy = np.zeros(len(rows), dtype=bool)
        copy[by_worth[copy_by_worth]] = True
        best_last = by_worth[~copy_by_worth]
    loses = np.append(pair[best_last][:-1] == pair[best_last][1:], False)
    return np.sort(rows[copy]), np.sort(rows[best_last[loses]])


def _copies_without_times(pair: np.ndarray, rating: np.ndarray, last_stays: bool) -> np.ndarray:
    """Mark copies; where the place in the log stands for the time, the last may have to stay."""
    by_content = np.lexsort((rating, pair))
    same = (pair[by_content][1:] == pair[by_content][:-1]) & (
        rating[by_content][1:] == rating[by_content][:-1]
    )
    copy = np.zeros(len(pair), dtype=bool)
    copy[by_content[_all_but_one(same, last_stays)]] = True
    return copy


def _all_but_one(same_as_next: np.ndarray, last_stays: bool) -> np.ndarray:
    """Mark all of a run of copies but its last, or its first."""
    return np.append(same_as_next, False) if last_stays else np.append(False, same_as_next)
