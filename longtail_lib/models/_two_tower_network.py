"""Two towers in Keras: a vector for each user and item, and the logits that a loss compares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._import_keras import import_keras
from longtail_lib.models import retrieval_losses
from longtail_lib.models.retrieval_losses import full_softmax, keep_other_items
from longtail_lib.preprocessing import Split
from longtail_lib.preprocessing._id_codes import attribute_indicators

__all__ = ["FEATURES", "LOSSES", "TwoTowerNetwork", "tower_features"]


keras = import_keras()
ops = keras.ops

LOSSES = {
    "softmax": None,
    "sampled-softmax": retrieval_losses.sampled_softmax,
    "bce": retrieval_losses.binary_cross_entropy,
    "bpr": retrieval_losses.bpr,
    "mse": retrieval_losses.mean_squared_error,
}


class TwoTowerNetwork(keras.Model):
    """Embeddings and features on either side, compared by cosine or dot product."""

    def __init__(
        self,
        n_users: int,
        n_items: int,
        dim: int,
        *,
        item_features: np.ndarray | None = None,
        user_features: np.ndarray | None = None,
        loss: str = "softmax",
        similarity: str = "cosine",
        temperature: float = 0.1,
        in_batch: bool = False,
        correction: float = 0.0,
        log_prior: np.ndarray | None = None,
        item_bias: bool = False,
        l2: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__(name="two_tower")
        self.n_items, self.loss_name, self.similarity = n_items, loss, similarity
        self.temperature = 1.0 if loss == "mse" else temperature
        self.in_batch, self.correction, self.l2 = in_batch, correction, l2
        self.user_table = _table(n_users, dim, 4 * seed, "user_id")
        self.item_table = _table(n_items, dim, 4 * seed + 1, "item_id")
        self.item_features, self.item_projection = _features(item_features, dim, 4 * seed + 2)
        self.user_features, self.user_projection = _features(user_features, dim, 4 * seed + 3)
        self.bias = keras.layers.Embedding(
            n_items, 1, embeddings_initializer="zeros", name="item_bias"
        )
        self.has_bias = item_bias
        self.log_prior = None if log_prior is None else ops.convert_to_tensor(log_prior)
        self.correct = None
        if correction:
            from keras_rs.layers import SamplingProbabilityCorrection

            # The default floor of 1e-6 would cut off rare items of a large catalogue.
            self.correct = SamplingProbabilityCorrection(epsilon=1e-12)

    def build(self, input_shape: Any = None) -> None:
        """Make all weights, so that they exist before the first batch."""
        self.user_table.build()
        self.item_table.build()
        if self.has_bias:
            self.bias.build()
        for features, projection in (
            (self.item_features, self.item_projection),
            (self.user_features, self.user_projection),
        ):
            if projection is not None:
                projection.build(features.shape)
        self.built = True

    def call(self, inputs: Mapping[str, Any]) -> Any:
        """Return the vectors of the batch's users, shape (n, dim), not normalised."""
        return self._side("user", inputs["user"])

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:
        """Compare interactions with negatives; the mean over the batch's interactions."""
        user = y_pred
        # Vectors are scaled, and not the many more logits.
        query = self._normalised(user) / self.temperature
        if self.loss_name == "softmax":
            item = self._side("item", None)
            logits = ops.matmul(query, ops.transpose(self._normalised(item)))
            offsets = self._offsets(None, None)
            logits = logits if offsets is None else logits + offsets
            loss = full_softmax(logits, x["place"], x["item"], x["weight"])
        else:
            item = self._side("item", x["item"])
            loss = ops.mean(self._sampled_loss(x, query, item))
        if self.l2:
            loss = loss + self.l2 * (_mean_square(user) + _mean_square(item))
        return loss

    def vectors(self, which: str) -> np.ndarray:
        """Return all user or item vectors, whose products are the scores, float32."""
        vectors = np.array(ops.convert_to_numpy(self._normalised(self._side(which, None))))
        if not self.has_bias:
            return vectors
        last = np.ones((len(vectors), 1), dtype=np.float32)
        if which == "item":
            last = self.temperature * np.array(ops.convert_to_numpy(self.bias.embeddings))
        return np.hstack([vectors, last])

    def _side(self, which: str, rows: Any) -> Any:
        """Return vectors of some rows, or of all if None."""
        table = getattr(self, f"{which}_table")
        features = getattr(self, f"{which}_features")
        vectors = ops.convert_to_tensor(table.embeddings) if rows is None else table(rows)
        if features is None:
            return vectors
        own = features if rows is None else ops.take(features, rows, axis=0)
        return vectors + getattr(self, f"{which}_projection")(own)

    def _normalised(self, vectors: Any) -> Any:
        return ops.normalize(vectors, axis=-1) if self.similarity == "cosine" else vectors

    def _sampled_loss(self, x: Mapping[str, Any], query: Any, item: Any) -> Any:
        rows, vectors, q = [], [], []
        if self.in_batch:
            rows, vectors, q = [x["item"]], [item], [x.get("item_q")]
        if "negative" in x:
            rows.append(x["negative"])
            vectors.append(self._side("item", x["negative"]))
            q.append(x.get("negative_q"))
        rows = ops.concatenate(rows)
        positive = ops.sum(query * self._normalised(item), axis=1)
        negative = ops.matmul(query, ops.transpose(self._normalised(ops.concatenate(vectors))))
        own_offsets = self._offsets(x["item"], x.get("item_q"))
        if own_offsets is not None:
            q = None if self.correct is None else ops.concatenate(q)
            positive, negative = positive + own_offsets, negative + self._offsets(rows, q)
        return LOSSES[self.loss_name](positive, negative, keep_other_items(x["item"], rows))

    def _offsets(self, rows: Any, q: Any) -> Any:
        """Return what is added to the logits of some items, or of all if None, in training."""
        offsets = []
        if self.has_bias:
            bias = self.bias.embeddings if rows is None else self.bias(rows)
            offsets.append(ops.reshape(bias, (-1,)))
        if self.log_prior is not None:
            offsets.append(
                self.log_prior if rows is None else ops.take(self.log_prior, rows, axis=0)
            )
        if self.correct is not None:
            offsets.append(self.correction * self.correct(ops.zeros_like(q), q))
        return sum(offsets) if offsets else None


def _table(n: int, dim: int, seed: int, name: str) -> Any:
    return keras.layers.Embedding(
        n,
        dim,
        embeddings_initializer=keras.initializers.RandomNormal(stddev=0.1, seed=seed),
        name=name,
    )


def _features(features: np.ndarray | None, dim: int, seed: int) -> tuple[Any, Any]:
    if features is None:
        return None, None
    start = keras.initializers.RandomNormal(stddev=0.1, seed=seed)
    layer = keras.layers.Dense(dim, use_bias=False, kernel_initializer=start)
    return ops.convert_to_tensor(features), layer


def _mean_square(vectors: Any) -> Any:
    return ops.mean(ops.sum(ops.square(vectors), axis=-1))


FEATURES = ("attributes", "popularity")


def tower_features(parts: Split, names: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
    """Make feature matrices of items and users from the item table and the train part."""
    columns = []
    for name in names:
        if name == "popularity":
            logs = np.log1p(parts.popularity).astype(np.float32)
            columns.append((logs / logs.max())[:, None])
        elif name == "attributes":
            indicators, _ = attribute_indicators(parts.items)
            if indicators.shape[1] == 0:
                raise ValueError(
                    f"features='attributes': the item table of {parts!r} has no column of text or "
                    "lists beside title and text, or no value that 5 items share; leave it out"
                )
            lengths = np.linalg.norm(indicators, axis=1, keepdims=True)
            columns.append(indicators / np.maximum(lengths, 1))
        else:
            raise ValueError(
                f"features must be None or some of {', '.join(map(repr, FEATURES))}, got {name!r}"
            )
    item = np.hstack(columns).astype(np.float32)
    seen = csr_matrix(
        (np.ones(parts.train.nnz, np.float32), parts.train.indices, parts.train.indptr),
        parts.train.shape,
    )
    counts = np.maximum(np.diff(seen.indptr), 1)[:, None]
    return item, (seen @ item / counts).astype(np.float32)
