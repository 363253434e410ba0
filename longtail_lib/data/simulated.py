"""Simulated datasets on disk: written by the simulator, checked when read.

A folder holds `interactions.csv.gz`, `items.csv.gz`, `users.csv.gz`, `truth.npz`, `card.json` and
a `README.md` for people. Hashes are those of the content (the CSV text; the names, types and
bytes of the arrays), because compressed bytes differ between versions of zlib.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any

import numpy as np
import polars as pl

from longtail_lib.data.dataset import Dataset, DatasetCard
from longtail_lib.data.simulator.simulation import PROPENSITY_DIGITS
from longtail_lib.data.simulator.truth import SimulatedTruth

__all__ = ["content_hashes", "read_simulated", "write_simulated"]

_TABLES = ("interactions", "items", "users")
_TRUTH = "truth.npz"
_CARD = "card.json"
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

    Returns
    -------
    Dataset
        Equal to what `simulate` returned.

    Raises
    ------
    FileNotFoundError
        The folder or one of its files is missing.
    ValueError
        A file is damaged or its content is not what the card says.
    """
    folder = Path(folder)
    about = json.loads(_bytes(folder / _CARD))
    card = DatasetCard(**about)
    frames = {}
    for table in _TABLES:
        path = folder / f"{table}.csv.gz"
        text = _unzip(path)
        _check(path, hashlib.sha256(text).hexdigest(), card)
        frames[table] = _parse(text)
    found = None
    if truth:
        path = folder / _TRUTH
        arrays = _load_arrays(path)
        _check(path, _arrays_hash(arrays), card)
        found = SimulatedTruth(**arrays)
    return Dataset(**frames, card=card, truth=found)


def write_simulated(dataset: Dataset, folder: str | os.PathLike[str]) -> Path:
    """Write a simulated dataset, each file whole or not at all.

    Parameters
    ----------
    dataset : Dataset
        What `simulate` returned.
    folder : path
        Made where it does not exist.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    TypeError
        The dataset has no simulated truth.
    """
    if not isinstance(dataset.truth, SimulatedTruth):
        raise TypeError(
            f"{dataset!r} has no simulated truth; write_simulated takes what simulate returned"
        )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for table in _TABLES:
        text = _text(getattr(dataset, table))
        _write(folder / f"{table}.csv.gz", lambda file, text=text: _zip(file, text))
    arrays = _arrays(dataset.truth)
    _write(folder / _TRUTH, lambda file: np.savez_compressed(file, **arrays))
    about = asdict(dataset.card) | {"sha256": content_hashes(dataset)}
    _write_text(folder / _CARD, json.dumps(about, indent=2, ensure_ascii=False) + "\n")
    return folder


def content_hashes(dataset: Dataset) -> dict[str, str]:
    """Return the sha256 of the content of each file that `write_simulated` writes."""
    hashes = {
        f"{table}.csv.gz": hashlib.sha256(_text(getattr(dataset, table))).hexdigest()
        for table in _TABLES
    }
    return hashes | {_TRUTH: _arrays_hash(_arrays(dataset.truth))}


def _text(frame: pl.DataFrame) -> bytes:
    """CSV with one way to write each number, whatever the version of polars."""
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


def _parse(text: bytes) -> pl.DataFrame:
    names = next(csv.reader([text[: text.index(b"\n")].decode()]))
    types = dict.fromkeys(names, pl.String)
    types |= {name: pl.Int64 for name in names if name in _WHOLE}
    types |= {name: pl.Float64 for name in names if name in _REAL}
    return pl.read_csv(io.BytesIO(text), schema=types)


def _arrays(truth: SimulatedTruth) -> dict[str, np.ndarray]:
    return {field.name: getattr(truth, field.name) for field in fields(truth)}


def _arrays_hash(arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        array = array.astype(array.dtype.newbyteorder("<"))
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _load_arrays(path: Path) -> dict[str, np.ndarray]:
    data = _bytes(path)
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except Exception as error:
        raise ValueError(_damaged(path, str(error))) from error


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise FileNotFoundError(
            f"no file {path}; a simulated dataset is written by "
            "`longtail data simulate NAME --out FOLDER` or write_simulated"
        )
    return path.read_bytes()


def _unzip(path: Path) -> bytes:
    data = _bytes(path)
    try:
        return gzip.decompress(data)
    except Exception as error:
        raise ValueError(_damaged(path, str(error))) from error


def _zip(file: IO[bytes], text: bytes) -> None:
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as zipped:
        zipped.write(text)


def _check(path: Path, found: str, card: DatasetCard) -> None:
    wanted = card.sha256.get(path.name)
    if found != wanted:
        raise ValueError(
            _damaged(path, f"sha256 of its content is {found}, the card says {wanted}")
        )


def _damaged(path: Path, why: str) -> str:
    return (
        f"{path} was altered or is damaged ({why}); restore it, or make the folder again with "
        "`longtail data simulate`"
    )


def _write_text(path: Path, text: str) -> None:
    _write(path, lambda file: file.write(text.encode()))


def _write(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            write(file)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
