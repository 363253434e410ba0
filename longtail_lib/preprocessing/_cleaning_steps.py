"""Duplicates: exact copies of an interaction, and repeated user-item pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from longtail_lib.data import Dataset

__all__ = ["KEEP", "bot_users", "check_columns", "k_core", "order_by_pair", "repeated_rows"]


KEEP = ("last", "first", "highest")


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
    """Find the rows to drop so that every user-item pair occurs once."""
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
        copy_by_worth = np.append(False, pair[by_worth][1:] == pair[by_worth][:-1])
        for column in (time[by_worth], rating[by_worth]):
            copy_by_worth[1:] &= column[1:] == column[:-1]
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
    copy[by_content[np.append(same, False) if last_stays else np.append(False, same)]] = True
    return copy


_DAY = 86_400


def bot_users(users: np.ndarray, times: np.ndarray, n_users: int, most_per_day: int) -> np.ndarray:
    """Say which users have more than `most_per_day` interactions on any one UTC day."""
    suspects = np.bincount(users, minlength=n_users) > most_per_day
    rows = np.flatnonzero(suspects[users])
    user, day = users[rows], np.floor_divide(times[rows], _DAY)
    order = np.lexsort((day, user))
    user, day = user[order], day[order]
    # Sorted by user and day, a run is too long where the row `most_per_day` further on is in it.
    later = slice(most_per_day, None)
    earlier = slice(0, max(len(user) - most_per_day, 0))
    too_many = (user[later] == user[earlier]) & (day[later] == day[earlier])
    bots = np.zeros(n_users, dtype=bool)
    bots[user[later][too_many]] = True
    return bots


def k_core(
    users: np.ndarray, items: np.ndarray, min_user: int, min_item: int
) -> tuple[np.ndarray, int]:
    """Drop users and items with too few interactions until none is left to drop."""
    kept = np.ones(len(users), dtype=bool)
    user_counts, item_counts = np.bincount(users), np.bincount(items)
    passes = 0
    while True:
        weak_user = (user_counts > 0) & (user_counts < min_user)
        weak_item = (item_counts > 0) & (item_counts < min_item)
        if not weak_user.any() and not weak_item.any():
            return kept, passes
        passes += 1
        gone = np.flatnonzero(kept & (weak_user[users] | weak_item[items]))
        kept[gone] = False
        user_counts -= np.bincount(users[gone], minlength=len(user_counts))
        item_counts -= np.bincount(items[gone], minlength=len(item_counts))


def check_columns(data: Dataset, given: Mapping[str, Any]) -> None:
    """Refuse steps that need what this dataset does not have."""
    on_ratings = [name for name in ("rating_range", "min_rating") if given[name] is not None]
    if getattr(data.preparation, "normalised", None) and on_ratings:
        raise ValueError(
            f"{on_ratings[0]} cannot be applied: the ratings of '{data.card.name}' are already "
            f"normalised by {data.preparation.normalised!r}; apply it before, or in the same call"
        )
    if given["normalise"] is not None:
        on_ratings.append("normalise")
    if given["duplicates"] == "highest":
        on_ratings.append("duplicates='highest'")
    if on_ratings and not data.has_ratings:
        raise ValueError(f"{on_ratings[0]} needs a column 'rating', which the log does not have")
    if given["max_user_interactions_per_day"] is not None and not data.has_timestamps:
        raise ValueError(
            "max_user_interactions_per_day needs a column 'timestamp', which the log does not have"
        )
    if data.n_interactions == 0:
        raise ValueError(f"dataset '{data.card.name}' has no interactions to prepare")
