"""The decoder of the Llama family on Keras layers: states of tokens, and what follows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from longtail_lib._import_keras import import_keras
from longtail_lib.language._llama_settings import LlamaSettings

__all__ = ["LlamaNetwork", "Past", "Read", "rows_of"]

keras = import_keras()
ops = keras.ops

# Finite, so that a place of padding, which sees nothing, does not become NaN.
_UNSEEN = -1e9

# Keys and values of each block, (n, kv_heads, s, head).
Past = Sequence[tuple[Any, Any]]


class Read(NamedTuple):
    """What a pass over new tokens gives: states, (n, t, width), and what to keep of the tokens."""

    states: Any
    past: Past


class DecoderBlock(keras.layers.Layer):
    """Grouped-query attention and a gated feed-forward layer, each after a norm."""

    def __init__(self, settings: LlamaSettings, name: str) -> None:
        super().__init__(name=name, trainable=False)
        self.settings = own = settings
        self.attn_norm, self.ffn_norm = (_norm(own) for _ in range(2))
        # Matrices that read the same states lie side by side, because one large product is quicker.
        self.attn_qkv = _dense(own.width, (own.heads + 2 * own.kv_heads) * own.head)
        self.attn_output = _dense(own.width, own.width)
        self.ffn_gate_up = _dense(own.width, 2 * own.inner)
        self.ffn_down = _dense(own.inner, own.width)
        self.built = True

    def assign(self, weights: Mapping[str, np.ndarray]) -> None:
        """Take the matrices of a file, whose outputs come first."""
        for name in ("attn_norm", "ffn_norm"):
            getattr(self, name).scale.assign(weights[name])
        for layer, names in (
            (self.attn_qkv, ("attn_q", "attn_k", "attn_v")),
            (self.attn_output, ("attn_output",)),
            (self.ffn_gate_up, ("ffn_gate", "ffn_up")),
            (self.ffn_down, ("ffn_down",)),
        ):
            layer.kernel.assign(np.concatenate([weights[name] for name in names]).T)

    def call(
        self, x: Any, turn: tuple[Any, Any], bias: Any, past: tuple[Any, Any] | None
    ) -> tuple[Any, tuple[Any, Any]]:
        """Return new states, and the keys and values of earlier and new tokens."""
        own = self.settings
        n, t, _ = ops.shape(x)
        heads = ops.reshape(self.attn_qkv(self.attn_norm(x)), (n, t, -1, own.head))
        heads = ops.transpose(heads, (0, 2, 1, 3))
        turned = _turned(heads[:, : own.heads + own.kv_heads], *turn)
        keys, values = turned[:, own.heads :], heads[:, own.heads + own.kv_heads :]
        if past is not None:
            keys = ops.concatenate([past[0], keys], axis=2)
            values = ops.concatenate([past[1], values], axis=2)
        # Heads that share keys lie behind one another, as if they were more tokens.
        query = ops.reshape(turned[:, : own.heads], (n, own.kv_heads, -1, own.head))
        scores = ops.matmul(query, ops.transpose(keys, (0, 1, 3, 2))) / own.head**0.5
        mixed = ops.matmul(ops.softmax(scores + bias, axis=-1), values)
        mixed = ops.transpose(ops.reshape(mixed, (n, own.heads, t, own.head)), (0, 2, 1, 3))
        x = x + self.attn_output(ops.reshape(mixed, (n, t, own.width)))
        gate, up = ops.split(self.ffn_gate_up(self.ffn_norm(x)), 2, axis=-1)
        return x + self.ffn_down(ops.silu(gate) * up), (keys, values)


def _dense(inputs: int, outputs: int) -> Any:
    layer = keras.layers.Dense(outputs, use_bias=False, kernel_initializer="zeros")
    layer.build((None, inputs))
    return layer


def _norm(own: LlamaSettings) -> Any:
    layer = keras.layers.RMSNormalization(epsilon=own.epsilon)
    layer.build((None, own.width))
    return layer


def _turned(x: Any, cosine: Any, sine: Any) -> Any:
    """Rotary positions: turn the halves of each head against each other."""
    first, second = ops.split(x, 2, axis=-1)
    return ops.concatenate(
        [first * cosine - second * sine, second * cosine + first * sine], axis=-1
    )


class LlamaNetwork:
    """A decoder that reads tokens at any positions, with any of them hidden from any other.

    It runs operation by operation, because tracing a graph of so many blocks takes longer than most
    callers' work: over a minute on two busy cores.
    """

    def __init__(self, settings: LlamaSettings, weights: Iterator[dict[str, np.ndarray]]) -> None:
        self.settings = settings
        outside = next(weights)
        self.words = ops.convert_to_tensor(outside["token_embd"])
        self.norm = _norm(settings)
        self.norm.scale.assign(outside["output_norm"])
        self.blocks = []
        for place, inside in enumerate(weights):
            block = DecoderBlock(settings, f"block_{place}")
            block.assign(inside)
            self.blocks.append(block)
        half = settings.head // 2
        self._speed = (settings.base ** -(np.arange(half) / half)).astype(np.float32)

    def read(
        self, ids: np.ndarray, positions: np.ndarray, mask: np.ndarray, past: Past | None = None
    ) -> Read:
        """Read new tokens, (n, t), at their positions.

        `mask`, bool (n, t, s + t), says which of s earlier and t new tokens each new one sees.
        """
        own = self.settings
        angle = (positions[..., None] * self._speed)[:, None].astype(np.float32)
        turn = (ops.convert_to_tensor(np.cos(angle)), ops.convert_to_tensor(np.sin(angle)))
        unseen = np.where(mask, np.float32(0), np.float32(_UNSEEN))[:, None]
        bias = ops.convert_to_tensor(np.tile(unseen, (1, 1, own.heads // own.kv_heads, 1)))
        x = ops.take(self.words, ids, axis=0)
        kept = []
        for place, block in enumerate(self.blocks):
            x, pair = block(x, turn, bias, past[place] if past else None)
            kept.append(pair)
        return Read(self.norm(x), kept)

    def following(self, states: Any, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """After states, (n, width): log-probabilities of ids, (n,), and the likeliest ids, (n,)."""
        scores = ops.matmul(states, ops.transpose(self.words))
        own = ops.sum(states * ops.take(self.words, ids, axis=0), axis=-1)
        likelihood = own - ops.logsumexp(scores, axis=-1)
        return tuple(map(ops.convert_to_numpy, (likelihood, ops.argmax(scores, axis=-1))))


def rows_of(past: Past, rows: np.ndarray) -> Past:
    """What was kept of some rows."""
    return [tuple(ops.take(part, rows, axis=0) for part in pair) for pair in past]
