"""MPNet on layers of Keras: a BERT whose attention also knows how far apart two tokens are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from longtail_lib._import_keras import import_keras
from longtail_lib.text._encoder_config import GELU, encoder_config, pooling_of
from longtail_lib.text._pooled_bert import pooled, refuse_weights

__all__ = ["distance_buckets", "pooled_mpnet"]

# Distances in one direction fall into 16 buckets: each of 0 to 7 by itself, then ever wider ones,
# whose edges stand at 8 * 16 ** (k / 8) up to a distance of 128.
_EXACT, _FARTHEST = 8, 128
# The table of positions begins with those of two special tokens.
_FIRST = 2


def distance_buckets(length: int) -> np.ndarray:
    """Return the bucket of each pair (reading token, token read), int (length, length).

    Tokens further on have buckets 16 to 31. The attention adds a number for each bucket and head
    to its scores; all layers share these numbers.

    References
    ----------
    Raffel, C., Shazeer, N., Roberts, A., et al. (2020). Exploring the limits of transfer learning
    with a unified text-to-text transformer. JMLR 21(140), 1-67: the buckets.

    Song, K., Tan, X., Qin, T., Lu, J., Liu, T.-Y. (2020). MPNet: masked and permuted pre-training
    for language understanding. NeurIPS 33.

    Examples
    --------
    >>> distance_buckets(3).tolist()
    [[0, 17, 18], [1, 0, 17], [2, 1, 0]]
    """
    wide = _EXACT * (_FARTHEST / _EXACT) ** (np.arange(1, _EXACT) / _EXACT)
    edges = np.concatenate([np.arange(1, _EXACT + 1), wide])
    places = np.arange(length)
    ahead = places[None, :] - places[:, None]
    return np.searchsorted(edges, abs(ahead), side="right") + 2 * _EXACT * (ahead > 0)


def pooled_mpnet(folder: Path) -> Any:
    """Build an MPNet, give it its weights, and put pooling and division by length on top of it."""
    from safetensors import safe_open

    config, keras = encoder_config(folder), import_keras()
    try:
        # On the framework's own arrays; no code of the file is run.
        with safe_open(folder / "model.safetensors", framework="np") as file:
            return _network(folder, config, file.get_tensor, keras)
    except Exception as error:
        raise refuse_weights(folder, error) from error


def _network(folder: Path, config: dict[str, Any], weight: Any, keras: Any) -> Any:
    """Lay the layers one on the other; `weight` gives an array by its name in the file."""
    layers, ops = keras.layers, keras.ops
    width, heads = config["hidden_size"], config["num_attention_heads"]
    size, epsilon = width // heads, config.get("layer_norm_eps", 1e-12)
    longest, gelu = config["positions"], _activation(config, keras)

    def normalised(states: Any, name: str) -> Any:
        return _loaded(
            layers.LayerNormalization(epsilon=epsilon),
            states,
            weight(f"{name}.LayerNorm.weight"),
            weight(f"{name}.LayerNorm.bias"),
        )

    def dense(states: Any, name: str, units: int, activation: Any = None) -> Any:
        layer = layers.Dense(units, activation=activation)
        return _loaded(layer, states, weight(f"{name}.weight").T, weight(f"{name}.bias"))

    def by_heads(states: Any, name: str) -> Any:
        layer = layers.EinsumDense("bnw,whd->bhnd", (heads, None, size), bias_axes="hd")
        kernel = weight(f"{name}.weight").T.reshape(width, heads, size)
        return _loaded(layer, states, kernel, weight(f"{name}.bias").reshape(heads, 1, size))

    class Tables(layers.Layer):
        """Vectors of positions, and what distances add to the scores of attention."""

        def build(self, _):
            self.own = self.add_weight((longest, width))
            self.far = self.add_weight((heads, longest, longest))

        def call(self, ids):
            length = ops.shape(ids)[1]
            return self.own[:length], self.far[:, :length, :length]

    ids, mask = (keras.Input((None,), dtype="int32", name=n) for n in ("token_ids", "padding_mask"))
    words = layers.Embedding(config["vocab_size"], width)
    words = _loaded(words, ids, weight("embeddings.word_embeddings.weight"))
    own = weight("embeddings.position_embeddings.weight")[_FIRST:]
    far = weight("encoder.relative_attention_bias.weight")[distance_buckets(longest)]
    positions, distances = _loaded(Tables(), ids, own, far.transpose(2, 0, 1))
    states = normalised(words + positions, "embeddings")
    # Padding gets no attention.
    distances = distances + 1e9 * (ops.cast(mask, states.dtype)[:, None, None, :] - 1)
    for place in range(config["num_hidden_layers"]):
        block = f"encoder.layer.{place}"
        query, key, value = (by_heads(states, f"{block}.attention.attn.{part}") for part in "qkv")
        scores = ops.matmul(query, ops.swapaxes(key, 2, 3)) / np.sqrt(size) + distances
        mixed = ops.matmul(ops.softmax(scores), value)
        mixed = layers.Reshape((-1, width))(ops.transpose(mixed, (0, 2, 1, 3)))
        read = dense(mixed, f"{block}.attention.attn.o", width)
        states = normalised(states + read, f"{block}.attention")
        inner = dense(states, f"{block}.intermediate.dense", config["intermediate_size"], gelu)
        states = normalised(
            states + dense(inner, f"{block}.output.dense", width), f"{block}.output"
        )
    return pooled(ids, mask, states, pooling_of(folder))


def _activation(config: dict[str, Any], keras: Any) -> Any:
    """The GELU that the model was trained with."""
    approximate = GELU[config["hidden_act"]]
    return lambda states: keras.activations.gelu(states, approximate=approximate)


def _loaded(layer: Any, inputs: Any, *weights: np.ndarray) -> Any:
    """Apply a layer, and put its trained weights in the place of the random ones."""
    outputs = layer(inputs)
    layer.set_weights(weights)
    return outputs
