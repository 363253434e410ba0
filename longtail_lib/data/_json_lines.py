"""JSON Lines as a frame: one object a line, its keys are the columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from longtail_lib.data._text_file import open_bytes

__all__ = ["collect_json_lines", "scan_json_lines"]


def scan_json_lines(path: Path) -> pl.LazyFrame:
    """Open a file of JSON objects, one a line; a column of mixed types becomes text."""
    content = _content(path)
    try:
        frame = pl.scan_ndjson(content, infer_schema_length=None)
        frame.collect_schema()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return pl.LazyFrame(_columns_of(_objects(path, content)))
    return frame


def collect_json_lines(path: Path, scan: pl.LazyFrame, columns: list[str]) -> pl.DataFrame:
    """Read columns of what `scan_json_lines` opened."""
    try:
        return scan.select(columns).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return pl.DataFrame(_columns_of(_objects(path, _content(path)))).select(columns)


def _content(path: Path) -> bytes:
    with open_bytes(path) as file:
        return file.read()


def _objects(path: Path, content: bytes) -> list[dict[str, Any]]:
    """Parse line by line what polars refuses, and name the first line that is no object."""
    found = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            one = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ValueError(
                f"{path.name}, row {number}: not JSON ({error}); JSON Lines has one whole object "
                "a line, with double quotes around keys and text"
            ) from error
        if not isinstance(one, dict):
            raise ValueError(
                f"{path.name}, row {number}: {type(one).__name__} instead of an object; JSON Lines "
                'has one object such as {"user": 7, "item": "lamp"} a line, and no list around them'
            )
        found.append(one)
    return found


def _columns_of(objects: list[dict[str, Any]]) -> dict[str, pl.Series]:
    names = dict.fromkeys(name for one in objects for name in one)
    return {name: _column([one.get(name) for one in objects]) for name in names}


def _column(values: list[Any]) -> pl.Series:
    """Values of one type as that type, others as text."""
    try:
        return pl.Series(values, strict=True)
    except (TypeError, OverflowError, pl.exceptions.PolarsError):
        return pl.Series([_text(value) for value in values], dtype=pl.String)


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
