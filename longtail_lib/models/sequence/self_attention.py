"""Self-attention over the items of a history, and the block it stands in."""

from __future__ import annotations

from typing import Any

from longtail_lib.article.keras_backend import import_keras

__all__ = ["AttentionBlock", "SelfAttention", "allowed_pairs"]

keras = import_keras()
ops = keras.ops

_MASKED = -1e9


def allowed_pairs(segment: Any, causal: bool) -> Any:
    """Say which places may look at which.

    Parameters
    ----------
    segment : tensor of int, shape (n, length)
        Which history of its row a place belongs to; 0 is padding.
    causal : bool
        A place looks at itself and earlier ones only.

    Returns
    -------
    tensor of bool, shape (n, length, length)
        [i, t, s]: whether place t of row i may look at place s.

    Examples
    --------
    >>> import numpy as np
    >>> np.array(allowed_pairs(np.array([[0, 1, 1, 2]]), causal=True))[0].astype(int)
    array([[0, 0, 0, 0],
           [0, 1, 0, 0],
           [0, 1, 1, 0],
           [0, 0, 0, 1]])
    """
    segment = ops.convert_to_tensor(segment)
    own, other = ops.expand_dims(segment, 2), ops.expand_dims(segment, 1)
    allowed = ops.logical_and(ops.equal(own, other), ops.greater(other, 0))
    if not causal:
        return allowed
    place = ops.arange(segment.shape[1])
    return ops.logical_and(allowed, ops.expand_dims(place, 1) >= ops.expand_dims(place, 0))


class SelfAttention(keras.layers.Layer):
    """Scaled dot-product attention with several heads.

    Parameters
    ----------
    dim : int
    heads : int
        Divides `dim`.
    dropout : float
        Of the attention weights.
    seed : int
    """

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
    """Attention, then a small network for each place; either is added to what came in.

    Inputs are normalised before either, and not after, which trains more steadily.

    Parameters
    ----------
    dim, heads, dropout, seed
        See `SelfAttention`; `dropout` also of what is added.
    """

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
