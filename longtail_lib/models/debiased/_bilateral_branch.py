"""Two branches, one trained on the log as it is and one on a re-balanced log."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import Constraint, Interval, constrained
from longtail_lib.models._training_batches import equal_batches
from longtail_lib.models._vector_products import VectorProducts
from longtail_lib.models.debiased._bilateral_network import cumulative_weight
from longtail_lib.models.gradient_recommender import GradientRecommender
from longtail_lib.preprocessing import Split

__all__ = ["BilateralBranch", "capped_probability", "draw_interactions", "reversed_probability"]


class BilateralBranch(VectorProducts, GradientRecommender):
    r"""Base class of `BBN` and `CDN`: what both do on the user side, and how both are trained."""

    dim: int
    temperature: float
    dropout: float
    l2: float
    rate: float = 1.0

    _constraints: ClassVar[dict[str, Constraint]] = {
        "dim": Interval(Integral, 1),
        "temperature": Interval(Real, 0, closed="neither"),
        "dropout": Interval(Real, 0, 1, closed="left"),
        "l2": Interval(Real, 0),
    }

    @abstractmethod
    def _rebalanced(self, popularity: np.ndarray) -> np.ndarray:
        """Return the probability of each item in the re-balanced draw."""

    @abstractmethod
    def _items(self, parts: Split) -> Any:
        """Return the item side of a `BilateralNetwork`."""

    def _build(self, parts: Split) -> Any:
        from longtail_lib.models.debiased._bilateral_network import BilateralNetwork, keras

        network = BilateralNetwork(
            parts.n_users,
            self.dim,
            self._items(parts),
            temperature=self.temperature,
            dropout=self.dropout,
            l2=self.l2,
            seed=self.seed,
        )
        network.build()
        network.compile(keras.optimizers.Adam(self.learning_rate), jit_compile=False)
        return network

    def _batches(self, parts: Split, epoch: int, rng: np.random.Generator) -> Any:
        import tensorflow as tf

        train = parts.train.astype(bool).astype(np.float32)
        drawn = draw_interactions(train, self._rebalanced(parts.popularity), train.nnz, rng)
        balanced = csr_matrix((np.ones(train.nnz, np.float32), drawn), shape=train.shape)
        users = rng.permutation(np.flatnonzero(np.diff(train.indptr)).astype(np.int32))
        others = rng.permutation(users)
        weight = cumulative_weight(epoch, self.epochs, self.rate)
        count, size = equal_batches(
            len(users), max(1, round(self.batch_size * len(users) / train.nnz))
        )

        def rows() -> Iterator[dict[str, np.ndarray]]:
            for start in range(0, count * size, size):
                user, other = users[start : start + size], others[start : start + size]
                yield {
                    "user": user,
                    "balanced_user": other,
                    "targets": train[user].toarray(),
                    "balanced_targets": balanced[other].toarray(),
                    "alpha": np.full((size, 1), weight, dtype=np.float32),
                }

        row, cells = tf.TensorSpec((size,), tf.int32), tf.TensorSpec((size, parts.n_items))
        signature = {
            "user": row,
            "balanced_user": row,
            "targets": cells,
            "balanced_targets": cells,
            "alpha": tf.TensorSpec((size, 1)),
        }
        stream = tf.data.Dataset.from_generator(rows, output_signature=signature)
        return stream.apply(tf.data.experimental.assert_cardinality(count)).prefetch(2)


def reversed_probability(popularity: np.ndarray) -> np.ndarray:
    """Probability of each item inversely proportional to its popularity."""
    popularity = np.asarray(popularity, dtype=np.float64)
    weight = np.divide(1.0, popularity, out=np.zeros_like(popularity), where=popularity > 0)
    return weight / weight.sum()


@constrained(head=Interval(Real, 0, 1, closed="left"))
def capped_probability(popularity: np.ndarray, head: float = 0.2) -> np.ndarray:
    """Probability of each item when head items are thinned to the level of the rest."""
    popularity = np.asarray(popularity, dtype=np.float64)
    falling = np.sort(popularity)[::-1]
    cap = falling[min(int(np.ceil(head * len(falling))), len(falling) - 1)]
    # Where nothing outside the head has an interaction, the head is all there is to draw from.
    weight = np.minimum(popularity, cap) if cap > 0 else popularity
    return weight / weight.sum()


def draw_interactions(
    train: csr_matrix, probability: np.ndarray, size: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw train interactions: an item by its probability, then one of its users evenly."""
    by_item = train.tocsc()
    items = rng.choice(train.shape[1], size=size, p=np.asarray(probability, dtype=np.float64))
    counts = np.diff(by_item.indptr)[items]
    # floor(u * n) can round up to n for u just below 1.
    place = np.minimum((rng.random(size) * counts).astype(np.int64), counts - 1)
    users = by_item.indices[by_item.indptr[items] + place]
    return users.astype(np.int32), items.astype(np.int32)
