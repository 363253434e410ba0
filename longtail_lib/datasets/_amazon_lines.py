"""JSON Lines as Amazon's keepers write them: few columns of many rows, and Python's literals."""

from __future__ import annotations

import ast
import glob
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from longtail_lib.data._source import open_source
from longtail_lib.data._text_file import as_text, check_encoding, known_damage, open_bytes

__all__ = ["json_lines", "read_fields"]


def json_lines(path: Path, *, literals: bool = False) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give each line's number, from 1, and its object; `literals` takes Python's as well."""
    with known_damage(path), open_bytes(path) as raw, as_text(raw, "utf-8", "strict") as file:
        try:
            for line, text in enumerate(file, start=1):
                if not text.isspace():
                    yield line, _object(path, line, text, literals)
        except UnicodeDecodeError:
            check_encoding(path, "utf-8")
            raise


def read_fields(path: Path, columns: dict[str, Any]) -> pl.DataFrame:
    """Read some fields of every line without the others, which are most of a review."""
    try:
        with known_damage(path):
            # Unescaped, "[1]" in a folder's name would match other files, or none.
            return pl.scan_ndjson(glob.escape(str(path)), schema=columns).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        # Slower, with all fields, and it names the line that is wrong.
        return open_source(path, columns).frame


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
