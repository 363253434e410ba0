"""The sizes of a Llama decoder and its weights, as a GGUF file has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from longtail_lib.language._read_gguf import Gguf

__all__ = ["LlamaSettings", "llama_settings", "llama_weights"]

_LARGEST = 2**20


class LlamaSettings(NamedTuple):
    """Sizes; `head` is the width of one head, `base` that of the rotary positions' speeds."""

    blocks: int
    width: int
    inner: int
    heads: int
    kv_heads: int
    vocabulary: int
    positions: int
    epsilon: float
    base: float

    @property
    def head(self) -> int:
        return self.width // self.heads

    @property
    def matrices(self) -> dict[str, tuple[int, int]]:
        """The matrices of one block, outputs first."""
        width, inner, narrow = self.width, self.inner, self.kv_heads * self.head
        return {
            "attn_q": (width, width),
            "attn_k": (narrow, width),
            "attn_v": (narrow, width),
            "attn_output": (width, width),
            "ffn_gate": (inner, width),
            "ffn_up": (inner, width),
            "ffn_down": (width, inner),
        }

    @property
    def n_parameters(self) -> int:
        block = sum(a * b for a, b in self.matrices.values()) + 2 * self.width
        return (self.vocabulary + 1) * self.width + self.blocks * block


def llama_settings(file: Gguf) -> LlamaSettings:
    """Read the sizes, and refuse what `LlamaNetwork` would not compute exactly."""
    family = file.metadata.get("general.architecture")
    if family != "llama":
        raise ValueError(
            f"{file.path}: general.architecture is {family!r}, expected 'llama'; choose a model of "
            "that family"
        )
    names = ("block_count", "embedding_length", "feed_forward_length", "attention.head_count")
    names += ("attention.head_count_kv", "vocab_size", "context_length")
    sizes = [file.metadata.get(f"llama.{name}") for name in names]
    for name, size in zip(names, sizes, strict=True):
        if not isinstance(size, int) or not 1 <= size <= _LARGEST:
            raise ValueError(
                f"{file.path}: llama.{name} must be a positive integer, got {size!r}; get the file "
                "again"
            )
    epsilon = file.metadata.get("llama.attention.layer_norm_rms_epsilon")
    base = file.metadata.get("llama.rope.freq_base", 10_000.0)
    own = LlamaSettings(*sizes, epsilon, base)  # type: ignore[arg-type]
    odd = {
        "the width is no multiple of the heads": own.width % own.heads,
        "the heads are no multiple of those of keys": own.heads % own.kv_heads,
        "a head has an odd width": own.head % 2,
        "not the whole head is turned": file.metadata.get("llama.rope.dimension_count", own.head)
        != own.head,
        "positions are scaled": file.metadata.get("llama.rope.scaling.type", "none") != "none",
        "the norms lack their epsilon": not isinstance(epsilon, float) or not 0 < epsilon < 1,
        "the positions lack their base": not isinstance(base, float) or not 1 < base < 1e12,
        "words are written by another table": "output.weight" in file.places,
    }
    for said, wrong in odd.items():
        if wrong:
            raise ValueError(f"{file.path}: {said}, which is not known here; choose another model")
    return own


def llama_weights(file: Gguf, own: LlamaSettings) -> Iterator[dict[str, np.ndarray]]:
    """Read what lies outside the blocks, then block after block, so that one is held at a time.

    Queries and keys come in the order in which halves of heads are turned.
    """
    yield {
        "token_embd": file.array("token_embd.weight", (own.vocabulary, own.width)),
        "output_norm": file.array("output_norm.weight", (own.width,)),
    }
    for place in range(own.blocks):
        found = {
            name: file.array(f"blk.{place}.{name}.weight", (own.width,))
            for name in ("attn_norm", "ffn_norm")
        }
        for name, shape in own.matrices.items():
            weights = file.array(f"blk.{place}.{name}.weight", shape)
            if name in ("attn_q", "attn_k"):
                # llama.cpp turns neighbours, and its files lay the halves of a head alternately.
                pairs = weights.reshape(-1, own.head // 2, 2, own.width)
                weights = pairs.swapaxes(1, 2).reshape(shape)
            found[name] = weights
        yield found
