"""Steps of a cleaning: bots, k-core, and what each step needs of a log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from longtail_lib.data import Dataset

__all__ = ["bot_users", "check_columns", "k_core"]

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
    if given["duplicates"] in ("highest", "mean"):
        on_ratings.append(f"duplicates={given['duplicates']!r}")
    # A sum counts where there are no ratings, but after a range has been asked for.
    counts = given["duplicates"] == "sum" and given["rating_range"] is None
    if on_ratings and not data.has_ratings and not counts:
        raise ValueError(f"{on_ratings[0]} needs a column 'rating', which the log does not have")
    if given["max_user_interactions_per_day"] is not None and not data.has_timestamps:
        raise ValueError(
            "max_user_interactions_per_day needs a column 'timestamp', which the log does not have"
        )
    if data.n_interactions == 0:
        raise ValueError(f"dataset '{data.card.name}' has no interactions to prepare")
