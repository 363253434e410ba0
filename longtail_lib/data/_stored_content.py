"""How simulated tables and arrays become bytes, and how those bytes are checked.

Hashes are those of the content (the CSV text; the names, types and bytes of the arrays), because
compressed bytes differ between versions of zlib.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
import polars as pl

__all__ = [
    "PROPENSITY_DIGITS",
    "arrays_hash",
    "check_hash",
    "csv_bytes",
    "load_arrays",
    "parse_csv",
    "read_bytes",
    "text_hash",
    "unzip",
    "write_file",
    "write_zipped",
]

# A propensity is written with as many decimals as it has.
PROPENSITY_DIGITS = 7
_WHOLE = ("user_id", "timestamp", "joined", "added")
_REAL = ("rating", "propensity")


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """Write CSV with one way to write each number, whatever the version of polars."""
    columns = []
    for name in frame.columns:
        column = frame[name].to_list()
        if name == "propensity":
            column = [f"{value:.{PROPENSITY_DIGITS}f}" for value in column]
        elif name == "rating":
            column = [f"{value:g}" for value in column]
        columns.append(column)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(zip(*columns, strict=True))
    return buffer.getvalue().encode()


def parse_csv(text: bytes, *, as_text: bool = False) -> pl.DataFrame:
    """Read CSV back; `as_text` leaves every column as strings, empty ones as nulls."""
    names = next(csv.reader([text[: text.index(b"\n")].decode()]))
    types = dict.fromkeys(names, pl.String)
    if not as_text:
        types |= {name: pl.Int64 for name in names if name in _WHOLE}
        types |= {name: pl.Float64 for name in names if name in _REAL}
    return pl.read_csv(io.BytesIO(text), schema=types)


def text_hash(text: bytes) -> str:
    """Return the sha256 of a text."""
    return hashlib.sha256(text).hexdigest()


def arrays_hash(arrays: Mapping[str, np.ndarray]) -> str:
    """Return the sha256 of named arrays: names, types, shapes and little-endian bytes."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        array = array.astype(array.dtype.newbyteorder("<"))
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read an npz without pickle."""
    data = read_bytes(path)
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except Exception as error:
        raise ValueError(_damaged(path, str(error))) from error


def read_bytes(path: Path) -> bytes:
    """Read a file, or say how to make it."""
    if not path.is_file():
        raise FileNotFoundError(
            f"no file {path}; a simulated dataset is written by "
            "`longtail data simulate NAME --out FOLDER` or write_simulated"
        )
    return path.read_bytes()


def unzip(path: Path) -> bytes:
    """Read a gzip file, or say that it is damaged."""
    data = read_bytes(path)
    try:
        return gzip.decompress(data)
    except Exception as error:
        raise ValueError(_damaged(path, str(error))) from error


def check_hash(path: Path, found: str, wanted: str | None) -> None:
    """Refuse content that is not what its card says."""
    if found != wanted:
        why = f"sha256 of its content is {found}, its card says {wanted}"
        raise ValueError(_damaged(path, why))


def write_zipped(path: Path, text: bytes) -> None:
    """Write gzip without name and time, so that equal text gives equal files on one machine."""

    def write(file: IO[bytes]) -> None:
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as zipped:
            zipped.write(text)

    write_file(path, write)


def write_file(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            write(file)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _damaged(path: Path, why: str) -> str:
    return (
        f"{path} was altered or is damaged ({why}); restore it, or make the folder again with "
        "`longtail data simulate`"
    )
