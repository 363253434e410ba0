"""When things happen: sessions of a few minutes, mostly in the evening."""

from __future__ import annotations

import numpy as np

from longtail_lib.data.simulator.preset import Preset

__all__ = ["DAY", "block_start", "draw_times"]

DAY = 86_400
_SESSION_LENGTH = 8
# Start hours 0 to 19: a session ends on the day on which it began.
_HOURS = np.array([1, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 4, 4, 3, 3, 4, 5, 7, 9, 10, 9, 6])


def block_start(preset: Preset, block: np.ndarray) -> np.ndarray:
    """First second of a block, UTC."""
    return preset.start + np.asarray(block, dtype=np.int64) * preset.block_days * DAY


def draw_times(
    preset: Preset, user: np.ndarray, block: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw a timestamp for each choice.

    A user's choices of one block fall, in random order, into sessions of up to eight; within a
    session there are 20 to 400 seconds from one to the next.

    Parameters
    ----------
    preset : Preset
    user, block : ndarray of int, shape (n,)
    rng : numpy Generator

    Returns
    -------
    ndarray of int64, shape (n,)
        Seconds UTC, inside the block, all different for one user.
    """
    n = len(user)
    order = np.lexsort((rng.permutation(n), block, user))
    visit = user[order].astype(np.int64) * preset.blocks + block[order]
    first = np.flatnonzero(np.r_[True, visit[1:] != visit[:-1]])
    rank = np.arange(n) - np.repeat(first, np.diff(np.r_[first, n]))
    opens = rank % _SESSION_LENGTH == 0
    session = np.cumsum(opens) - 1

    n_sessions = int(opens.sum())
    day = rng.integers(0, preset.block_days, n_sessions)
    hours = np.cumsum(_HOURS)
    hour = np.searchsorted(hours, rng.integers(0, hours[-1], n_sessions), side="right")
    opening = day * DAY + hour * 3600 + rng.integers(0, 3600, n_sessions)
    gap = np.where(opens, 0, rng.integers(20, 400, n))
    walked = np.cumsum(gap)
    elapsed = walked - walked[opens][session]
    times = np.empty(n, dtype=np.int64)
    times[order] = block_start(preset, block[order]) + opening[session] + elapsed
    return _all_different(user, times)


def _all_different(user: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Move equal times of one user apart by single seconds."""
    order = np.lexsort((times, user))
    place = np.arange(len(order))
    # Far apart users: the running maximum never carries from one into the next.
    key = user[order].astype(np.int64) * (1 << 40) + times[order]
    key = np.maximum.accumulate(key - place) + place
    result = np.empty_like(times)
    result[order] = key - user[order].astype(np.int64) * (1 << 40)
    return result
