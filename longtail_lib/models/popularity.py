"""The baseline that shows everyone the same list: most popular first."""

from __future__ import annotations

import numpy as np

from longtail_lib.models.recommender import Recommender
from longtail_lib.preprocessing.parts import Split

__all__ = ["Popularity"]


class Popularity(Recommender):
    """Score every item by its popularity: the number of its train interactions.

    The score is the same for all users; only the seen items that `recommend` leaves out differ.
    A cold item scores 0. Ratings, where the split holds them, do not count: an interaction is one
    interaction.

    Attributes
    ----------
    popularity_ : ndarray of float32, shape (n_items,)
        Train interactions of each catalogue item.

    References
    ----------
    Cremonesi, Koren and Turrin (2010), "Performance of Recommender Algorithms on Top-N
    Recommendation Tasks", RecSys 2010, uses it as the non-personalised baseline (TopPop).

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_matrix
    >>> from longtail_lib.preprocessing.parts import Split
    >>> train = csr_matrix(np.array([[1, 1, 0], [0, 1, 0]], dtype=np.float32))
    >>> none = csr_matrix(train.shape, dtype=np.float32)
    >>> parts = Split(train, none, none, np.array([7, 8]), np.array(["a", "b", "c"]),
    ...               items=None, users=None, how="random")
    >>> items, scores = Popularity().fit(parts).recommend(8, k=2)
    >>> items.tolist(), scores.tolist()
    ([['a', 'c']], [[1.0, 0.0]])
    """

    def __init__(self) -> None:
        pass

    def _fit(self, parts: Split) -> None:
        self.popularity_ = parts.popularity.astype(np.float32)

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return np.tile(self.popularity_, (len(user_rows), 1))

    def _state(self) -> dict[str, np.ndarray]:
        return {"popularity": self.popularity_}

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        self.popularity_ = state["popularity"]
