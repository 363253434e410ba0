"""Two branches, one trained on the log as it is and one on a re-balanced log."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.debias.cumulative_learning import cumulative_weight
from longtail_lib.debias.rebalanced_sampling import draw_interactions
from longtail_lib.models.gradient_recommender import GradientRecommender
from longtail_lib.models.training_batches import equal_batches
from longtail_lib.preprocessing.parts import Split

__all__ = ["BilateralBranch"]


class BilateralBranch(GradientRecommender):
    r"""Base class of `BBN` and `CDN`: what both do on the user side, and how both are trained.

    An epoch takes every train interaction once, and draws as many from a re-balanced log. All
    users have one vector, shared by both branches; each branch has a linear layer of its own on
    it, which starts as the identity. The loss is `bilateral_cross_entropy` over the whole
    catalogue, with the weight of `cumulative_weight`.

    A row of a batch pairs a user of the conventional branch with another user of the re-balanced
    one, each with all interactions that the epoch has of them. Pairing interaction by
    interaction, as the papers do, would cost many rows of logits for each user in place of one.

    A subclass writes `_rebalanced(popularity)`, `_items(parts)` and `_snapshot`, and may set
    `rate`.
    """

    dim: int
    temperature: float
    dropout: float
    l2: float
    rate: float = 1.0

    @abstractmethod
    def _rebalanced(self, popularity: np.ndarray) -> np.ndarray:
        """Return the probability of each item in the re-balanced draw."""

    @abstractmethod
    def _items(self, parts: Split) -> Any:
        """Return the item side of a `BilateralNetwork`."""

    def _check_training(self, parts: Split) -> None:
        super()._check_training(parts)
        name = type(self).__name__
        if not isinstance(self.dim, int | np.integer) or self.dim < 1:
            raise ValueError(f"{name}: dim must be a whole number from 1, got {self.dim}")
        if not 0 < self.temperature < np.inf:
            raise ValueError(
                f"{name}: temperature must be a positive number, got {self.temperature}"
            )
        if not 0 <= self.dropout < 1:
            raise ValueError(f"{name}: dropout must be at least 0 and below 1, got {self.dropout}")
        if not 0 <= self.l2 < np.inf:
            raise ValueError(f"{name}: l2 must be at least 0, got {self.l2}")
        cumulative_weight(0, self.epochs, self.rate)

    def _build(self, parts: Split) -> Any:
        from longtail_lib.debias.bilateral_network import BilateralNetwork, keras

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
