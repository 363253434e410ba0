"""The baseline that knows nothing: a random order for each user."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import SEED, Constraint
from longtail_lib.models._recommender import Recommender
from longtail_lib.models._stored_arrays import Stored
from longtail_lib.preprocessing import Split
from longtail_lib.ranking import GOLDEN, mixed_words

__all__ = ["Random"]


class Random(Recommender):
    """Score every user-item pair by a pseudo-random number in [0, 1).

    The number is a hash of (seed, user row, item column). It does not depend on which other users
    are asked for, so blocks of users, repeated calls and a saved model all agree. In
    `recommend_for` a hash of the history takes the place of the row.

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

    _constraints: ClassVar[dict[str, Constraint]] = {
        "seed": SEED,
    }

    _scores_without_history = True

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def _fit(self, parts: Split) -> None:
        # A hash needs one well-mixed word, not a generator whose numbers depend on their order.
        self.key_ = np.random.SeedSequence(self.seed).generate_state(1, np.uint64)
        self._set_words()

    def _set_words(self) -> None:
        self._words = np.arange(1, len(self.user_ids_) + 1, dtype=np.uint64)

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return self._score_items(user_rows, np.arange(len(self.item_ids_)))

    def _score_items(self, user_rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        users = mixed_words(self.key_ + self._words[user_rows] * GOLDEN)
        hashed = mixed_words(users[:, None] + (columns.astype(np.uint64) + np.uint64(1)) * GOLDEN)
        # 24 bits are what a float32 in [0, 1) can hold without rounding up to 1.
        return (hashed >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)

    def _state_shapes(self) -> dict[str, Stored]:
        return {"key": Stored("uint64", (1,))}

    def _fold_in(self, known: csr_matrix, columns: np.ndarray, lengths: np.ndarray) -> None:
        # New users have the hash of their history for an id.
        self._words = self.user_ids_.view(np.uint64)

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        super()._restore(state)
        self._set_words()
