"""The baseline that shows everyone the same list: most popular first."""

from __future__ import annotations

from numbers import Real
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import Constraint, Interval, Nullable
from longtail_lib.models._recommender import Recommender
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.preprocessing import Split

__all__ = ["Popularity"]

_DAY = 86_400


class Popularity(Recommender):
    r"""Score every item by its popularity: the number of its train interactions.

    With a half-life h an interaction counts less the older it is,

    .. math:: score_j = \sum_{t \in times(j)} 0.5^{(t_{latest} - t) / h},

    where the latest train interaction of the whole log has age 0. A short half-life asks what is
    in demand now; without one, or with one much longer than the log, all interactions count 1.

    The score is the same for all users; only the seen items that `recommend` leaves out differ.
    A cold item scores 0. Ratings, where the split holds them, do not count: an interaction is one
    interaction.

    Parameters
    ----------
    half_life : float or None
        Days after which an interaction counts half. Needs a split with times. None counts all
        interactions alike.

    Attributes
    ----------
    popularity_ : ndarray of float32, shape (n_items,)
        Train interactions of each catalogue item, or the sum of what they still count. An item
        whose interactions are all more than about 149 half-lives old gets 0, as float32 holds no
        smaller number.

    References
    ----------
    Cremonesi, Koren and Turrin (2010), "Performance of Recommender Algorithms on Top-N
    Recommendation Tasks", RecSys 2010, uses it as the non-personalised baseline (TopPop).
    Ji, Sun, Zhang and Li (2020), "A Re-visit of the Popularity Baseline in Recommender Systems",
    SIGIR 2020, argues for popularity that minds time.

    Examples
    --------
    >>> import numpy as np
    >>> from longtail_lib.preprocessing import Split
    >>> days = np.array([[60, 32, 0], [0, 46, 0]])
    >>> parts = Split.from_matrices(days > 0, times={"train": days * 86_400})
    >>> Popularity().fit(parts).popularity_.tolist()
    [1.0, 2.0, 0.0]
    >>> Popularity(half_life=14).fit(parts).popularity_.tolist()     # b is 2 and 1 half-lives old
    [1.0, 0.75, 0.0]
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "half_life": Nullable(
            Interval(Real, 0, closed="neither", noun="number of days"), "for no decay"
        ),
    }

    _scores_without_history = True

    def __init__(self, half_life: float | None = None) -> None:
        self.half_life = half_life

    def _fit(self, parts: Split) -> None:
        if self.half_life is None:
            self.popularity_ = parts.popularity.astype(np.float32)
            return
        if parts.times is None:
            raise ValueError(
                f"Popularity: half_life={self.half_life} needs timestamps, which {parts!r} does "
                "not have; name the timestamp column when reading the log, or use half_life=None"
            )
        times = parts.times["train"]
        # Converted first: the difference of two int64 timestamps can overflow.
        seconds = times.data.astype(np.float64)
        half_lives = (seconds.max() - seconds) / (_DAY * self.half_life)
        weights = np.bincount(times.indices, np.exp2(-half_lives), minlength=parts.n_items)
        self.popularity_ = weights.astype(np.float32)

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return np.tile(self.popularity_, (len(user_rows), 1))

    def _state_shapes(self) -> dict[str, Stored]:
        return {"popularity": floats(len(self.item_ids_))}

    def _score_items(self, user_rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return np.tile(self.popularity_[columns], (len(user_rows), 1))

    def _fold_in(self, known: csr_matrix, columns: np.ndarray, lengths: np.ndarray) -> None:
        """Everybody has the same scores."""
