"""Simulated datasets on disk: written by the simulator, checked when read.

A folder holds `interactions.csv.gz`, `items.csv.gz`, `users.csv.gz`, `truth.npz`, `card.json` and
a `README.md` for people. The shop's folder also holds a deliberately dirty log, `raw_log.csv`,
with `raw_log.json`, which says what is wrong in it.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from longtail_lib.data.dataset import Dataset, DatasetCard
from longtail_lib.data.simulator.dataset_card import card_text
from longtail_lib.data.simulator.defects import make_dirty_log
from longtail_lib.data.simulator.truth import SimulatedTruth
from longtail_lib.data.stored_content import (
    arrays_hash,
    check_hash,
    csv_bytes,
    load_arrays,
    parse_csv,
    read_bytes,
    text_hash,
    unzip,
    write_file,
    write_zipped,
)

__all__ = [
    "RawLog",
    "content_hashes",
    "load_dirty_log",
    "read_simulated",
    "write_dirty_log",
    "write_simulated",
]

_TABLES = ("interactions", "items", "users")
_TRUTH = "truth.npz"
_CARD = "card.json"
_RAW = "raw_log.csv"
_DEFECTS = "raw_log.json"


class RawLog(NamedTuple):
    """The dirty log as it lies on disk.

    Parameters
    ----------
    frame : polars.DataFrame
        Columns uid, sku, stars, ts, source, all of them strings as in the file; empty fields are
        null.
    path : Path
        The CSV file.
    """

    frame: pl.DataFrame
    path: Path

    @property
    def defects(self) -> dict:
        """What was put into it: "rows", "defects" (rows of each kind), "bot_user" and more."""
        return json.loads(read_bytes(self.path.with_suffix(".json")))


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

    Examples
    --------
    >>> from dataclasses import replace
    >>> from tempfile import TemporaryDirectory
    >>> from longtail_lib.data.simulator import PRESETS, simulate
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
    """Write a simulated dataset with its card, each file whole or not at all.

    The content is the same on every platform; compressed bytes may differ between versions of
    zlib, which is why hashes are those of the content.

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
        write_zipped(folder / f"{table}.csv.gz", csv_bytes(getattr(dataset, table)))
    arrays = _arrays(dataset.truth)
    write_file(folder / _TRUTH, lambda file: np.savez_compressed(file, **arrays))
    about = asdict(dataset.card) | {"sha256": content_hashes(dataset)}
    _write_json(folder / _CARD, about)
    _write_text(folder / "README.md", card_text(dataset))
    return folder


def content_hashes(dataset: Dataset) -> dict[str, str]:
    """Return the sha256 of the content of each data file that `write_simulated` writes."""
    hashes = {f"{table}.csv.gz": text_hash(csv_bytes(getattr(dataset, table))) for table in _TABLES}
    return hashes | {_TRUTH: arrays_hash(_arrays(dataset.truth))}


def load_dirty_log(folder: str | os.PathLike[str] | None = None) -> RawLog:
    """Read the shop's raw log, in which a good deal is wrong.

    Parameters
    ----------
    folder : path or None
        By default the checkout's `datasets/shop`.

    Returns
    -------
    RawLog
        `frame`, `path`, and `defects`: what was put into it.

    Raises
    ------
    FileNotFoundError
        No raw log there.
    ValueError
        The file was altered.

    Examples
    --------
    >>> log = load_dirty_log()
    >>> log.frame.columns
    ['uid', 'sku', 'stars', 'ts', 'source']
    """
    folder = Path(__file__).parents[2] / "datasets" / "shop" if folder is None else Path(folder)
    path = folder / _RAW
    text = read_bytes(path)
    log = RawLog(parse_csv(text, as_text=True), path)
    check_hash(path, text_hash(text), log.defects["sha256"])
    return log


def write_dirty_log(dataset: Dataset, folder: str | os.PathLike[str], seed: int = 7) -> Path:
    """Write the dirty log of a dataset, and beside it what is wrong in it.

    Returns
    -------
    Path
        The CSV file.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    frame, about = make_dirty_log(dataset, seed)
    text = csv_bytes(frame)
    write_file(folder / _RAW, lambda file: file.write(text))
    _write_json(folder / _DEFECTS, about | {"sha256": text_hash(text)})
    return folder / _RAW


def _arrays(truth: SimulatedTruth) -> dict[str, np.ndarray]:
    return {field.name: getattr(truth, field.name) for field in fields(truth)}


def _write_json(path: Path, about: dict) -> None:
    _write_text(path, json.dumps(about, indent=2, ensure_ascii=False) + "\n")


def _write_text(path: Path, text: str) -> None:
    write_file(path, lambda file: file.write(text.encode()))
