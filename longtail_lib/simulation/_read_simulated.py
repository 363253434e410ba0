"""Simulated datasets on disk: written by the simulator, checked when read.

A folder holds `interactions.csv.gz`, `items.csv.gz`, `users.csv.gz`, `truth.npz`, `card.json` and
may hold a `README.md` for people.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np

from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.data._stored_content import (
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
from longtail_lib.simulation._simulated_truth import SimulatedTruth

__all__ = [
    "content_hashes",
    "read_simulated",
    "write_simulated",
]

_TABLES = ("interactions", "items", "users")
_TRUTH = "truth.npz"
_CARD = "card.json"


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
