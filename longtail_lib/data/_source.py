"""One file or frame of a user's own data, as read, and errors that name the place."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from longtail_lib.data._delimited import (
    Dialect,
    Record,
    read_delimited,
    read_header,
    record_at,
    records,
)
from longtail_lib.data._hashed_files import file_hash
from longtail_lib.data._json_lines import collect_json_lines, scan_json_lines
from longtail_lib.data._text_file import known_damage

__all__ = ["Source", "frame_source", "open_source", "tell"]

_SEPARATORS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
_PARQUET = (".parquet", ".pq")
_JSON = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True, eq=False)
class Source:
    """Columns of one file or frame, as they are in it."""

    path: Path
    frame: pl.DataFrame
    # How the file is written, where it is delimited; then its rows have lines.
    dialect: Dialect | None = None
    # Whether numbers are still as somebody wrote them.
    is_text: bool = False
    notes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Hash of the file."""
        return file_hash(self.path)

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
                    f"{len(record.fields)} fields, but {self.dialect.expects(width)}, so column "
                    f"{column!r} is missing; complete the row, or remove it"
                )
        return ValueError(f"{place}: {complaint}{more}")

    def header(self) -> list[str]:
        """Return the names of all columns of the file."""
        return self.frame.columns if self.dialect is None else read_header(self.path, self.dialect)

    def check_row_widths(self) -> None:
        """Refuse rows that have fewer fields than the header, where all columns were read."""
        # A row that is too short has nothing in the last of them.
        if self.dialect is None or not self.frame.to_series(-1).null_count():
            return
        rows = records(self.path, self.dialect)
        width = len(next(rows).fields)
        for line, fields in rows:
            if len(fields) < width:
                raise ValueError(
                    f"{self.path.name}, row {line}: {len(fields)} fields, but "
                    f"{self.dialect.expects(width)}; complete the row, or remove it"
                )

    def _record(self, row: int) -> Record | None:
        return None if self.dialect is None else record_at(self.path, self.dialect, row)


def tell(notes: list[str], note: str) -> None:
    """Put a note on the card, and warn at the caller's own line."""
    notes.append(note)
    level, frame = 1, sys._getframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith("longtail_lib."):
        level, frame = level + 1, frame.f_back
    warnings.warn(note, stacklevel=level)


def open_source(
    path: Any,
    columns: Iterable[str],
    *,
    separator: str | None = None,
    quote: str | None = '"',
    encoding: str = "utf-8",
    names: Sequence[str] | None = None,
    lenient: bool = False,
    others: bool = False,
    arguments: dict[str, str] | None = None,
) -> Source:
    """Read columns of a CSV, TSV, JSON Lines or Parquet file."""
    wanted = list(dict.fromkeys(columns))
    if isinstance(path, Source):
        _check_columns(path.path, path.frame.columns, wanted, None, arguments or {})
        return path if others else replace(path, frame=path.frame.select(wanted))
    path = _checked_file(path)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else path.suffix.lower()
    dialect = None
    if separator is not None or kind not in (*_PARQUET, *_JSON):
        chosen = separator or _SEPARATORS.get(kind)
        if chosen is None:
            raise ValueError(
                f"{path.name}: cannot tell the separator from the suffix {path.suffix!r}; pass "
                "separator=',' (or '\\t', ';', '|', '::'), or use .csv, .tsv, .jsonl or .parquet"
            )
        dialect = Dialect(chosen, quote, encoding, None if names is None else tuple(names))
    elif names is not None:
        raise ValueError(f"{path.name} names its columns itself; leave the names for it out")
    with known_damage(path):
        if dialect is not None:
            header = read_header(path, dialect)
        else:
            scan = scan_json_lines(path) if kind in _JSON else _scan_parquet(path)
            header = scan.collect_schema().names()
        if others:
            wanted += [column for column in dict.fromkeys(header) if column not in wanted]
        _check_columns(path, header, wanted, dialect, arguments or {})
        wanted = sorted(wanted, key=header.index)
        note = ""
        if dialect is not None:
            frame, note = read_delimited(path, dialect, wanted, lenient=lenient)
        elif kind in _JSON:
            frame = collect_json_lines(path, scan, wanted)
        else:
            frame = _collected(path, scan.select(wanted))
    if frame.is_empty():
        raise ValueError(f"{path.name} has column names but no rows; expected at least one row")
    return Source(path, frame, dialect, dialect is not None, (note,) if note else ())


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
    return Source(Path(name), eager.to_polars())


def _checked_file(path: Any) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise TypeError(
            f"read_table reads files, got {type(path).__name__}; a frame goes to "
            "Dataset.from_frame(frame, user=..., item=...), and so do its tables"
        )
    path = Path(path).expanduser()
    if path.is_dir():
        raise ValueError(f"{path} is a folder; name a CSV, TSV, JSON Lines or Parquet file in it")
    if not path.is_file():
        here = sorted(near.name for near in path.parent.glob("*")) if path.parent.is_dir() else []
        close = get_close_matches(path.name, here, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else "; check the path"
        raise FileNotFoundError(f"no file {path}{hint}")
    if path.stat().st_size == 0:
        raise ValueError(f"{path.name} is empty: expected column names and rows")
    return path


def _scan_parquet(path: Path) -> pl.LazyFrame:
    scan = pl.scan_parquet(path, glob=False)
    try:
        scan.collect_schema()
    except pl.exceptions.PolarsError as error:
        raise ValueError(
            f"{path.name} is not a readable Parquet file ({_first_line(error)}); write it again, "
            "or rename it if it is CSV"
        ) from error
    return scan


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _collected(path: Path, scan: pl.LazyFrame) -> pl.DataFrame:
    try:
        return scan.collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise ValueError(
            f"{path.name} is damaged: its columns cannot be read ({_first_line(error)}); copy or "
            "download the file again, or write it again"
        ) from error


def _check_columns(
    path: Path,
    header: list[str],
    wanted: list[str],
    dialect: Dialect | None,
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
            if dialect is not None and len(header) == 1:
                other = next(
                    (mark for mark in ("\t", ";", "::", ",", "|") if mark in header[0]), None
                )
                hint = f"; pass separator={other!r}" if other else hint
            raise ValueError(
                f"{path.name} has no column {column!r}{by}; it has "
                f"{', '.join(map(repr, header))}{hint}"
            )
