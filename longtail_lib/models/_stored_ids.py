"""Ids as a model keeps them, and in its file: numbers and text, without pickle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from longtail_lib.preprocessing._id_codes import text_ids

__all__ = ["plain_ids", "restored_ids", "stored_ids"]


def plain_ids(ids: Any, what: str) -> np.ndarray:
    """Return ids as numbers or text, which are stored without pickle."""
    ids = np.asarray(ids)
    if ids.dtype.kind in "iufU":
        return ids
    kinds = {type(value) for value in ids.tolist()}
    if kinds and kinds <= {str}:
        return text_ids(ids.tolist())
    if kinds and kinds <= {int}:
        return np.asarray(ids.tolist())
    raise TypeError(
        f"{what} ids must be all numbers or all text, got {ids.dtype} holding "
        f"{', '.join(sorted(kind.__name__ for kind in kinds))}; convert the column first, "
        "for example with cast(str)"
    )


def stored_ids(name: str, ids: np.ndarray) -> dict[str, np.ndarray]:
    """Return ids as arrays that need no pickle: text objects as bytes, and their ends."""
    if ids.dtype.kind != "O":
        return {name: ids}
    pieces = [text.encode() for text in ids.tolist()]
    return {
        f"{name}_utf8": np.frombuffer(b"".join(pieces), dtype=np.uint8),
        f"{name}_ends": np.cumsum([len(piece) for piece in pieces], dtype=np.int64),
    }


def restored_ids(name: str, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Read what `stored_ids` gave, checked before anything is cut."""
    if name in arrays:
        return arrays[name]
    content, ends = arrays[f"{name}_utf8"], arrays[f"{name}_ends"]
    if content.dtype != np.uint8 or ends.dtype != np.int64 or content.ndim != 1 or ends.ndim != 1:
        raise ValueError(f"{name} need bytes, and where each id ends in them")
    begins = np.concatenate([np.zeros(1, dtype=np.int64), ends])
    if (np.diff(begins) < 0).any() or begins[-1] != len(content):
        raise ValueError(f"{name} end where their text does not")
    whole = content.tobytes()
    texts = [whole[a:b].decode() for a, b in zip(begins[:-1].tolist(), ends.tolist(), strict=True)]
    return np.asarray(texts, dtype=object)
