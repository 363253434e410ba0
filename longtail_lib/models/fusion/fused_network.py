"""Two towers whose items are ids, texts, or both, compared with the whole catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from longtail_lib.article.keras_backend import import_keras
from longtail_lib.models.retrieval_losses import full_softmax

__all__ = ["FusedNetwork"]

keras = import_keras()
ops = keras.ops


class FusedNetwork(keras.Model):
    """A learned vector for each user, an item layer, cosines over a temperature.

    A batch is a dict as `two_tower_batches.user_batches` makes it.

    Parameters
    ----------
    n_users : int
    items : keras.layers.Layer
        From `item_layer`.
    temperature : float
    log_prior : ndarray of float32, shape (n_items,), or None
        Added to logits in training.
    similar : ndarray of int, shape (n_users, n), or None
        Users towards whose mean each user's vector is drawn.
    distillation : float
        How strongly.
    seed : int
    """

    def __init__(
        self,
        n_users: int,
        items: Any,
        *,
        temperature: float,
        log_prior: np.ndarray | None = None,
        similar: np.ndarray | None = None,
        distillation: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__(name="fused")
        self.items, self.temperature, self.distillation = items, temperature, distillation
        self.users = keras.layers.Embedding(
            n_users,
            items.dim,
            embeddings_initializer=keras.initializers.RandomNormal(stddev=0.1, seed=seed),
        )
        self.log_prior = None if log_prior is None else ops.convert_to_tensor(log_prior)
        self.similar = None if similar is None else ops.convert_to_tensor(similar)

    def build(self, input_shape: Any = None) -> None:
        """Make all weights, so that they exist before the first batch."""
        self.users.build()
        self.items.build()
        self.built = True

    def call(self, inputs: Mapping[str, Any]) -> Any:
        """Return the vectors of the batch's users, shape (n, dim), of length 1."""
        return ops.normalize(self.users(inputs["user"]), axis=-1)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:
        """Compare interactions with the whole catalogue; the mean over interactions."""
        items = ops.normalize(self.items(), axis=-1)
        logits = ops.matmul(y_pred / self.temperature, ops.transpose(items))
        if self.log_prior is not None:
            logits = logits + self.log_prior
        loss = full_softmax(logits, x["place"], x["item"], x["weight"])
        if self.similar is not None and self.distillation:
            others = self.users(ops.take(self.similar, x["user"], axis=0))
            # The teacher is not taught: similar users stay where their own interactions put them.
            teacher = ops.stop_gradient(ops.mean(ops.normalize(others, axis=-1), axis=1))
            loss = loss + self.distillation * ops.mean(
                ops.sum(ops.square(y_pred - teacher), axis=-1)
            )
        return loss

    def vectors(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the vectors of all users and of all items, of length 1, float32."""
        both = ops.convert_to_tensor(self.users.embeddings), self.items()
        return tuple(np.array(ops.convert_to_numpy(ops.normalize(side, axis=-1))) for side in both)
