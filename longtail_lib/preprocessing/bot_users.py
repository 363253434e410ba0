"""Bot users: accounts that act more often in a day than a person does."""

from __future__ import annotations

import numpy as np

__all__ = ["bot_users"]

_DAY = 86_400


def bot_users(users: np.ndarray, times: np.ndarray, n_users: int, most_per_day: int) -> np.ndarray:
    """Say which users have more than `most_per_day` interactions on any one UTC day.

    Parameters
    ----------
    users : ndarray of int, shape (n,)
        Codes below `n_users`.
    times : ndarray of int64, shape (n,)
        Seconds since 1970-01-01 UTC.
    n_users : int
    most_per_day : int
        The most that is believed of a person.

    Returns
    -------
    ndarray of bool, shape (n_users,)

    Examples
    --------
    >>> bot_users(np.array([0, 0, 0, 1, 1]), np.array([0, 5, 9, 0, 90_000]), 2, most_per_day=2)
    array([ True, False])
    """
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
