"""The article's two-tower model as printed, as a recommender."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_course.article.activation import sigmoid
from longtail_course.article.article_features import article_features
from longtail_course.article.sampled_negatives import labelled_pairs
from longtail_course.article.two_tower import build_model, train_model
from longtail_lib.models import Recommender
from longtail_lib.preprocessing import Split

__all__ = ["ArticleTwoTower"]


class ArticleTwoTower(Recommender):
    """Score items with the model of the article's section 5.2, unchanged.

    Two sigmoid layers of 10 units, the cosine of their outputs, mean squared error, Adam at .001,
    batches of 32, 100 epochs, a fifth of the pairs for validation. What the article leaves open
    is settled as plainly as can be: five features each from `article_features`; label 1 for a
    train interaction and 0 for an unseen item drawn at random. Scores are cosines of positive
    vectors: they lie in (0, 1].

    Parameters
    ----------
    epochs, batch_size, units, learning_rate
        As printed by default.
    negatives : int
        Pairs labelled 0 for each pair labelled 1.
    max_pairs : int or None
        At most so many pairs, drawn at random. The network has 120 weights; the default is ample
        for them, and keeps 100 epochs under half a minute on two cores. None uses all.
    seed : int
        Initial weights, negatives and order of rows. Two fits on one machine give equal scores.
    progress : bool
        Show a progress bar over epochs.

    Attributes
    ----------
    user_vectors_, item_vectors_ : ndarray of float32, shape (n_users, units), (n_items, units)
        Tower outputs at length 1; their product is the score.
    history_ : dict of str to ndarray of float64, shape (epochs,)
        "loss" and "val_loss" of each epoch.
    network_ : keras.Model
        The trained network; not kept by `save`.

    Examples
    --------
    >>> ArticleTwoTower()
    ArticleTwoTower(epochs=100, batch_size=32, units=10, learning_rate=0.001, negatives=1, \
max_pairs=12000, seed=0, progress=False)
    """

    def __init__(
        self,
        epochs: int = 100,
        batch_size: int = 32,
        units: int = 10,
        learning_rate: float = 0.001,
        negatives: int = 1,
        max_pairs: int | None = 12_000,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.epochs = epochs
        self.batch_size = batch_size
        self.units = units
        self.learning_rate = learning_rate
        self.negatives = negatives
        self.max_pairs = max_pairs
        self.seed = seed
        self.progress = progress

    def _fit(self, parts: Split) -> None:
        features = article_features(parts, n_features=5)
        user_rows, item_rows, labels = labelled_pairs(
            parts.train, negatives=self.negatives, max_pairs=self.max_pairs, seed=self.seed
        )
        self.network_ = self._network()
        history = train_model(
            self.network_,
            [features.user[user_rows], features.item[item_rows]],
            labels,
            batch_size=self.batch_size,
            epochs=self.epochs,
            seed=self.seed,
            progress=self.progress,
        )
        self.history_ = {name: np.array(values) for name, values in history.history.items()}
        self.user_vectors_ = self._tower("user", features.user)
        self.item_vectors_ = self._tower("item", features.item)

    def _network(self) -> Any:
        # Fifty steps a call change nothing but the time; one step a call is mostly overhead.
        return build_model(
            5,
            self.units,
            learning_rate=self.learning_rate,
            seed=self.seed,
            steps_per_execution=50,
        )

    def _activate(self, outputs: np.ndarray) -> np.ndarray:
        return sigmoid(outputs)

    def _tower(self, name: str, features: np.ndarray) -> np.ndarray:
        weights, bias = self.network_.get_layer(f"{name}_tower").get_weights()
        outputs = self._activate(features @ weights + bias)
        return outputs / np.linalg.norm(outputs, axis=1, keepdims=True)

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return self.user_vectors_[user_rows] @ self.item_vectors_.T

    def _state(self) -> dict[str, np.ndarray]:
        history = {f"history_{name}": values for name, values in self.history_.items()}
        return {
            "user_vectors": self.user_vectors_,
            "item_vectors": self.item_vectors_,
            **history,
        }

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        self.user_vectors_ = state["user_vectors"]
        self.item_vectors_ = state["item_vectors"]
        self.history_ = {
            name.removeprefix("history_"): values
            for name, values in state.items()
            if name.startswith("history_")
        }
