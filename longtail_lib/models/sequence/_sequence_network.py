"""A sequence model as one Keras model: items, the encoder of histories, and the loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from longtail_lib._import_keras import import_keras
from longtail_lib.models.retrieval_losses import sampled_softmax
from longtail_lib.models.sequence._user_sequences import MASK, PADDING

__all__ = [
    "AttentionBlock",
    "SelfAttention",
    "SequenceEncoder",
    "SequenceNetwork",
    "allowed_pairs",
    "catalogue_cross_entropy",
    "gbce",
    "gbce_exponent",
    "weighted_mean",
]

keras = import_keras()
ops = keras.ops


class SequenceEncoder(keras.layers.Layer):
    """Learned positions, blocks of attention, and a last normalisation."""

    def __init__(
        self,
        dim: int,
        max_length: int,
        blocks: int,
        heads: int,
        dropout: float = 0.0,
        causal: bool = True,
        seed: int = 0,
    ) -> None:
        super().__init__(name="sequence_encoder")
        self.dim, self.max_length, self.causal, self.seed = dim, max_length, causal, seed
        self.drop = keras.layers.Dropout(dropout, seed=1000 * seed)
        self.blocks = [
            AttentionBlock(dim, heads, dropout, 1000 * seed + 10 * (place + 1))
            for place in range(blocks)
        ]
        self.last = keras.layers.LayerNormalization(epsilon=1e-6)

    def build(self, input_shape: Any = None) -> None:
        self.positions = self.add_weight(
            shape=(self.max_length, self.dim), initializer=self._small(1), name="positions"
        )
        if not self.causal:
            self.mask = self.add_weight(shape=(self.dim,), initializer=self._small(2), name="mask")
        for block in self.blocks:
            block.build()
        self.last.build((None, None, self.dim))
        self.built = True

    def call(
        self, tokens: Any, sequence: Any, position: Any, segment: Any, training: bool = False
    ) -> Any:
        """Turn each place into a vector of the history as it stands there."""
        if not self.causal:
            masked = ops.expand_dims(ops.equal(sequence, MASK), 2)
            tokens = ops.where(masked, self.mask, tokens)
        real = ops.expand_dims(ops.greater(segment, 0), 2)
        tokens = tokens + ops.take(self.positions, position, axis=0)
        tokens = self.drop(ops.where(real, tokens, 0.0), training=training)
        allowed = allowed_pairs(segment, self.causal)
        for block in self.blocks:
            tokens = block(tokens, allowed, training=training)
        return self.last(tokens)

    def encode(self, vectors: np.ndarray, sequences: np.ndarray, block: int = 256) -> np.ndarray:
        """Return the vector at the last place of left-padded sequences."""
        found = np.zeros((len(sequences), self.dim), dtype=np.float32)
        filled = np.flatnonzero((sequences != PADDING).any(axis=1))
        # Sorted by length, short histories are computed without most of their padding.
        lengths = (sequences[filled] != PADDING).sum(axis=1)
        filled = filled[np.argsort(lengths, kind="stable")]
        for start in range(0, len(filled), block):
            rows = filled[start : start + block]
            longest = int((sequences[rows] != PADDING).sum(axis=1).max())
            # Keras warns of attention over a single place.
            longest = min(max(longest, 2), self.max_length)
            part = sequences[rows, -longest:]
            places = np.arange(self.max_length - longest, self.max_length, dtype=np.int32)
            last = self(
                vectors[np.maximum(part, 0)],
                part,
                np.broadcast_to(places, part.shape),
                (part != PADDING).astype(np.int32),
            )[:, -1]
            found[rows] = ops.convert_to_numpy(last)
        return found

    def _small(self, which: int) -> Any:
        return keras.initializers.RandomNormal(stddev=0.1, seed=1000 * self.seed + which)


_MASKED = -1e9


def allowed_pairs(segment: Any, causal: bool) -> Any:
    """Say which places may look at which."""
    segment = ops.convert_to_tensor(segment)
    own, other = ops.expand_dims(segment, 2), ops.expand_dims(segment, 1)
    allowed = ops.logical_and(ops.equal(own, other), ops.greater(other, 0))
    if not causal:
        return allowed
    place = ops.arange(segment.shape[1])
    return ops.logical_and(allowed, ops.expand_dims(place, 1) >= ops.expand_dims(place, 0))


class SelfAttention(keras.layers.Layer):
    """Scaled dot-product attention with several heads."""

    def __init__(self, dim: int, heads: int, dropout: float, seed: int) -> None:
        super().__init__()
        self.heads, self.size = heads, dim // heads
        self.inside = keras.layers.Dense(3 * dim, kernel_initializer=_glorot(seed))
        self.outside = keras.layers.Dense(dim, kernel_initializer=_glorot(seed + 1))
        self.drop = keras.layers.Dropout(dropout, seed=seed + 2)
        self.dim = dim

    def build(self, input_shape: Any = None) -> None:
        self.inside.build((None, None, self.dim))
        self.outside.build((None, None, self.dim))
        self.built = True

    def call(self, tokens: Any, allowed: Any, training: bool = False) -> Any:
        """Mix the tokens, shape (n, length, dim), each from those it may look at."""
        length = tokens.shape[1]
        split = ops.reshape(self.inside(tokens), (-1, length, 3, self.heads, self.size))
        split = ops.transpose(split, (2, 0, 3, 1, 4))
        query, key, value = split[0] * self.size**-0.5, split[1], split[2]
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2)))
        scores = ops.where(ops.expand_dims(allowed, 1), scores, _MASKED)
        weights = self.drop(ops.softmax(scores, axis=-1), training=training)
        mixed = ops.transpose(ops.matmul(weights, value), (0, 2, 1, 3))
        return self.outside(ops.reshape(mixed, (-1, length, self.dim)))


class AttentionBlock(keras.layers.Layer):
    """Attention, then a small network for each place; either is added to what came in."""

    def __init__(self, dim: int, heads: int, dropout: float, seed: int) -> None:
        super().__init__()
        self.dim = dim
        self.attention = SelfAttention(dim, heads, dropout, seed)
        self.norms = [keras.layers.LayerNormalization(epsilon=1e-6) for _ in range(2)]
        self.wide = keras.layers.Dense(dim, activation="relu", kernel_initializer=_glorot(seed + 3))
        self.narrow = keras.layers.Dense(dim, kernel_initializer=_glorot(seed + 4))
        self.drops = [keras.layers.Dropout(dropout, seed=seed + 5 + place) for place in range(2)]

    def build(self, input_shape: Any = None) -> None:
        shape = (None, None, self.dim)
        self.attention.build()
        for layer in (*self.norms, self.wide, self.narrow):
            layer.build(shape)
        self.built = True

    def call(self, tokens: Any, allowed: Any, training: bool = False) -> Any:
        """Return tokens of the same shape."""
        mixed = self.attention(self.norms[0](tokens), allowed, training=training)
        tokens = tokens + self.drops[0](mixed, training=training)
        changed = self.narrow(self.wide(self.norms[1](tokens)))
        return tokens + self.drops[1](changed, training=training)


def _glorot(seed: int) -> Any:
    return keras.initializers.GlorotUniform(seed=seed)


class SequenceNetwork(keras.Model):
    """Predict items from the history vector at their place; one item layer serves both ends."""

    def __init__(
        self,
        items: Any,
        encoder: SequenceEncoder,
        loss: str,
        exponent: float = 1.0,
        temperature: float | None = None,
    ) -> None:
        super().__init__(name="sequence_network")
        self.items, self.encoder = items, encoder
        self.loss_name, self.exponent, self.temperature = loss, exponent, temperature

    def build(self, input_shape: Any = None) -> None:
        """Make all weights, so that they exist before the first batch."""
        if not self.items.built:
            self.items.build(None)
        if not self.encoder.built:
            self.encoder.build()
        self.built = True

    def call(self, inputs: Mapping[str, Any], training: bool = False) -> Any:
        """Return the vectors of places with targets, shape (m, dim)."""
        tokens = self.item_vectors(ops.maximum(inputs["item"], 0))
        found = self.encoder(
            tokens, inputs["item"], inputs["position"], inputs["segment"], training=training
        )
        found = ops.reshape(found, (-1, self.encoder.dim))
        if self.temperature is not None:
            found = ops.normalize(found, axis=-1) / self.temperature
        return ops.take(found, inputs["place"], axis=0) if "place" in inputs else found

    def item_vectors(self, rows: Any = None) -> Any:
        """Return the vectors of some items or of all; of length 1 for cosines."""
        vectors = self.items(rows)
        return vectors if self.temperature is None else ops.normalize(vectors, axis=-1)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:
        """Return the mean loss over the batch's targets."""
        target = ops.reshape(x["target"], (-1,))
        weight = ops.cast(target >= 0, y_pred.dtype)
        target = ops.maximum(target, 0)
        if self.loss_name == "cross-entropy":
            logits = ops.matmul(y_pred, ops.transpose(self.item_vectors(x.get("catalogue"))))
            return weighted_mean(catalogue_cross_entropy(logits, target), weight)
        rows = ops.reshape(x["negative"], (ops.shape(target)[0], -1))
        # Of a whole catalogue made once, since one item is drawn for many places.
        vectors = self.item_vectors()
        positive = ops.sum(y_pred * ops.take(vectors, target, axis=0), axis=1)
        negative = ops.einsum("nd,nkd->nk", y_pred, ops.take(vectors, rows, axis=0))
        keep = rows != ops.expand_dims(target, 1)
        if self.loss_name == "sampled-cross-entropy":
            return weighted_mean(sampled_softmax(positive, negative, keep), weight)
        return weighted_mean(gbce(positive, negative, keep, self.exponent), weight)


def catalogue_cross_entropy(logits: Any, target: Any) -> Any:
    """Compute the cross-entropy of picking the target among the whole catalogue."""
    ops = import_keras().ops
    return ops.sparse_categorical_crossentropy(target, logits, from_logits=True)


def gbce(positive: Any, negative: Any, keep: Any, exponent: float = 1.0) -> Any:
    r"""Compute generalised binary cross-entropy: that of an item against k drawn negatives."""
    ops = import_keras().ops
    weights = ops.cast(keep, negative.dtype)
    others = ops.sum(weights * ops.softplus(negative), axis=1)
    return (exponent * ops.softplus(-positive) + others) / (negative.shape[1] + 1)


def gbce_exponent(n_negatives: int, n_items: int, calibration: float) -> float:
    r"""Return the exponent that undoes the overconfidence which negative sampling brings."""
    share = min(1.0, n_negatives / (n_items - 1))
    return share * (calibration * (1 - 1 / share) + 1 / share)


def weighted_mean(loss: Any, weight: Any) -> Any:
    """Return the mean over places of weight 1; padding has weight 0."""
    ops = import_keras().ops
    return ops.sum(loss * weight) / ops.maximum(ops.sum(weight), 1.0)
