"""Simulated datasets on disk: written by the simulator, checked when read.

A folder holds `interactions.csv.gz`, `items.csv.gz`, `users.csv.gz`, `truth.npz`, `card.json` and
may hold a `README.md` for people. Hashes are those of the content (the CSV text; the names, types
and bytes of the arrays), because compressed bytes differ between versions of zlib.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl

from longtail_lib._write_file import write_file
from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.simulation._simulated_truth import SimulatedTruth

__all__ = [
    "PROPENSITY_DIGITS",
    "check_hash",
    "content_hashes",
    "csv_bytes",
    "parse_csv",
    "read_bytes",
    "read_simulated",
    "text_hash",
    "unzip",
    "write_simulated",
    "write_zipped",
]

_TABLES = ("interactions", "items", "users")
_TRUTH = "truth.npz"
_CARD = "card.json"
# A propensity is written with as many decimals as it has.
PROPENSITY_DIGITS = 7
_WHOLE = ("user_id", "timestamp", "joined", "added")
_REAL = ("rating", "propensity")


def read_simulated(folder: str | os.PathLike[str], *, truth: bool = True) -> Dataset:
    """Read a stored simulated dataset and check every file against its hash.

    Parameters
    ----------
    folder : path
        What `write_simulated` wrote.
    truth : bool
        Also read preferences and propensities; False gives `Dataset.truth` None.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from tempfile import TemporaryDirectory
    >>> from longtail_lib.simulation import PRESETS, simulate
    >>> data = simulate(replace(PRESETS["shop"], n_users=50, n_items=600), seed=1)
    >>> with TemporaryDirectory() as folder:
    ...     again = read_simulated(write_simulated(data, folder))
    >>> again.interactions.equals(data.interactions)
    True
    """
    folder = Path(folder)
    card = DatasetCard(**json.loads(read_bytes(folder / _CARD)))
    frames = {}
    for table in _TABLES:
        path = folder / f"{table}.csv.gz"
        text = unzip(path)
        check_hash(path, text_hash(text), card.sha256.get(path.name))
        frames[table] = parse_csv(text)
    found = None
    if truth:
        path = folder / _TRUTH
        arrays = load_arrays(path)
        check_hash(path, arrays_hash(arrays), card.sha256.get(path.name))
        found = SimulatedTruth(**arrays)
    return Dataset(**frames, card=card, truth=found)


def write_simulated(dataset: Dataset, folder: str | os.PathLike[str]) -> Path:
    """Write what `simulate` returned with its card, each file whole or not at all.

    The folder is made where it does not exist. The content is the same on every platform;
    compressed bytes may differ between versions of zlib, so hashes are those of the content.

    Returns
    -------
    Path
        The folder.
    """
    if not isinstance(dataset.truth, SimulatedTruth):
        raise TypeError(
            f"{dataset!r} has no simulated truth; write_simulated takes what simulate returned"
        )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for table in _TABLES:
        write_zipped(folder / f"{table}.csv.gz", csv_bytes(getattr(dataset, table)))
    arrays = _arrays(dataset.truth)
    write_file(folder / _TRUTH, lambda file: np.savez_compressed(file, **arrays))
    about = asdict(dataset.card) | {"sha256": content_hashes(dataset)}
    _write_json(folder / _CARD, about)
    return folder


def content_hashes(dataset: Dataset) -> dict[str, str]:
    """Return the sha256 of the content of each data file that `write_simulated` writes."""
    hashes = {f"{table}.csv.gz": text_hash(csv_bytes(getattr(dataset, table))) for table in _TABLES}
    return hashes | {_TRUTH: arrays_hash(_arrays(dataset.truth))}


def _arrays(truth: SimulatedTruth) -> dict[str, np.ndarray]:
    return {field.name: getattr(truth, field.name) for field in fields(truth)}


def _write_json(path: Path, about: dict) -> None:
    _write_text(path, json.dumps(about, indent=2, ensure_ascii=False) + "\n")


def _write_text(path: Path, text: str) -> None:
    write_file(path, lambda file: file.write(text.encode()))


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


def _damaged(path: Path, why: str) -> str:
    return (
        f"{path} was altered or is damaged ({why}); restore it, or make the folder again with "
        "`longtail data simulate`"
    )
