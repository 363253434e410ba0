"""JSON Lines, plain or gzip: an object a line, or four columns of millions of lines."""

from __future__ import annotations

import ast
import gzip
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

__all__ = ["json_lines", "scan_json_lines"]


def json_lines(path: Path, *, literals: bool = False) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give each line's number, from 1, and its object; `literals` takes Python's as well."""
    line = 0
    open_file = gzip.open if path.suffix == ".gz" else open
    try:
        with open_file(path, "rt", encoding="utf-8") as file:
            for line, text in enumerate(file, start=1):
                if not text.isspace():
                    yield line, _object(path, line, text, literals)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ValueError(
            f"{path.name} cannot be read after row {line} ({error}); fetch it again"
        ) from error


def scan_json_lines(path: Path, columns: dict[str, Any]) -> pl.DataFrame:
    """Read some fields of every line, quickly; what is wrong is then looked for line by line."""
    try:
        frame = pl.scan_ndjson(path, schema=columns).collect()
    except pl.exceptions.PolarsError as error:
        numbers = [name for name, kind in columns.items() if kind != pl.String]
        for line, found in json_lines(path):
            for name in numbers:
                if not _is_number(found.get(name)):
                    raise ValueError(
                        f"{path.name}, row {line}, field {name!r}: {found[name]!r} is not a "
                        "number; mend or remove the line"
                    ) from error
        raise ValueError(f"{path.name} cannot be read ({error}); fetch it again") from error
    if frame.is_empty():
        raise ValueError(f"{path.name} is empty: expected a JSON object a line")
    return frame


def _is_number(value: Any) -> bool:
    try:
        return value is None or math.isfinite(float(value))
    except (TypeError, ValueError):
        return False


def _object(path: Path, line: int, text: str, literals: bool) -> dict[str, Any]:
    found = None
    try:
        found = json.loads(text)
    except ValueError:
        if literals:
            try:
                found = ast.literal_eval(text.strip())
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                found = None
    except RecursionError:
        found = None
    if not isinstance(found, dict):
        raise ValueError(
            f'{path.name}, row {line}: expected an object such as {{"asin": ...}}, got '
            f"{text[:60].rstrip()!r}"
        )
    return found
