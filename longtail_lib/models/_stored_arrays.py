"""Arrays of a saved model, each compared with what the model expects before it is read."""

from __future__ import annotations

import math
import os
import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.models._stored_ids import restored_ids

__all__ = [
    "Stored",
    "StoredArrays",
    "check_ids",
    "floats",
    "matrix_parts",
    "open_arrays",
    "parts_of",
    "read_log",
    "stored_matrix",
]

# A directory of some ten thousand members; each costs ten times its bytes once it is read.
_LARGEST_DIRECTORY = 2**20
_READABLE = ("b", "i", "u", "f", "U")


class Stored(NamedTuple):
    """What an array of a file must be.

    Parameters
    ----------
    dtype : str
        Names such as "float32", or letters of kinds as NumPy has them, separated by blanks.
    shape : tuple of int or str
        A length that is a word may be any, the same wherever the word stands.
    optional : bool
        It may be missing.
    """

    dtype: str
    shape: tuple[int | str, ...]
    optional: bool = False

    def __str__(self) -> str:
        return f"{self.dtype} of shape ({', '.join(map(str, self.shape))})"


def check_ids(who: str, user_ids: np.ndarray, item_ids: np.ndarray) -> None:
    """Refuse ids in which nothing could be looked up."""
    for what, ids in (("user", user_ids), ("item", item_ids)):
        if not len(ids) or not (ids[1:] > ids[:-1]).all():
            raise ValueError(
                f"{who}: {what} ids must be ascending, each of them once; make the split with "
                "split or Split.from_matrices"
            )


def floats(*shape: int | str) -> Stored:
    """Say that an array holds what scores are made of."""
    return Stored("float32", shape)


def matrix_parts(n_rows: int, dtype: str = "float32") -> dict[str, Stored]:
    """Say what the three parts of a sparse matrix must be."""
    return {
        "data": Stored(dtype, ("entries",)),
        "indices": Stored("int32 int64", ("entries",)),
        "indptr": Stored("int32 int64", (n_rows + 1,)),
    }


def parts_of(matrix: csr_matrix) -> dict[str, np.ndarray]:
    """Return the three parts of a sparse matrix, as `matrix_parts` has them."""
    return {name: getattr(matrix, name) for name in ("data", "indices", "indptr")}


def stored_matrix(arrays: Mapping[str, np.ndarray], shape: tuple[int, int]) -> csr_matrix:
    """Build a sparse matrix from a file's `data`, `indices` and `indptr`, checked in full."""
    matrix = csr_matrix(tuple(arrays[name] for name in ("data", "indices", "indptr")), shape=shape)
    # The constructor leaves bounds unchecked, and products would read and write beyond them.
    matrix.check_format(full_check=True)
    return matrix


def read_log(stored: StoredArrays, who: str) -> tuple[np.ndarray, np.ndarray, csr_matrix]:
    """Read user ids, item ids and seen items."""
    user_ids, item_ids = (_ids(stored, name) for name in ("user_ids", "item_ids"))
    check_ids(who, user_ids, item_ids)
    seen = stored.within("seen_").read(matrix_parts(len(user_ids), "b i u f"))
    return user_ids, item_ids, stored_matrix(seen, (len(user_ids), len(item_ids)))


def _ids(stored: StoredArrays, name: str) -> np.ndarray:
    """Read ids of either form that `stored_ids` gives them."""
    forms = {
        name: Stored("i u f U", ("ids",), optional=True),
        f"{name}_utf8": Stored("uint8", ("bytes",), optional=True),
        f"{name}_ends": Stored("int64", ("ids",), optional=True),
    }
    return restored_ids(name, stored.read(forms))


class StoredArrays:
    """The arrays of an open file whose names begin alike; nothing is read unless it is asked for.

    Parameters
    ----------
    members : ZipFile
    """

    def __init__(self, members: zipfile.ZipFile) -> None:
        self._members, self._prefix = members, ""
        self._promised: dict[str, tuple[str, tuple[int, ...]]] = {}
        self._unread = {name.removesuffix(".npy") for name in members.namelist()}

    def promise(self, about: Mapping[str, Any]) -> None:
        """Take note of names, types and shapes that a description lists; refuse other names."""
        self._promised = {name: (dtype, tuple(shape)) for name, (dtype, shape) in about.items()}
        differ = sorted(self._promised.keys() ^ self._unread)
        if differ:
            raise ValueError(f"it lacks, or should not hold, {', '.join(differ[:3])}")

    def within(self, prefix: str) -> StoredArrays:
        """Return the arrays whose names go on with a prefix, which is left out of them."""
        inner = copy(self)
        inner._prefix += prefix
        return inner

    def read(self, expected: Mapping[str, Stored] | None) -> dict[str, np.ndarray]:
        """Read the expected arrays; with None whatever is there, as numbers or text."""
        if expected is None:
            start = len(self._prefix)
            names = sorted(name for name in self._unread if name.startswith(self._prefix))
            return {name[start:]: self._read(name, self._header(name)) for name in names}
        headers, lengths = {}, {}
        for name, wanted in expected.items():
            if wanted.optional and self._prefix + name not in self._unread:
                continue
            headers[name] = self._header(self._prefix + name)
            self._compare(name, wanted, headers[name], lengths)
        return {name: self._read(self._prefix + name, header) for name, header in headers.items()}

    def finish(self) -> None:
        """Refuse a file that holds more than was read."""
        if self._unread:
            some = ", ".join(sorted(self._unread)[:3])
            raise ValueError(f"it holds {len(self._unread)} arrays that no such model has: {some}")

    def _open(self, name: str) -> IO[bytes]:
        if name not in self._unread:
            raise ValueError(f"it lacks {name}")
        return self._members.open(f"{name}.npy")

    def _header(self, name: str) -> tuple[np.dtype, tuple[int, ...]]:
        """Read type and shape, and see that as many bytes follow as they need."""
        with self._open(name) as stream:
            version = np.lib.format.read_magic(stream)
            readers = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }
            if version not in readers:
                raise ValueError(f"{name} is an array of version {version}")
            shape, _, dtype = readers[version](stream)
            begins = stream.tell()
        if dtype.kind not in _READABLE or not dtype.isnative or not dtype.itemsize:
            raise ValueError(f"{name} is {dtype}, expected numbers or text")
        if self._promised.get(name, (dtype.name, shape)) != (dtype.name, shape):
            raise ValueError(f"{name} is {dtype} of shape {shape}, and was saved as another array")
        needed = begins + math.prod(shape) * dtype.itemsize
        if self._members.getinfo(f"{name}.npy").file_size != needed:
            raise ValueError(f"{name} of shape {shape} has not the {needed:,} bytes that it needs")
        return dtype, shape

    def _compare(
        self,
        name: str,
        wanted: Stored,
        header: tuple[np.dtype, tuple[int, ...]],
        lengths: dict[str, int],
    ) -> None:
        """Refuse another type or shape; what a free length was the first time, it stays."""
        dtype, shape = header
        words = wanted.dtype.split()
        fits = (dtype.name in words or dtype.kind in words) and len(shape) == len(wanted.shape)
        for own, length in zip(shape, wanted.shape, strict=False):
            known = lengths.setdefault(length, own) if isinstance(length, str) else length
            fits = fits and own == known
        if not fits:
            raise ValueError(f"{self._prefix}{name} is {dtype} of shape {shape}, expected {wanted}")

    def _read(self, name: str, header: tuple[np.dtype, tuple[int, ...]]) -> np.ndarray:
        with self._open(name) as stream:
            array = np.lib.format.read_array(stream, allow_pickle=False)
        self._unread.discard(name)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} holds what is no finite number")
        if array.dtype.kind == "U" and array.size and _codes(array).max() > 0x10FFFF:
            raise ValueError(f"{name} holds what is no text")
        return array


def _codes(text: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(text).view(np.uint32)


@contextmanager
def open_arrays(path: Path) -> Iterator[StoredArrays]:
    """Open a file that holds plain arrays: none packed, none twice, all no larger than the file."""
    with path.open("rb") as file:
        _check_directory(file)
        with zipfile.ZipFile(file) as members:
            listed = members.infolist()
            # `save` packs nothing, so what is read can be no larger than the file.
            if any(one.compress_type != zipfile.ZIP_STORED for one in listed):
                raise ValueError("it holds packed arrays")
            if len({one.filename for one in listed}) < len(listed):
                raise ValueError("it holds two arrays of one name")
            if sum(one.file_size for one in listed) > os.fstat(file.fileno()).st_size:
                raise ValueError("its arrays are larger than the file")
            yield StoredArrays(members)


def _check_directory(file: IO[bytes]) -> None:
    """Refuse a directory that would be large in memory, from the records at the end of the file."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - 98))
    # The last record of 22 bytes; before it may stand one of 20 that points to one of 56.
    tail = file.read().rjust(98)
    large, pointer, last = tail[:56], tail[56:76], tail[76:]
    if last[:4] != b"PK\5\6" or last[20:] != b"\0\0":
        raise ValueError("it does not end as a file of arrays does")
    size = struct.unpack("<L", last[12:16])[0]
    if pointer[:4] == b"PK\6\7" and large[:4] == b"PK\6\6":
        size = struct.unpack("<Q", large[40:48])[0]
    if size > _LARGEST_DIRECTORY:
        raise ValueError(f"its list of arrays takes {size:,} bytes")
    file.seek(0)
