"""Two recommenders that vote: their scores, made comparable, or their places."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Real
from typing import ClassVar

import numpy as np

from longtail_lib._parameters import Constraint, Interval, Nullable, Options
from longtail_lib.models._recommender import Recommender
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.models._training_progress import validation_ndcgs
from longtail_lib.models._wrapped_recommender import RECOMMENDER, WrappedRecommender
from longtail_lib.preprocessing import Split

__all__ = ["Blend"]

_WEIGHTS = np.linspace(0, 1, 21)
# As published: how fast a vote fades with the place.
_FADES = 60


class Blend(WrappedRecommender):
    r"""Mix two recommenders whose mistakes are different ones.

    With a and b the two models' scores of a user's candidates,

    .. math:: s = (1 - weight)\, f(a) + weight\, f(b).

    Scores of two models have two scales, so `by="score"` standardises each user's over the
    catalogue: mean 0, standard deviation 1, so that a few candidates cost as much as all.
    `by="rank"` takes places alone, f = 1 / (60 + place),
    which is **reciprocal rank fusion**; equal scores have one place. Three models are a blend of
    a blend.

    Parameters
    ----------
    model, other : Recommender
        One that was fitted on the same train part is not fitted again.
    weight : float or None
        Of `other`, from 0 to 1. None tries 0, .05, .1 and so on, and takes the one with the
        highest NDCG@10 on validation, of equal ones the least.
    by : {"score", "rank"}

    Attributes
    ----------
    weight_ : ndarray of float32, shape (1,)
        The weight that scores are mixed with.

    Raises
    ------
    ValueError
        From `fit`: `weight=None` without validation interactions.

    References
    ----------
    G. V. Cormack, C. L. A. Clarke and S. Büttcher, "Reciprocal Rank Fusion outperforms Condorcet
    and individual Rank Learning Methods", SIGIR 2009, for `by="rank"` and its 60.

    Examples
    --------
    What one finds best and the other finds second is ahead of what one of them alone finds good:

    >>> from longtail_lib.models import EASE, Popularity
    >>> parts = Split.from_matrices(np.tri(6, 6))
    >>> blend = Blend(EASE(l2=1.0), Popularity(), weight=0.5, by="rank").fit(parts)
    >>> blend.recommend([0], k=2)[0].tolist()
    [[1, 2]]
    """

    _further_models = ("other",)
    _choices = ("weight_",)
    _constraints: ClassVar[dict[str, Constraint]] = {
        "other": RECOMMENDER,
        "weight": Nullable(Interval(Real, 0, 1), "to choose it on validation"),
        "by": Options("score", "rank"),
    }

    def __init__(
        self,
        model: Recommender,
        other: Recommender,
        weight: float | None = 0.5,
        by: str = "score",
    ) -> None:
        self.model = model
        self.other = other
        self.weight = weight
        self.by = by

    def _left_to_validation(self) -> str:
        return "weight=None" if self.weight is None else ""

    def _fit_around(self, parts: Split) -> None:
        if self.weight is not None:
            self.weight_ = np.array([self.weight], dtype=np.float32)

    def _choose(self, parts: Split) -> None:
        def mixtures(rows: np.ndarray) -> Iterator[np.ndarray]:
            both = self._comparable(rows)
            return (_mixed(*both, weight) for weight in _WEIGHTS)

        found = validation_ndcgs(mixtures, parts)
        self.weight_ = _WEIGHTS[[int(np.argmax(found))]].astype(np.float32)

    def _comparable(self, user_rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return (
            self._converted(self.model_._score(user_rows)),
            self._converted(self.other_._score(user_rows)),
        )

    def _converted(self, scores: np.ndarray) -> np.ndarray:
        return _standard(scores) if self.by == "score" else _votes(scores)

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return _mixed(*self._comparable(user_rows), self.weight_[0])

    def _similar(self, items: np.ndarray, among: np.ndarray) -> np.ndarray:
        everything = np.arange(len(self.item_ids_))
        both = (
            self._converted(each._similar(items, everything))[:, among]
            for each in self._inner().values()
        )
        return _mixed(*both, self.weight_[0])

    def _own_shapes(self) -> dict[str, Stored]:
        return {"weight": floats(1)}


def _mixed(one: np.ndarray, other: np.ndarray, weight: float) -> np.ndarray:
    return np.float32(1 - weight) * one + np.float32(weight) * other


def _standard(scores: np.ndarray) -> np.ndarray:
    """Bring each row to mean 0 and standard deviation 1; one without spread to zeros."""
    mean = scores.mean(axis=1, keepdims=True, dtype=np.float64)
    spread = scores.std(axis=1, keepdims=True, dtype=np.float64)
    # Rounding alone must not become a spread.
    flat = spread <= 1e-6 * np.abs(scores).max(axis=1, keepdims=True)
    return ((scores - mean) / np.where(flat, np.inf, spread)).astype(np.float32)


def _votes(scores: np.ndarray) -> np.ndarray:
    """Replace each score of a row by what its place is worth; equal scores share the best place."""
    ordered = np.sort(scores, axis=1)
    above = [
        scores.shape[1] - np.searchsorted(line, own, side="right")
        for line, own in zip(ordered, scores, strict=True)
    ]
    return (1 / (_FADES + 1 + np.asarray(above))).astype(np.float32)
