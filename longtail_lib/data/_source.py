"""One file or frame of a user's own data, as read, and errors that name the place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from longtail_lib.data._delimited import Record, read_delimited, read_header, record_at, records

__all__ = ["Source", "frame_source", "open_source"]

_SEPARATORS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
_PARQUET = (".parquet", ".pq")


@dataclass(frozen=True, eq=False)
class Source:
    """Columns of one file or frame, as they are in it."""

    path: Path
    frame: pl.DataFrame
    separator: str | None
    encoding: str
    is_text: bool

    @property
    def sha256(self) -> str:
        """Hash of the file."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def line(self, row: int) -> int:
        """Return where a row of `frame` is in the file."""
        record = self._record(row)
        return row + 1 if record is None else record.line

    def error(self, column: str, row: int, complaint: str, *, others: int = 0) -> ValueError:
        """Return a ValueError that names file, row and column."""
        record = self._record(row)
        line = row + 1 if record is None else record.line
        place = f"{self.path.name}, row {line}, column {column!r}"
        more = f" ({others:,} more like it)" if others else ""
        if record is not None:
            width = len(self.header())
            if len(record.fields) < width:
                place = f"{self.path.name}, row {line}"
                complaint = (
                    f"{len(record.fields)} fields, but the header has {width}, so column "
                    f"{column!r} is missing; complete the row, or remove it"
                )
        return ValueError(f"{place}: {complaint}{more}")

    def header(self) -> list[str]:
        """Return the names of all columns of the file."""
        return _header(self.path, self.separator, self.encoding)

    def check_row_widths(self) -> None:
        """Refuse rows that have fewer fields than the header."""
        if self.separator is None:
            return
        rows = records(self.path, self.separator, self.encoding)
        width = len(next(rows).fields)
        for line, fields in rows:
            if len(fields) < width:
                raise ValueError(
                    f"{self.path.name}, row {line}: {len(fields)} fields, but the header has "
                    f"{width}; complete the row, or remove it"
                )

    def _record(self, row: int) -> Record | None:
        if self.separator is None:
            return None
        return record_at(self.path, self.separator, self.encoding, row)


def open_source(
    path: Any,
    columns: Iterable[str],
    *,
    separator: str | None = None,
    encoding: str = "utf-8",
    lenient: bool = False,
    others: bool = False,
    arguments: dict[str, str] | None = None,
) -> Source:
    """Read columns of a CSV, TSV or Parquet file."""
    wanted = list(dict.fromkeys(columns))
    if isinstance(path, Source):
        _check_columns(path.path, path.frame.columns, wanted, None, arguments or {})
        return path if others else replace(path, frame=path.frame.select(wanted))
    path = Path(path)
    _check_file(path)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else path.suffix.lower()
    if separator is None and kind in _PARQUET:
        chosen = None
    else:
        chosen = separator or _SEPARATORS.get(kind)
        if chosen is None:
            raise ValueError(
                f"{path.name}: cannot tell the separator from the suffix {path.suffix!r}; pass "
                "separator=',' (or '\\t', ';', '|'), or use .csv, .tsv or .parquet"
            )
        if len(chosen.encode()) != 1:
            raise ValueError(f"separator must be one ASCII character, got {separator!r}")
    header = _header(path, chosen, encoding)
    if others:
        wanted += [column for column in dict.fromkeys(header) if column not in wanted]
    _check_columns(path, header, wanted, chosen, arguments or {})
    wanted = sorted(wanted, key=header.index)
    if chosen is None:
        frame = pl.scan_parquet(path, glob=False).select(wanted).collect()
    else:
        frame = read_delimited(path, chosen, wanted, encoding=encoding, lenient=lenient)
    if frame.is_empty():
        raise ValueError(f"{path.name} has column names but no rows; expected at least one row")
    return Source(path, frame, chosen, encoding, is_text=chosen is not None)


def frame_source(frame: Any, name: str) -> Source:
    """Take a frame of the caller's as a source; messages call it `name`."""
    try:
        known = nw.from_native(frame)
    except TypeError as error:
        raise TypeError(
            f"{name} must be a polars, pandas or pyarrow frame, got {type(frame).__name__}; files "
            "are for read_table"
        ) from error
    eager = known.collect() if isinstance(known, nw.LazyFrame) else known
    if len(eager) == 0:
        raise ValueError(f"{name} has no rows; expected at least one")
    return Source(Path(name), eager.to_polars(), None, "utf-8", is_text=False)


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise ValueError(f"{path} is a folder; name a CSV, TSV or Parquet file in it")
    if not path.is_file():
        here = sorted(near.name for near in path.parent.glob("*")) if path.parent.is_dir() else []
        close = get_close_matches(path.name, here, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else "; check the path"
        raise FileNotFoundError(f"no file {path}{hint}")
    if path.stat().st_size == 0:
        raise ValueError(f"{path.name} is empty: expected column names and rows")


def _header(path: Path, separator: str | None, encoding: str) -> list[str]:
    if separator is not None:
        return read_header(path, separator, encoding)
    try:
        return pl.scan_parquet(path, glob=False).collect_schema().names()
    except pl.exceptions.PolarsError as error:
        raise ValueError(
            f"{path.name} is not a readable Parquet file ({error}); write it again, or rename it "
            "if it is CSV"
        ) from error


def _check_columns(
    path: Path,
    header: list[str],
    wanted: list[str],
    separator: str | None,
    arguments: dict[str, str],
) -> None:
    for column in wanted:
        times = header.count(column)
        if times > 1:
            raise ValueError(
                f"{path.name} has {times} columns named {column!r}; rename all but one"
            )
        if times == 0:
            by = f" (argument {arguments[column]})" if column in arguments else ""
            close = get_close_matches(str(column), header, n=1, cutoff=0.5)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            if separator and len(header) == 1:
                other = next((mark for mark in "\t;,|" if mark in header[0]), None)
                hint = f"; pass separator={other!r}" if other else hint
            raise ValueError(
                f"{path.name} has no column {column!r}{by}; it has "
                f"{', '.join(map(repr, header))}{hint}"
            )
