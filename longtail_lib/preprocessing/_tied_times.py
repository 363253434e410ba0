"""Ties of time: what stands first where a log does not say, and how many users that concerns."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np

from longtail_lib.ranking import id_keys, priorities, user_key

__all__ = ["TiedTimesWarning", "pair_keys", "tied_users", "warn_of_ties"]

# Share of the users from which on ties at a border are worth a warning.
_MANY = 0.05


class TiedTimesWarning(UserWarning):
    """Many users have several interactions at the very moment that divides two parts."""


def pair_keys(
    user_rows: np.ndarray,
    item_columns: np.ndarray,
    user_ids: np.ndarray,
    item_ids: np.ndarray,
    seed: int,
) -> np.ndarray:
    """Give each interaction a number by lot, the same whatever the order of rows and ids."""
    users, items = user_key(id_keys(user_ids, seed)), id_keys(item_ids, seed)
    return priorities(users[user_rows], items[item_columns])


def tied_users(
    users: np.ndarray, times: np.ndarray, part_of: np.ndarray
) -> dict[str, tuple[int, int]]:
    """Count for validation and test the users whose first time there is also one of the rest.

    `users` ascend, and `part_of` is numbered by time but for what lies between the parts (3) or
    is dropped (4), which counts wherever it bears the same time.
    """
    starts = np.flatnonzero(np.diff(users, prepend=users[0] - 1))
    counts = np.diff(starts, append=len(users))
    about = np.iinfo(times.dtype) if times.dtype.kind == "i" else np.finfo(times.dtype)
    found = {}
    for part, number in (("validation", 1), ("test", 2)):
        inside = part_of == number
        has = np.maximum.reduceat(inside, starts)
        first = np.minimum.reduceat(np.where(inside, times, about.max), starts)
        beside = (times == np.repeat(first, counts)) & ((part_of < number) | (part_of > 2))
        tied = np.maximum.reduceat(beside, starts) & has
        found[part] = int(np.count_nonzero(tied)), int(np.count_nonzero(has))
    return found


def warn_of_ties(name: str, tied: Mapping[str, tuple[int, int]], stacklevel: int) -> None:
    """Warn where the order of many users' last interactions is not known."""
    many = {part: pair for part, pair in tied.items() if pair[0] > _MANY * pair[1]}
    if not many:
        return
    said = " and ".join(
        f"{part} of {count:,} of {users:,} users ({count / users:.0%})"
        for part, (count, users) in many.items()
    )
    warnings.warn(
        f"split of '{name}': what stands in {said} was drawn by lot, because other interactions "
        "of theirs bear the same time. Where the rows of the file stand in the order of events, "
        "pass ties='file'; otherwise pass ties='random' to confirm it, and trust no result that "
        "rests on the order within such moments",
        TiedTimesWarning,
        stacklevel=stacklevel,
    )
