"""GGUF files, in which llama.cpp keeps weights: read within bounds, and nothing in them is run."""

from __future__ import annotations

import mmap
import os
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Gguf", "read_gguf"]

# Kinds of metadata that have a fixed size, as `struct` writes them; 8 is text and 9 a list.
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q"}
_SCALARS[12] = "d"
_TEXT, _LIST = 8, 9
# Kinds of tensors: the layout of one block, and how many weights it holds.
_LAYOUTS = {
    0: (np.dtype("<f4"), 1),
    3: (np.dtype([("scale", "<f2"), ("least", "<f2"), ("codes", "u1", 16)]), 32),
    8: (np.dtype([("scale", "<f2"), ("codes", "i1", 32)]), 32),
}
_MOST_NAMES, _MOST_DIMENSIONS = 100_000, 4


class _Place(NamedTuple):
    """Where in the file a tensor lies; the shape has the last dimension innermost, as in NumPy."""

    shape: tuple[int, ...]
    kind: int
    offset: int


@dataclass(frozen=True, repr=False)
class Gguf:
    """Metadata by name, and tensors that are read when they are asked for."""

    path: Path
    metadata: dict[str, Any]
    places: dict[str, _Place]
    content: Any

    def array(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """Return a tensor as float32, which must have the expected shape."""
        place = self.places.get(name)
        if place is None:
            raise ValueError(f"{self.path} lacks the tensor {name}; get the file again")
        if place.shape != shape:
            raise ValueError(
                f"{self.path}: {name} has shape {place.shape}, but its settings say {shape}; get "
                "the file again"
            )
        layout, size = _LAYOUTS[place.kind]
        blocks = np.frombuffer(self.content, layout, prod(shape) // size, place.offset)
        weights = _weights(blocks, place.kind).reshape(shape)
        if not np.isfinite(weights).all():
            raise ValueError(f"{self.path}: {name} holds what is no number; get the file again")
        return weights


def _weights(blocks: np.ndarray, kind: int) -> np.ndarray:
    """Undo the rounding to blocks of 32 whole numbers that share a scale."""
    if kind == 0:
        return blocks.astype(np.float32)
    scale = blocks["scale"].astype(np.float32)[:, None]
    if kind == 8:
        return scale * blocks["codes"]
    codes = blocks["codes"]
    # A byte holds a weight of the block's first half in its low bits, one of its second above.
    both = np.concatenate([codes & 15, codes >> 4], axis=1)
    return scale * both + blocks["least"].astype(np.float32)[:, None]


def read_gguf(path: str | os.PathLike[str]) -> Gguf:
    """Open a GGUF file of version 2 or 3.

    Whatever the file declares, a length, a count, a shape or an offset, is held against the size of
    the file before anything is made of it.

    Raises
    ------
    ValueError
        It is no GGUF file, is cut off, or holds tensors of a kind other than F32, Q4_1 and Q8_0.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return _Reader(path, content).whole()
    except (ValueError, struct.error) as error:
        if str(error).startswith(str(path)):
            raise
        raise ValueError(f"{path} is no whole GGUF file ({error}); get the file again") from error


class _Reader:
    """Reads one thing after another, and never past the end."""

    def __init__(self, path: Path, content: Any) -> None:
        self.path, self.content, self.at = path, content, 0

    def whole(self) -> Gguf:
        """Read the header; the weights stay where they are."""
        if self._bytes(4) != b"GGUF":
            raise ValueError("it does not begin with GGUF")
        version = self._scalar("I")
        if version not in (2, 3):
            raise ValueError(f"version {version}, expected 2 or 3")
        n_tensors, n_fields = (self._count(_MOST_NAMES) for _ in range(2))
        metadata: dict[str, Any] = {}
        for _ in range(n_fields):
            name = self._text()
            if name in metadata:
                raise ValueError(f"{name} stands there twice")
            metadata[name] = self._value(self._scalar("I"))
        places: dict[str, _Place] = {}
        for _ in range(n_tensors):
            name = self._text()
            if name in places:
                raise ValueError(f"{name} stands there twice")
            places[name] = self._place(name)
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 1 <= alignment <= 2**20:
            raise ValueError(f"an alignment of {alignment!r}")
        start = -(-self.at // alignment) * alignment
        for name, (shape, kind, offset) in places.items():
            layout, size = _LAYOUTS[kind]
            if start + offset + prod(shape) // size * layout.itemsize > len(self.content):
                raise ValueError(f"{name} reaches beyond its end")
            places[name] = _Place(shape, kind, start + offset)
        return Gguf(self.path, metadata, places, self.content)

    def _place(self, name: str) -> _Place:
        dimensions = self._scalar("I")
        if not 1 <= dimensions <= _MOST_DIMENSIONS:
            raise ValueError(f"{name} has {dimensions} dimensions")
        shape = tuple(self._scalar("Q") for _ in range(dimensions))[::-1]
        kind, offset = self._scalar("I"), self._scalar("Q")
        if kind not in _LAYOUTS:
            raise ValueError(
                f"{self.path}: {name} is stored in the kind {kind}; F32, Q4_1 and Q8_0 (0, 3 and "
                "8) are known here, so choose such a file"
            )
        if not all(shape) or shape[-1] % _LAYOUTS[kind][1]:
            raise ValueError(f"{name} has shape {shape}")
        return _Place(shape, kind, offset)

    def _value(self, kind: int) -> Any:
        if kind == _TEXT:
            return self._text()
        if kind == _LIST:
            inner = self._scalar("I")
            if inner == _TEXT:
                # A text takes at least the eight bytes of its length.
                return [self._text() for _ in range(self._count(self._left() // 8))]
            if inner not in _SCALARS:
                raise ValueError(f"a list of the kind {inner}")
            layout = np.dtype(f"<{_SCALARS[inner]}")
            count = self._count(self._left() // layout.itemsize)
            return np.frombuffer(self._bytes(count * layout.itemsize), layout)
        if kind not in _SCALARS:
            raise ValueError(f"a value of the kind {kind}")
        return self._scalar(_SCALARS[kind])

    def _text(self) -> str:
        return self._bytes(self._count(self._left())).decode("utf-8")

    def _count(self, most: int) -> int:
        count = self._scalar("Q")
        if count > most:
            raise ValueError(f"it declares {count:,} parts where at most {most:,} can be")
        return count

    def _scalar(self, kind: str) -> Any:
        layout = struct.Struct(f"<{kind}")
        return layout.unpack(self._bytes(layout.size))[0]

    def _left(self) -> int:
        return len(self.content) - self.at

    def _bytes(self, count: int) -> bytes:
        if count > self._left():
            raise ValueError("it is cut off")
        self.at += count
        return self.content[self.at - count : self.at]
