"""Plain text with a separator between fields and no quoting, in UTF-8 or Latin-1."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from longtail_lib.data._source import Source

__all__ = ["decoded", "open_unquoted", "text_lines"]


@dataclass(frozen=True, eq=False)
class Unquoted(Source):
    """A file whose rows are lines, whatever is in them; `lines` has the number of each, from 1."""

    lines: Sequence[int] = ()

    def line(self, row: int) -> int:
        """Return where a row of `frame` is in the file."""
        return self.lines[row]

    def error(self, column: str, row: int, complaint: str, *, others: int = 0) -> ValueError:
        """Return a ValueError that names file, row and column."""
        more = f" ({others:,} more like it)" if others else ""
        return ValueError(
            f"{self.path.name}, row {self.line(row)}, column {column!r}: {complaint}{more}"
        )


def open_unquoted(path: Path, separator: str, columns: list[str] | None = None) -> Unquoted:
    """Read a file as text, blank lines left out; without `columns` its first line names them."""
    text = decoded(path).replace("\r\n", "\n").strip("\n")
    header, _, rows = text.partition("\n") if columns is None else ("", "", text)
    columns = header.split(separator) if columns is None else columns
    if not rows:
        raise ValueError(f"{path.name} is empty: expected rows with {separator!r} between fields")
    first = 1 + bool(header)
    lines: Sequence[int] = range(first, first + rows.count("\n") + 1)
    if "\n\n" in rows:
        numbered = [(line, row) for line, row in zip(lines, rows.split("\n"), strict=True) if row]
        lines, rows = [line for line, _ in numbered], "\n".join(row for _, row in numbered)
    wide = len(columns) - 1
    # Too many in one line and too few in another could add up; polars tells of the former.
    if rows.count(separator) != wide * len(lines):
        raise _width_error(path, separator, columns, lines, rows)
    try:
        frame = pl.read_csv(
            io.StringIO(rows),
            separator=separator,
            has_header=False,
            new_columns=columns,
            quote_char=None,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError as error:
        raise _width_error(path, separator, columns, lines, rows) from error
    return Unquoted(path, frame, None, "utf-8", is_text=True, lines=lines)


def _width_error(
    path: Path, separator: str, columns: list[str], lines: Sequence[int], rows: str
) -> ValueError:
    """Return an error that names the first line with another number of fields."""
    counts = [row.count(separator) for row in rows.split("\n")]
    place = next((n for n, count in enumerate(counts) if count != len(columns) - 1), 0)
    return ValueError(
        f"{path.name}, row {lines[place]}: expected {len(columns)} fields ({', '.join(columns)}) "
        f"with {separator!r} between them, found {counts[place] + 1}"
    )


def decoded(path: Path) -> str:
    """Read a file of which nobody says whether it is UTF-8 or Latin-1."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def text_lines(text: str) -> list[str]:
    """Split at line ends; str.splitlines would also split at characters inside of titles."""
    return [line.removesuffix("\r") for line in text.split("\n")]
