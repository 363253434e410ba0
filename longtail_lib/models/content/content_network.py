"""An item tower of text and id, where the id is sometimes dropped, beside learned users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from longtail_lib.article.keras_backend import import_keras
from longtail_lib.models.retrieval_losses import full_softmax

__all__ = ["ContentNetwork"]

keras = import_keras()
ops = keras.ops

_MASKED = -1e9
# Interactions of a batch whose items enter the contrastive term: each costs a row of logits.
_CONTRASTED = 256


class ContentNetwork(keras.Model):
    """Cosines of user vectors with item vectors made of content, or of content and id.

    A batch is a dict as `two_tower_batches.user_batches` makes it.

    Parameters
    ----------
    n_users, dim : int
    content : ndarray of float32, shape (n_items, d)
    cold : ndarray of bool, shape (n_items,)
        Items whose id is never used, and that are not compared with in training.
    hidden : int
        Width of the hidden layer of the content tower; 0 for a linear one.
    dropout : float
        Share of items whose id is dropped in each batch.
    swap : bool
        Where the id is kept it takes the place of the content (True) or is added to it (False).
    contrast : float
        Weight of the term that holds an item's two vectors together.
    user_dropout : float
        Share of a user vector's places set to zero in training.
    temperature : float
    seed : int
    """

    def __init__(
        self,
        n_users: int,
        dim: int,
        content: np.ndarray,
        cold: np.ndarray,
        *,
        hidden: int,
        dropout: float,
        swap: bool,
        contrast: float,
        user_dropout: float,
        temperature: float,
        seed: int,
    ) -> None:
        super().__init__(name="content_tower")
        self.n_items, self.dropout, self.swap = len(content), dropout, swap
        self.contrast, self.temperature = contrast, temperature
        self.content = ops.convert_to_tensor(content)
        self.warm = ops.convert_to_tensor(~cold[:, None], dtype="float32")
        self.mask = ops.convert_to_tensor(np.where(cold, _MASKED, 0).astype(np.float32))

        def start(place: int) -> Any:
            return keras.initializers.RandomNormal(stddev=0.1, seed=5 * seed + place)

        self.user_table = keras.layers.Embedding(n_users, dim, embeddings_initializer=start(0))
        self.item_table = keras.layers.Embedding(self.n_items, dim, embeddings_initializer=start(1))
        first = {"activation": "relu", "kernel_initializer": start(2)}
        self.hidden = keras.layers.Dense(hidden, **first) if hidden else None
        self.projection = keras.layers.Dense(dim, use_bias=False, kernel_initializer=start(3))
        self.drop_user = keras.layers.Dropout(user_dropout, seed=5 * seed + 4)
        self.random = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Any = None) -> None:
        """Make all weights, so that they exist before the first batch."""
        self.user_table.build()
        self.item_table.build()
        shape = tuple(self.content.shape)
        if self.hidden is not None:
            self.hidden.build(shape)
            shape = self.hidden.compute_output_shape(shape)
        self.projection.build(shape)
        self.built = True

    def call(self, inputs: Mapping[str, Any], training: bool = False) -> Any:
        """Return the vectors of the batch's users, shape (n, dim), of length 1."""
        users = self.drop_user(self.user_table(inputs["user"]), training=training)
        return ops.normalize(users, axis=-1)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:
        """Compare interactions with all warm items; hold content and id together if asked to."""
        keep = self.warm
        if self.dropout:
            drawn = keras.random.uniform((self.n_items, 1), seed=self.random)
            keep = keep * ops.cast(drawn >= self.dropout, "float32")
        content, ids = self._content(), ops.convert_to_tensor(self.item_table.embeddings)
        items = ops.normalize(self._joined(content, ids, keep), axis=-1)
        logits = ops.matmul(y_pred / self.temperature, ops.transpose(items)) + self.mask
        loss = full_softmax(logits, x["place"], x["item"], x["weight"])
        if self.contrast:
            loss = loss + self.contrast * self._contrastive(content, ids, x)
        return loss

    def vectors(self, which: str) -> np.ndarray:
        """Return vectors of length 1: of users, of items, or of items by content alone."""
        if which == "user":
            found = ops.convert_to_tensor(self.user_table.embeddings)
        else:
            content, ids = self._content(), ops.convert_to_tensor(self.item_table.embeddings)
            uses_ids = which == "item" and self.dropout < 1
            found = self._joined(content, ids, self.warm if uses_ids else 0.0)
        return np.array(ops.convert_to_numpy(ops.normalize(found, axis=-1)))

    def _content(self) -> Any:
        inside = self.content if self.hidden is None else self.hidden(self.content)
        return self.projection(inside)

    def _joined(self, content: Any, ids: Any, keep: Any) -> Any:
        """Return item vectors; `keep` says whose id counts."""
        return content * (1.0 - keep) + ids * keep if self.swap else content + ids * keep

    def _contrastive(self, content: Any, ids: Any, x: Mapping[str, Any]) -> Any:
        """InfoNCE: an item's content must tell its own id from those of all warm items."""
        content, ids = ops.normalize(content, axis=-1), ops.normalize(ids, axis=-1)
        items, weight = x["item"][:_CONTRASTED], x["weight"][:_CONTRASTED]
        rows = ops.take(content, items, axis=0) / self.temperature
        logits = ops.matmul(rows, ops.transpose(ids)) + self.mask
        own = ops.sum(rows * ops.take(ids, items, axis=0), axis=1)
        return ops.sum((ops.logsumexp(logits, axis=1) - own) * weight) / ops.sum(weight)
