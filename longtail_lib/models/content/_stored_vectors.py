"""Text vectors of a catalogue in one small file, so that nobody need read its texts again."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np

from longtail_lib._write_file import is_passing, write_file
from longtail_lib.models.content._item_vectors import item_vectors
from longtail_lib.preprocessing import Split
from longtail_lib.preprocessing._split_matrices import places_of, plain_value
from longtail_lib.text import Int8Vectors, Whitening, quantise_int8

__all__ = ["StoredVectors"]

_ARRAYS = ("header", "item_ids", "codes", "scales")


@dataclass(frozen=True, eq=False)
class StoredVectors:
    """Vectors of items, a byte a number, with the ids that they belong to.

    Parameters
    ----------
    item_ids : ndarray, shape (n,)
        Ascending.
    small : Int8Vectors
        A row for each id.
    about : mapping
        Of JSON: who read the texts, and whatever else is worth knowing.

    Examples
    --------
    >>> parts = Split.from_matrices(np.eye(2), item_ids=["lamp", "map"])
    >>> small = quantise_int8(np.array([[0.6, 0.8], [1.0, 0.0]]))
    >>> stored = StoredVectors(np.array(["lamp", "map"]), small, {"encoder": "me"})
    >>> print(stored.of(parts).round(1))
    [[0.6 0.8]
     [1.  0. ]]
    """

    item_ids: np.ndarray = field(repr=False)
    small: Int8Vectors
    about: dict[str, Any]

    @classmethod
    def read_texts(cls, parts: Split, encoder: str, dimensions: int | None = None) -> Self:
        """Read the texts of a catalogue with an encoder from `list_encoders`, or with "words".

        With `dimensions` only so many principal directions are kept, those of largest variance,
        as `Whitening("centre", dimensions)` finds them; `about` then says which share they hold.
        """
        vectors = item_vectors(parts, encoder)
        about: dict[str, Any] = {"encoder": encoder, "data": parts.name}
        if dimensions is not None and dimensions < vectors.shape[1]:
            space = Whitening("centre", dimensions).fit(vectors)
            vectors, about["explained"] = space.transform(vectors), round(space.explained_, 4)
        return cls(parts.item_ids, quantise_int8(vectors), about)

    def of(self, parts: Split) -> np.ndarray:
        """Return the vectors in the order of a split's items, float32; models take them.

        Raises
        ------
        KeyError
            An item of the split has no vector here.
        """
        places, known = places_of(self.item_ids, parts.item_ids, "item")
        if not known.all():
            first = plain_value(parts.item_ids[~known][0])
            raise KeyError(
                f"{np.count_nonzero(~known):,} of {parts.n_items:,} items, such as {first!r}, have "
                f"no vector among the {len(self.item_ids):,} that {self.about} holds; read their "
                "texts, or take the data that these vectors were made for"
            )
        return self.small.restore()[places]

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a compressed .npz without pickle, whole or not at all; return its path."""
        header = {"about": self.about, "max_cosine_error": self.small.max_cosine_error}
        arrays = {
            "header": np.array(json.dumps(header)),
            "item_ids": self.item_ids,
            "codes": self.small.codes,
            "scales": self.small.scales,
        }
        return write_file(path, lambda file: np.savez_compressed(file, **arrays))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read what `save` wrote, or say what is wrong with it."""
        try:
            with np.load(path, allow_pickle=False) as file:
                header, item_ids, codes, scales = (file[name] for name in _ARRAYS)
            if codes.dtype != np.int8 or codes.ndim != 2 or scales.dtype != np.float32:
                raise ValueError(f"its codes are {codes.dtype} of shape {codes.shape}")
            if scales.shape != (len(codes),) or item_ids.shape != (len(codes),):
                raise ValueError("it has not one id and one scale for each row")
            if not np.isfinite(scales).all() or (scales < 0).any():
                raise ValueError("its scales must be finite and not negative")
            if not (item_ids[1:] > item_ids[:-1]).all():
                raise ValueError("its ids are not ascending")
            said = json.loads(str(header))
            small = Int8Vectors(codes, scales, float(said["max_cosine_error"]))
            return cls(item_ids, small, dict(said["about"]))
        except Exception as error:
            if is_passing(error):
                raise
            raise ValueError(f"{path} holds no stored vectors ({error}); make it again") from error
