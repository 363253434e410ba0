"""Take popularity out of another model's scores, after the fact."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar

import numpy as np

from longtail_lib._parameters import Constraint, Interval, constrained
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.models._wrapped_recommender import WrappedRecommender
from longtail_lib.preprocessing import Split

__all__ = ["LogitAdjusted", "log_prior"]


class LogitAdjusted(WrappedRecommender):
    r"""Subtract the log of each item's popularity from the scores of any recommender.

    .. math:: s'_{ui} = s_{ui} - \tau \log \pi_i, \qquad
        \pi_i = \frac{n_i + \epsilon}{\sum_j (n_j + \epsilon)}

    A softmax over interactions learns :math:`\log p(u | i) + \log \pi_i` up to a constant of the
    user. With such scores :math:`\tau = 1` gives what would be right if every item were equally
    likely beforehand. Any other score has a scale of its own: EASE's lie mostly between 0 and 1,
    and those of `TwoTower` are cosines, logits times its temperature, so that 1 in the logits is
    the temperature here. Choose `strength` on validation, from a range that fits the scores, and
    state what it costs: validation is long-tailed, too, and its overall NDCG falls with
    :math:`\tau`.

    Parameters
    ----------
    model : Recommender
        Fitted or not; `fit` uses it as it is where it was fitted on the same train part.
    strength : float
        tau, in the unit of the model's scores. 0 changes nothing, a negative one favours
        popular items.
    smoothing : float, above 0
        epsilon, interactions added to every item, so that a cold item has a logarithm.

    Attributes
    ----------
    adjustment_ : ndarray of float32, shape (n_items,)
        What is added to every user's scores: :math:`-\tau \log \pi_i`.

    References
    ----------
    Menon, Jayasumana, Rawat, Jain, Veit and Kumar (2021), "Long-tail learning via logit
    adjustment", ICLR 2021; the post-hoc form.

    Examples
    --------
    >>> from longtail_lib.models import Popularity
    >>> parts = Split.from_matrices([[1, 1, 0], [1, 0, 0], [1, 0, 1]])
    >>> scores = LogitAdjusted(Popularity(), strength=1.0).fit(parts).score([0])
    >>> [f"{score:.2f}" for score in scores[0]]         # 3 - log(4/8), 1 - log(2/8)
    ['3.69', '2.39', '2.39']
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "strength": Interval(Real),
        "smoothing": Interval(Real, 0, closed="neither"),
    }

    def __init__(self, model: Any, strength: float = 0.02, smoothing: float = 1.0) -> None:
        self.model = model
        self.strength = strength
        self.smoothing = smoothing

    def _fit_around(self, parts: Split) -> None:
        prior = log_prior(parts.popularity, self.smoothing).astype(np.float32)
        self.adjustment_ = np.float32(-self.strength) * prior

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return self.model_.score(user_rows) + self.adjustment_

    def _own_shapes(self) -> dict[str, Stored]:
        return {"adjustment": floats(len(self.item_ids_))}

    def _score_items(self, user_rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return self.model_._score_items(user_rows, columns) + self.adjustment_[columns]

    def _own_state(self) -> dict[str, np.ndarray]:
        return {"adjustment": self.adjustment_}

    def _restore_own(self, state: dict[str, np.ndarray]) -> None:
        self.adjustment_ = state["adjustment"]


@constrained(smoothing=Interval(Real, 0, closed="neither"))
def log_prior(popularity: np.ndarray, smoothing: float = 1.0) -> np.ndarray:
    """Logarithm of each item's share of the smoothed interactions."""
    smoothed = np.asarray(popularity, dtype=np.float64) + smoothing
    return np.log(smoothed / smoothed.sum())
