"""The shop's raw log as it lies on disk, in which a good deal is wrong, with what that is.

`raw_log.csv` is deliberately dirty; `raw_log.json` beside it says what is wrong in it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

import polars as pl

from longtail_course.worlds.defects import make_dirty_log
from longtail_lib._write_file import write_file
from longtail_lib.data import Dataset
from longtail_lib.simulation._read_simulated import (
    check_hash,
    csv_bytes,
    parse_csv,
    read_bytes,
    text_hash,
)

__all__ = ["RawLog", "load_dirty_log", "write_dirty_log"]

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
    about = json.dumps(about | {"sha256": text_hash(text)}, indent=2, ensure_ascii=False) + "\n"
    write_file(folder / _DEFECTS, lambda file: file.write(about.encode()))
    return folder / _RAW
