"""Cleaned copies of real data that may be passed on, stored beside the simulated datasets.

A folder holds `interactions.parquet`, `items.parquet`, `card.json` with the sha256 of both, and a
`README.md` for people.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from dataclasses import asdict
from pathlib import Path

import polars as pl

from longtail_lib._write_file import write_file
from longtail_lib.data import Dataset, DatasetCard

__all__ = ["read_stored_copy", "write_stored_copy"]

_TABLES = ("interactions", "items")
_CARD = "card.json"


def read_stored_copy(folder: str | os.PathLike[str]) -> Dataset:
    """Read what `write_stored_copy` wrote, and check every file against its hash."""
    folder = Path(folder)
    card = DatasetCard(**json.loads((folder / _CARD).read_text(encoding="utf-8")))
    frames = {}
    for table in _TABLES:
        path = folder / f"{table}.parquet"
        content = path.read_bytes()
        found, wanted = hashlib.sha256(content).hexdigest(), card.sha256.get(path.name)
        if found != wanted:
            raise ValueError(
                f"{path} was altered or is damaged (its sha256 is {found}, its card says "
                f"{wanted}); restore it from the project"
            )
        frames[table] = pl.read_parquet(io.BytesIO(content))
    return Dataset(**frames, users=_users(frames["interactions"]), card=card)


def write_stored_copy(dataset: Dataset, folder: str | os.PathLike[str]) -> Path:
    """Write a dataset whose users have no attributes; equal data gives equal bytes."""
    if not dataset.users.equals(_users(dataset.interactions)):
        raise ValueError(
            f"{dataset!r} has users with attributes or without interactions; a stored copy holds "
            "the users of its log"
        )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sha256 = {}
    for table in _TABLES:
        buffer = io.BytesIO()
        # One piece: how many there are depends on the reader's threads, and shows in the bytes.
        getattr(dataset, table).rechunk().write_parquet(
            buffer, compression="zstd", compression_level=22, statistics=False
        )
        name = f"{table}.parquet"
        sha256[name] = _write(folder / name, buffer.getvalue())
    about = asdict(dataset.card) | {"sha256": sha256}
    text = json.dumps(about, indent=2, ensure_ascii=False) + "\n"
    _write(folder / _CARD, text.encode())
    return folder


def _write(path: Path, content: bytes) -> str:
    """Write a file and return its hash."""
    write_file(path, lambda file: file.write(content))
    return hashlib.sha256(content).hexdigest()


def _users(interactions: pl.DataFrame) -> pl.DataFrame:
    return interactions.select(pl.col("user_id").unique().sort())
