"""A split of three users and six items, small enough to check every metric by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl

from longtail_lib.models import Recommender
from longtail_lib.preprocessing import Split

__all__ = ["tiny_model", "tiny_parts", "tiny_world"]


def tiny_parts() -> Split:
    """Three users, six items; popularity 3, 2, 1, 1, 0, 0.

    Examples
    --------
    >>> tiny_parts()
    Split 'tiny' (by hand): train 7, validation 0, test 4; 3 users x 6 items
    """
    train = [[1, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0]]
    test = [[0, 0, 0, 0, 1, 0], [0, 0, 1, 0, 0, 0], [0, 1, 1, 0, 0, 0]]
    user_ids, item_ids = np.arange(3), np.array(list("abcdef"))
    return Split.from_matrices(
        train,
        test,
        user_ids=user_ids,
        item_ids=item_ids,
        items=pl.DataFrame({"item_id": item_ids}),
        users=pl.DataFrame({"user_id": user_ids}),
        how="by hand",
        name="tiny",
    )


def tiny_world() -> Split:
    """The same split with a truth: who likes which of the items a to f.

    Examples
    --------
    >>> tiny_world().truth.preference([1]).tolist()
    [[1.0, 0.5, 0.0, 0.0, 0.5, 1.0]]
    """
    parts = tiny_parts()
    liked = np.array([[2, 2, 1, 1, 0, 0], [2, 1, 0, 0, 1, 2], [1, 0, 0, 2, 2, 2]]) / 2
    truth = SimpleNamespace(
        user_ids=parts.user_ids, item_ids=parts.item_ids, preference=lambda rows: liked[rows]
    )
    makers = ["m", "n", "m", "n", "m", "n"]
    return replace(parts, truth=truth, items=parts.items.with_columns(maker=pl.Series(makers)))


class Tiny(Recommender):
    """Fixed scores."""

    def _fit(self, parts: Split) -> None:
        self.scores_ = np.array(
            [[9, 8, 7, 3, 2, 4], [9, 8, 4, 1, 2, 3], [9, 1, 3, 8, 4, 2]], dtype=np.float32
        )

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return self.scores_[user_rows]

    def _state(self) -> dict[str, np.ndarray]:
        return {"scores": self.scores_}

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        self.scores_ = state["scores"]


def tiny_model() -> Tiny:
    """A fitted model with fixed scores.

    Examples
    --------
    >>> items, scores = tiny_model().recommend([0], k=3)
    >>> items.tolist()
    [['f', 'd', 'e']]
    """
    return Tiny().fit(tiny_parts())
