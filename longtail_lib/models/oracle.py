"""The upper bound that only a simulator allows: rank by the true preference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from longtail_lib._parameters import Constraint, Options
from longtail_lib.models._recommender import Recommender
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.preprocessing import Split
from longtail_lib.simulation import true_preference, true_propensity

__all__ = ["Oracle"]


class Oracle(Recommender):
    """Score every item by the user's true preference, which no real log holds.

    It shows how much satisfaction there is to be had. It is not fair to all others: it learns
    nothing from train and knows everything.

    On a logged test part it is not the best there is, because what a log holds was chosen and
    shown. `of="log"` multiplies the preference by the probability that the store shows the item:
    nearly the probability that the pair is in the log, and so nearly the best that can be
    measured there, and nothing a user gains from. The two rows together say how much of a model's
    figure may be the store's own habits.

    Parameters
    ----------
    of : {"preference", "log"}
        What it knows: what users like, or what the log will hold. An item that is shown in several
        blocks can be chosen in each; "log" counts one chance.

    Attributes
    ----------
    preference_ : ndarray of float32, shape (n_users, n_items)
        Preference, or preference times propensity.

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from scipy.sparse import csr_matrix
    >>> from longtail_lib.preprocessing import Split
    >>> table = np.array([[0.1, 0.7, 0.4], [0.6, 0.2, 0.5]])
    >>> users, items = np.array([7, 8]), np.array(["a", "b", "c"])
    >>> truth = SimpleNamespace(user_ids=users, item_ids=items, preference=lambda rows: table[rows])
    >>> parts = Split.from_matrices(
    ...     [[0, 1, 0], [0, 1, 0]], user_ids=users, item_ids=items, truth=truth)
    >>> Oracle().fit(parts).recommend([7, 8], k=1)[0].tolist()
    [['c'], ['a']]
    """

    _scores_without_history = True
    _constraints: ClassVar[Mapping[str, Constraint]] = {"of": Options("preference", "log")}

    def __init__(self, of: str = "preference") -> None:
        self.of = of

    def _fit(self, parts: Split) -> None:
        if parts.truth is None:
            raise ValueError(
                f"Oracle.fit: {parts!r} has no truth to rank by; take a simulated dataset such as "
                "load_dataset('shop'), with truth=True"
            )
        self.preference_ = true_preference(parts)
        if self.of == "log":
            self.preference_ *= true_propensity(parts)

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return self.preference_[user_rows]

    def _state_shapes(self) -> dict[str, Stored]:
        return {"preference": floats(*self.seen_.shape)}

    def _score_items(self, user_rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return self.preference_[np.ix_(user_rows, columns)]
