"""The baseline that knows nothing: a random order for each user."""

from __future__ import annotations

import numpy as np

from longtail_lib.models._recommender import Recommender
from longtail_lib.preprocessing import Split

__all__ = ["Random"]

# Constants of SplitMix64 (Steele, Lea and Flood 2014).
_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


class Random(Recommender):
    """Score every user-item pair by a pseudo-random number in [0, 1).

    The number is a hash of (seed, user row, item column). It does not depend on which other users
    are asked for, so blocks of users, repeated calls and a saved model all agree.

    Parameters
    ----------
    seed : int
        Another seed gives an independent order.

    References
    ----------
    Steele, Lea and Flood (2014), "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014:
    the mixing function.

    Examples
    --------
    >>> import numpy as np
    >>> from longtail_lib.preprocessing import Split
    >>> parts = Split.from_matrices(np.eye(3, 5))
    >>> model = Random(seed=1).fit(parts)
    >>> bool((model.score([0, 1, 2])[2] == model.score([2])[0]).all())
    True
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def _fit(self, parts: Split) -> None:
        # A hash needs one well-mixed word, not a generator whose numbers depend on their order.
        self.key_ = np.random.SeedSequence(self.seed).generate_state(1, np.uint64)

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        users = _mix(self.key_ + user_rows.astype(np.uint64) * _STEP)
        columns = np.arange(len(self.item_ids_), dtype=np.uint64) * _STEP
        hashed = _mix(users[:, None] + columns)
        # 24 bits are what a float32 in [0, 1) can hold without rounding up to 1.
        return (hashed >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)

    def _state(self) -> dict[str, np.ndarray]:
        return {"key": self.key_}

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        self.key_ = state["key"]


def _mix(words: np.ndarray) -> np.ndarray:
    """Spread every bit of a fresh uint64 array over all 64, in place."""
    words += _STEP
    words ^= words >> np.uint64(30)
    words *= _FIRST
    words ^= words >> np.uint64(27)
    words *= _SECOND
    words ^= words >> np.uint64(31)
    return words
