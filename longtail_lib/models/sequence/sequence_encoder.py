"""The part of a sequence model that knows no catalogue: from item vectors to history vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.article.keras_backend import import_keras
from longtail_lib.models.sequence.self_attention import AttentionBlock, allowed_pairs
from longtail_lib.models.sequence.user_sequences import PADDING

__all__ = ["MASK", "SequenceEncoder"]

keras = import_keras()
ops = keras.ops

# In a sequence, the place of an item that is to be guessed.
MASK = -2


class SequenceEncoder(keras.layers.Layer):
    """Learned positions, blocks of attention, and a last normalisation.

    Parameters
    ----------
    dim, max_length, blocks, heads : int
    dropout : float
    causal : bool
        Every place sees itself and what came before; otherwise the whole history.
    seed : int
    """

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
        """Turn each place into a vector of the history as it stands there.

        Parameters
        ----------
        tokens : tensor of float, shape (n, length, dim)
            Item vectors; whatever stands at padding and masks is not used.
        sequence, position, segment : tensor of int, shape (n, length)
            See `packed_pairs`; `sequence` may hold `MASK`.
        training : bool
        """
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
        """Return the vector at the last place of left-padded sequences.

        Parameters
        ----------
        vectors : ndarray of float32, shape (n_items, dim)
        sequences : ndarray of int32, shape (n, max_length)
            Catalogue columns, `PADDING` or `MASK`.
        block : int
            Sequences at a time.

        Returns
        -------
        ndarray of float32, shape (n, dim)
            Zeros for a sequence of padding alone.
        """
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
