"""Ids for the head, text for the tail: two recommenders blended by an item's popularity."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from scipy.optimize import minimize

from longtail_lib._parameters import Constraint, Interval, Options
from longtail_lib._stored_entries import owners
from longtail_lib.models._recommender import Recommender
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.models._wrapped_recommender import RECOMMENDER, WrappedRecommender
from longtail_lib.preprocessing import Split

__all__ = ["TextGate", "popularity_bins", "weights_by_likelihood"]


# Users whose scores tell the spread of each model.
_SAMPLED = 256


class TextGate(WrappedRecommender):
    r"""Add a text model's scores to a behaviour model's, the more the rarer the item.

    With b and t the two models' scores, each divided by its standard deviation, and n the train
    interactions of item j,

    .. math:: s_{uj} = a(n_j)\, b_{uj} + w(n_j)\, t_{uj}.

    `gate="popularity"` sets :math:`a = 1` and :math:`w(n) = \text{text\_weight} \cdot
    h / (n + h)` with h the `half_popularity`. `gate="learned"` gives each class of popularity
    (0, 1, 2, 3 to 4, 5 to 8 and so on) an a and a w of its own, and chooses them so that the
    validation interactions are likeliest under a softmax over the catalogue. These are
    interactions that neither model was trained on; on train interactions, which the behaviour
    model has memorised, text would seem useless.

    Parameters
    ----------
    model : Recommender
        Knows behaviour, such as `TwoTower()` or `EASE()`. One that was fitted on the same train
        part is not fitted again.
    text : Recommender
        Knows texts, such as `FusedTower("text", logit_adjustment=0.6)` or `ContentKNN()`.
    gate : {"popularity", "learned"}
    text_weight : float
        For "popularity": the weight of text for a cold item; 0 gives `model` alone.
    half_popularity : float > 0
        For "popularity": train interactions at which text has half that weight.

    Attributes
    ----------
    model_weight_, text_weight_ : ndarray of float32, shape (n_items,)
        a and w of each item; standard deviations are divided out.
    spread_ : ndarray of float32, shape (2,)
        Standard deviations of the scores of `model` and `text`.

    Raises
    ------
    ValueError
        From `fit`: `gate="learned"` without validation interactions.

    Examples
    --------
    >>> import numpy as np
    >>> from longtail_lib.models import Popularity, Random
    >>> parts = Split.from_matrices(np.tri(6, 6))      # item 0 has six users, item 5 one
    >>> gate = TextGate(Popularity(), Random(), text_weight=1.0, half_popularity=2.0).fit(parts)
    >>> [f"{weight:.2f}" for weight in gate.text_weight_]
    ['0.25', '0.29', '0.33', '0.40', '0.50', '0.67']
    """

    _further_models = ("text",)
    _choices = ("model_weight_", "text_weight_")

    _constraints: ClassVar[dict[str, Constraint]] = {
        "text": RECOMMENDER,
        "gate": Options("popularity", "learned"),
        "text_weight": Interval(Real, 0),
        "half_popularity": Interval(Real, 0, closed="neither"),
    }

    def __init__(
        self,
        model: Recommender,
        text: Recommender,
        gate: str = "popularity",
        text_weight: float = 0.8,
        half_popularity: float = 5.0,
    ) -> None:
        self.model = model
        self.text = text
        self.gate = gate
        self.text_weight = text_weight
        self.half_popularity = half_popularity

    def _left_to_validation(self) -> str:
        return "gate='learned'" if self.gate == "learned" else ""

    def _fit_around(self, parts: Split) -> None:
        rows = np.unique(np.linspace(0, parts.n_users - 1, _SAMPLED).astype(np.int64))
        # A model that scores all alike has no spread, and adds the same to every item.
        self.spread_ = np.array(
            [each.score(rows).std(dtype=np.float64) or 1.0 for each in (self.model_, self.text_)],
            dtype=np.float32,
        )
        if self.gate == "popularity":
            self.model_weight_ = np.ones(parts.n_items, dtype=np.float32)
            popularity, half = parts.popularity, self.half_popularity
            self.text_weight_ = (self.text_weight * half / (popularity + half)).astype(np.float32)

    def _choose(self, parts: Split) -> None:
        bins = popularity_bins(parts.popularity)
        weights = weights_by_likelihood(self._scaled, bins, parts)
        self.model_weight_, self.text_weight_ = weights[:, bins].astype(np.float32)

    def _scaled(self, user_rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return (
            self.model_.score(user_rows) / self.spread_[0],
            self.text_.score(user_rows) / self.spread_[1],
        )

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return self._gated(*self._scaled(user_rows), slice(None))

    def _score_items(self, user_rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        behaviour, text = (
            each._score_items(user_rows, columns) / spread
            for each, spread in zip((self.model_, self.text_), self.spread_, strict=True)
        )
        return self._gated(behaviour, text, columns)

    def _similar(self, items: np.ndarray, among: np.ndarray) -> np.ndarray:
        everything = np.arange(len(self.item_ids_))
        behaviour, text = (
            _standard(each._similar(items, everything))[:, among]
            for each in (self.model_, self.text_)
        )
        return self._gated(behaviour, text, among)

    def _gated(self, behaviour: np.ndarray, text: np.ndarray, columns: Any) -> np.ndarray:
        behaviour *= self.model_weight_[columns]
        text *= self.text_weight_[columns]
        return behaviour + text

    def _own_shapes(self) -> dict[str, Stored]:
        weights = floats(len(self.item_ids_))
        return {"model_weight": weights, "text_weight": weights, "spread": floats(2)}


def _standard(similarity: np.ndarray) -> np.ndarray:
    """Divide each row by its standard deviation: similarities of two models have two scales."""
    spread = similarity.std(axis=1, keepdims=True, dtype=np.float64)
    return (similarity / np.where(spread > 0, spread, 1)).astype(np.float32)


# Scores of one model held at a time, and in all: 64 MiB.
_ROOM = 2**24
_MASKED = -1e9


def popularity_bins(popularity: np.ndarray) -> np.ndarray:
    """Put items into classes of popularity: 0, 1, 2, 3 to 4, 5 to 8, 9 to 16 and so on."""
    doubled = np.ceil(np.log2(np.maximum(popularity, 1))).astype(np.int64) + (popularity > 0)
    return np.unique(doubled, return_inverse=True)[1]


def weights_by_likelihood(
    scores: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    bins: np.ndarray,
    parts: Split,
    penalty: float = 1e-4,
) -> np.ndarray:
    """Choose a weight for each model and class that makes validation interactions likeliest."""
    users = np.flatnonzero(np.diff(parts.validation.indptr))
    most = max(1, _ROOM // parts.n_items)
    if len(users) > most:
        users = users[np.linspace(0, len(users) - 1, most).astype(np.int64)]
    both = scores(users)
    wanted = parts.validation[users]
    seen = parts.train[users]
    per_user = np.diff(wanted.indptr)
    members = np.eye(bins.max() + 1, dtype=np.float32)[bins]
    blocked = owners(seen), seen.indices
    hit = np.repeat(np.arange(len(users)), per_user), wanted.indices
    # What the data say of each weight does not change from step to step.
    met = np.stack([_per_bin(each[hit], bins[wanted.indices], members.shape[1]) for each in both])
    step = max(1, 2**20 // parts.n_items)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(2, -1).astype(np.float32)
        total, expected = 0.0, np.zeros_like(met)
        by_item = weights @ members.T
        for start in range(0, len(users), step):
            block = slice(start, start + step)
            first, second = both[0][block], both[1][block]
            logits = first * by_item[0] + second * by_item[1]
            inside = (blocked[0] >= start) & (blocked[0] < start + step)
            logits[blocked[0][inside] - start, blocked[1][inside]] = _MASKED
            largest = logits.max(axis=1, keepdims=True)
            share = np.exp(logits - largest)
            mass = share.sum(axis=1, keepdims=True)
            total += float(per_user[block] @ (np.log(mass) + largest)[:, 0].astype(np.float64))
            share *= per_user[block, None] / mass
            expected[0] += (share * first).sum(axis=0, dtype=np.float64) @ members
            expected[1] += (share * second).sum(axis=0, dtype=np.float64) @ members
        value = total - float((weights * met).sum())
        slope = expected - met
        n = per_user.sum()
        return (
            value / n + penalty * float(np.square(flat).sum()),
            slope.ravel() / n + 2 * penalty * flat,
        )

    start = np.ones(2 * members.shape[1])
    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, None)] * len(start),
        options={"maxiter": 60},
    )
    return found.x.reshape(2, -1)


def _per_bin(values: np.ndarray, bins: np.ndarray, n_bins: int) -> np.ndarray:
    return np.bincount(bins, weights=values, minlength=n_bins)
