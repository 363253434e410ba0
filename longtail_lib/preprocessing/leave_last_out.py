"""Leave-last-out: each user's latest interaction is the test."""

from __future__ import annotations

import numpy as np

__all__ = ["leave_last_out"]


def leave_last_out(
    users: np.ndarray, times: np.ndarray, validation: int = 1, test: int = 1
) -> np.ndarray:
    """Assign each user's latest interactions to test, and those before to validation.

    Every user with enough interactions is measured once, whenever they were last here. The price
    is that train holds interactions of other users from after a test interaction; where the
    future must stay unseen, use the temporal split.

    Parameters
    ----------
    users : ndarray of int, shape (n,)
        Rows, ascending; within a user the items ascend.
    times : ndarray of int64, shape (n,)
        Seconds. Of equal times the interaction with the greater item id counts as later.
    validation, test : int
        Interactions of each user in each part, from 0 on. A user with no more than
        `validation + test` interactions stays in train entirely.

    Returns
    -------
    ndarray of uint8, shape (n,)
        0 for train, 1 for validation, 2 for test.

    References
    ----------
    Meng, Z., McCreadie, R., Macdonald, C., and Ounis, I. (2020). Exploring data splitting
    strategies for the evaluation of recommendation models. RecSys '20, 681-686.

    Examples
    --------
    User 0 has four interactions; user 1 has two, too few to take any away.

    >>> leave_last_out(np.array([0, 0, 0, 0, 1, 1]), np.array([40, 10, 30, 20, 5, 6]))
    array([2, 0, 1, 0, 0, 0], dtype=uint8)
    """
    part_of = np.zeros(len(users), dtype=np.uint8)
    starts = np.flatnonzero(np.diff(users, prepend=users[0] - 1))
    counts = np.diff(starts, append=len(users))
    eligible = counts > validation + test
    # Users who stay in train are taken out first, then one round finds one interaction a user.
    rows = np.flatnonzero(np.repeat(eligible, counts))
    left = counts[eligible]
    for part in [2] * test + [1] * validation:
        if not len(rows):
            break
        starts = np.concatenate([[0], np.cumsum(left)[:-1]])
        moments = times[rows]
        latest = np.repeat(np.maximum.reduceat(moments, starts), left)
        place = np.where(moments == latest, np.arange(len(rows)), -1)
        last = np.maximum.reduceat(place, starts)
        part_of[rows[last]] = part
        rows = np.delete(rows, last)
        left = left - 1
    return part_of
