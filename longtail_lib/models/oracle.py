"""The upper bound that only a simulator allows: rank by the true preference."""

from __future__ import annotations

import numpy as np

from longtail_lib.models._recommender import Recommender
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.preprocessing import Split
from longtail_lib.simulation import true_preference

__all__ = ["Oracle"]


class Oracle(Recommender):
    """Score every item by the user's true preference, which no real log holds.

    It shows how much satisfaction there is to be had. It is not fair to all others: it learns
    nothing from train and knows everything.

    Attributes
    ----------
    preference_ : ndarray of float32, shape (n_users, n_items)

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

    def __init__(self) -> None:
        pass

    def _fit(self, parts: Split) -> None:
        if parts.truth is None:
            raise ValueError(
                f"Oracle.fit: {parts!r} has no truth to rank by; take a simulated dataset such as "
                "load_dataset('shop'), with truth=True"
            )
        self.preference_ = true_preference(parts)

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return self.preference_[user_rows]

    def _state_shapes(self) -> dict[str, Stored]:
        return {"preference": floats(*self.seen_.shape)}

    def _score_items(self, user_rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return self.preference_[np.ix_(user_rows, columns)]
