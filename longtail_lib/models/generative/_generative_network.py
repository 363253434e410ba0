"""The sequence-to-sequence network: a causal encoder over items, a decoder over tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from longtail_lib._import_keras import import_keras
from longtail_lib.models.sequence._user_sequences import PADDING

__all__ = ["GenerativeNetwork"]

keras = import_keras()
ops = keras.ops


_SPREAD = 0.05


class GenerativeNetwork(keras.Model):
    """Predict the tokens of the next item at every place of a sequence of items."""

    def __init__(
        self,
        codes: np.ndarray,
        sizes: Sequence[int],
        *,
        dim: int,
        blocks: int,
        heads: int,
        max_length: int,
        dropout: float,
        seed: int,
    ) -> None:
        super().__init__(name="generative")
        self.depth, self.dim, self.max_length = codes.shape[1], dim, max_length
        self.n_items = len(codes)
        # One more row: the tokens of a sequence's start.
        start = np.asarray(sizes, dtype=np.int32)[None]
        self.item_tokens = ops.convert_to_tensor(np.concatenate([codes, start]).astype("int32"))
        layers = keras.layers
        seeds = iter(range(1000 * seed, 1000 * seed + 1000))

        def normal() -> Any:
            return keras.initializers.RandomNormal(stddev=_SPREAD, seed=next(seeds))

        def dense(units: int, activation: str | None = None, name: str | None = None) -> Any:
            kernel = keras.initializers.GlorotUniform(next(seeds))
            return layers.Dense(units, activation, kernel_initializer=kernel, name=name)

        self.tables = [
            layers.Embedding(size + 1, dim, embeddings_initializer=normal(), name=f"tokens_{place}")
            for place, size in enumerate(sizes)
        ]
        self.positions = self.add_weight(
            shape=(max_length, dim), initializer=normal(), name="positions"
        )
        self.first_dropout = layers.Dropout(dropout, seed=next(seeds))
        self.blocks = [
            {
                "norm": layers.LayerNormalization(epsilon=1e-6),
                "attention": layers.MultiHeadAttention(
                    heads,
                    max(1, dim // heads),
                    kernel_initializer=keras.initializers.GlorotUniform(next(seeds)),
                    seed=next(seeds),
                ),
                "second_norm": layers.LayerNormalization(epsilon=1e-6),
                "wide": dense(2 * dim, "relu"),
                "narrow": dense(dim),
                "dropout": layers.Dropout(dropout, seed=next(seeds)),
                "second_dropout": layers.Dropout(dropout, seed=next(seeds)),
            }
            for _ in range(blocks)
        ]
        self.last_norm = layers.LayerNormalization(epsilon=1e-6)
        self.projections = [dense(dim) for _ in sizes]
        self.hidden = [None] + [dense(2 * dim, "relu") for _ in sizes[1:]]
        # Scale and shift start at nothing: the decoder first learns each place by itself.
        self.films = [None] + [
            layers.Dense(2 * dim, kernel_initializer=normal()) for _ in sizes[1:]
        ]
        self.code_vectors = [
            self.add_weight(shape=(size, dim), initializer=normal(), name=f"codes_{place}")
            for place, size in enumerate(sizes)
        ]
        self.code_biases = [
            self.add_weight(shape=(size,), initializer="zeros", name=f"bias_{place}")
            for place, size in enumerate(sizes)
        ]

    def build(self, input_shape: Any = None) -> None:
        """Make all weights, so that they exist before the first batch."""
        rows = np.zeros((1, self.max_length), dtype="int32")
        self.logits(self.call(rows), rows)
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the state after each step, shape (n, steps, dim)."""
        inputs = ops.convert_to_tensor(inputs["rows"] if isinstance(inputs, dict) else inputs)
        known = ops.not_equal(inputs, PADDING)
        tokens = ops.take(self.item_tokens, ops.maximum(inputs, 0), axis=0)
        x = self.positions[self.max_length - inputs.shape[1] :]
        for place, table in enumerate(self.tables):
            x = x + table(tokens[..., place])
        x = self.first_dropout(x, training=training)
        mask = known[:, None, :]
        for block in self.blocks:
            normal = block["norm"](x)
            attended = block["attention"](
                normal, normal, attention_mask=mask, use_causal_mask=True, training=training
            )
            x = x + block["dropout"](attended, training=training)
            inner = block["narrow"](block["wide"](block["second_norm"](x)))
            x = x + block["second_dropout"](inner, training=training)
        return self.last_norm(x)

    def logits(self, states: Any, items: Any) -> list[Any]:
        """Return logits of each place's tokens while writing known items (teacher forcing)."""
        tokens = ops.take(self.item_tokens, items, axis=0)
        written, found = [], []
        for place in range(self.depth):
            query = self.projections[place](states)
            if place:
                prefix = ops.concatenate(written, axis=-1)
                both = self.films[place](self.hidden[place](prefix))
                query = query * (1 + both[..., : self.dim]) + both[..., self.dim :]
            codes = ops.transpose(self.code_vectors[place])
            found.append(ops.matmul(query, codes) + self.code_biases[place])
            written.append(self.tables[place](tokens[..., place]))
        return found

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:
        """Sum the cross-entropies of the places; the mean over the steps that have a next item."""
        states = ops.take(ops.reshape(y_pred, (-1, self.dim)), x["step"], axis=0)
        tokens = ops.take(self.item_tokens, x["item"], axis=0)
        loss = 0.0
        for place, logits in enumerate(self.logits(states, x["item"])):
            loss = loss + keras.losses.sparse_categorical_crossentropy(
                tokens[:, place], logits, from_logits=True
            )
        return ops.sum(loss * x["weight"]) / ops.sum(x["weight"])

    def last_state(self, rows: np.ndarray) -> np.ndarray:
        """Return the state after the last step, shape (n, dim), without dropout."""
        return ops.convert_to_numpy(self.call(rows)[:, -1])

    def decoder_arrays(self) -> dict[str, np.ndarray]:
        """Return the weights that `TokenDecoder` needs, by name."""
        arrays = {}
        for place in range(self.depth):
            arrays[f"tokens_{place}"] = self.tables[place].embeddings
            arrays[f"project_kernel_{place}"] = self.projections[place].kernel
            arrays[f"project_bias_{place}"] = self.projections[place].bias
            arrays[f"code_vectors_{place}"] = self.code_vectors[place]
            arrays[f"code_bias_{place}"] = self.code_biases[place]
            if place:
                arrays[f"hidden_kernel_{place}"] = self.hidden[place].kernel
                arrays[f"hidden_bias_{place}"] = self.hidden[place].bias
                arrays[f"film_kernel_{place}"] = self.films[place].kernel
                arrays[f"film_bias_{place}"] = self.films[place].bias
        return {name: np.array(ops.convert_to_numpy(value)) for name, value in arrays.items()}
