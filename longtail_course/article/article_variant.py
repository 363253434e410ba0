"""From the printed model to the repaired one, one change at a time."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar

import numpy as np

from longtail_course.article.article_two_tower import ArticleTwoTower
from longtail_course.article.repaired_recommender import RepairedTwoTower
from longtail_course.article.repaired_two_tower import build_repaired_model
from longtail_lib._parameters import Constraint, Interval, Options
from longtail_lib.models import Recommender, import_keras

__all__ = ["ArticleVariant", "article_ablation"]


class ArticleVariant(ArticleTwoTower):
    """The article's model with another loss, other towers, or both.

    Features, pairs and training are those of `ArticleTwoTower`, in larger batches with larger
    steps, so that an ablation can afford several seeds.

    Parameters
    ----------
    loss : {"mse", "cross-entropy"}
        "mse" is what the article's code prints, "cross-entropy" what its text says. With sigmoid
        towers the cosine itself is read as a probability, since it lies in (0, 1]. With linear
        towers the cosine over the temperature is the log-odds.
    towers : {"sigmoid", "linear"}
        With "mse" and linear towers the cosine, in [-1, 1], is compared with the label.
    temperature : float > 0
        For linear towers with cross-entropy; not used otherwise.
    epochs, batch_size, units, learning_rate, negatives, max_pairs, seed, progress
        As in `ArticleTwoTower`.

    Attributes
    ----------
    user_vectors_, item_vectors_, history_, network_
        As in `ArticleTwoTower`.

    Examples
    --------
    >>> ArticleVariant(loss="cross-entropy").get_params()["towers"]
    'sigmoid'
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "loss": Options("mse", "cross-entropy"),
        "towers": Options("sigmoid", "linear"),
        "temperature": Interval(Real, 0, closed="neither"),
    }

    def __init__(
        self,
        loss: str = "mse",
        towers: str = "sigmoid",
        temperature: float = 0.1,
        epochs: int = 20,
        batch_size: int = 64,
        units: int = 10,
        learning_rate: float = 0.003,
        negatives: int = 1,
        max_pairs: int | None = 6_000,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        super().__init__(
            epochs, batch_size, units, learning_rate, negatives, max_pairs, seed, progress
        )
        self.loss = loss
        self.towers = towers
        self.temperature = temperature

    def _network(self) -> Any:
        keras = import_keras()
        if self.towers == "sigmoid":
            network = super()._network()
            if self.loss == "mse":
                return network
            loss: Any = keras.losses.BinaryCrossentropy()
        else:
            network = build_repaired_model(
                5,
                self.units,
                temperature=self.temperature,
                learning_rate=self.learning_rate,
                seed=self.seed,
                steps_per_execution=50,
            )
            if self.loss == "cross-entropy":
                return network
            network = keras.Model(network.inputs, network.get_layer("cosine").output)
            loss = "mse"
        network.compile(
            optimizer=keras.optimizers.Adam(self.learning_rate), loss=loss, steps_per_execution=50
        )
        return network

    def _activate(self, outputs: np.ndarray) -> np.ndarray:
        return outputs if self.towers == "linear" else super()._activate(outputs)


def article_ablation(seed: int = 0) -> dict[str, Recommender]:
    """Return the steps from the printed model to the repaired one, each changing one thing.

    Parameters
    ----------
    seed : int
        Of every model.

    Returns
    -------
    dict of str to Recommender
        In order, not fitted: the printed model; its loss replaced; its towers replaced; all items
        as alternatives in place of labelled pairs; a vector of its own for each user and item.

    Examples
    --------
    >>> list(article_ablation())
    ['printed', 'cross-entropy', 'linear towers', 'softmax', 'ids']
    """
    return {
        "printed": ArticleVariant(seed=seed),
        "cross-entropy": ArticleVariant(loss="cross-entropy", seed=seed),
        "linear towers": ArticleVariant(loss="cross-entropy", towers="linear", seed=seed),
        "softmax": RepairedTwoTower(epochs=4, batch_size=256, seed=seed),
        "ids": RepairedTwoTower(epochs=4, batch_size=256, features="id", seed=seed),
    }
