"""CSV and TSV files as columns of text, with the line of every row at hand for error messages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import polars as pl

from longtail_lib.data._text_file import as_text, check_encoding, is_gzip, is_utf8, open_bytes

__all__ = ["Dialect", "Record", "read_delimited", "read_header", "record_at", "records"]

_BATCH = 500_000
# A field with more characters has probably swallowed rows; a page of text has about so many.
_PAGE = 4_000
# Stand for a separator of several bytes; the first that a file does not hold is taken.
_STAND_INS = "\x1f\x1e\x1d\x1c\x02\x01"


@dataclass(frozen=True)
class Dialect:
    """How a file is written: what stands between fields and around them, and its columns' names."""

    separator: str
    quote: str | None = '"'
    encoding: str = "utf-8"
    names: tuple[str, ...] | None = None

    @property
    def is_plain(self) -> bool:
        """Whether a field is whatever stands between two separators."""
        return self.quote is None or len(self.separator.encode()) > 1

    def expects(self, width: int) -> str:
        """Say how many fields a row should have, and why."""
        return f"the header has {width}" if self.names is None else f"{width} columns are named"


class Record(NamedTuple):
    """One row of a delimited file: the line it starts on (from 1), and its fields."""

    line: int
    fields: list[str]


def records(path: Path, dialect: Dialect) -> Iterator[Record]:
    """Yield the rows of a CSV or TSV file one by one, the names of the columns first."""
    if dialect.names is not None:
        yield Record(0, list(dialect.names))
    with open_bytes(path) as raw, as_text(raw, dialect.encoding, "replace") as file:
        rows = _split(file, dialect) if dialect.is_plain else _parsed(path, file, dialect)
        for record in rows:
            if any(record.fields):
                yield record


def _split(file: io.TextIOWrapper, dialect: Dialect) -> Iterator[Record]:
    for number, line in enumerate(file, start=1):
        text = line.rstrip("\r\n").replace("\0", "")
        yield Record(number, text.split(dialect.separator))


def _parsed(path: Path, file: io.TextIOWrapper, dialect: Dialect) -> Iterator[Record]:
    pending: list[str] = []

    def lines() -> Iterator[str]:
        for line in file:
            pending.append(line)
            yield line.replace("\0", "")

    mark = dialect.quote or '"'
    reader = csv.reader(lines(), delimiter=dialect.separator, quotechar=mark)
    start = 1
    while True:
        pending.clear()
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise _unclosed(path, start, mark) from error
        if fields is None:
            return
        # Doubled quotes and closed ones come in pairs, so only an open one leaves an odd count in
        # a row that runs over several lines.
        if len(pending) > 1 and "".join(pending).count(mark) % 2:
            raise _unclosed(path, start, mark)
        yield Record(start, fields)
        start = reader.line_num + 1


def read_header(path: Path, dialect: Dialect) -> list[str]:
    """Return the column names of a CSV or TSV file, or check those that were given."""
    rows = records(path, dialect)
    header = next(rows, None)
    if header is None:
        raise ValueError(
            f"{path.name} is empty: expected a header line with column names, then rows"
        )
    if "\ufffd" in "".join(header.fields):
        check_encoding(path, dialect.encoding)
    if dialect.names is None:
        return header.fields
    first = next(rows, None)
    if first is not None and first.fields == header.fields:
        raise ValueError(
            f"{path.name}, row {first.line} holds the names themselves; the file has a header, so "
            "leave the names for it out"
        )
    if first is not None and len(first.fields) != len(header.fields):
        raise ValueError(
            f"{path.name}, row {first.line}: {len(first.fields)} fields, but "
            f"{dialect.expects(len(header.fields))} ({', '.join(map(repr, header.fields))}); name "
            "every column of the file, in its order, or pass another separator"
        )
    return header.fields


def record_at(path: Path, dialect: Dialect, row: int) -> Record | None:
    """Return a row by its number, counted from 0 after the header, or None past the end."""
    # Without quotes and blank lines before it, a row is a line: much quicker to find.
    above = dialect.names is None
    if len("a".encode(dialect.encoding)) == 1:
        mark = None if dialect.is_plain else (dialect.quote or '"').encode()
        empty = dialect.separator.encode(dialect.encoding) + b"\r\n"
        with open_bytes(path) as file:
            for number, raw in enumerate(file):
                if (mark is not None and mark in raw) or not raw.strip(empty):
                    break
                if number == row + above:
                    line = raw.decode(dialect.encoding, "replace").rstrip("\r\n")
                    return Record(number + 1, line.split(dialect.separator))
    rows = records(path, dialect)
    next(rows)
    return next(islice(rows, row, None), None)


def read_delimited(
    path: Path, dialect: Dialect, columns: list[str], *, lenient: bool = False
) -> tuple[pl.DataFrame, str]:
    """Read some columns of a CSV or TSV file as text, and say where a quote may have gone wrong."""
    source = _utf8_source(path, dialect, lenient)
    separator = dialect.separator
    try:
        if len(separator.encode()) > 1:
            content = source.read_bytes() if isinstance(source, Path) else source
            separator = next(mark for mark in _STAND_INS if mark.encode() not in content)
            source = content.replace(dialect.separator.encode(), separator.encode())
        scan = pl.scan_csv(
            source,
            separator=separator,
            quote_char=None if dialect.is_plain else dialect.quote,
            has_header=dialect.names is None,
            new_columns=None if dialect.names is None else list(dialect.names),
            infer_schema=False,
            encoding="utf8-lossy" if lenient else "utf8",
            truncate_ragged_lines=lenient,
            glob=False,
        )
        table = scan.select(columns).collect()
        empty = pl.all_horizontal(pl.all().is_null() | (pl.all() == ""))
        if table.select(empty.any()).item():
            # Only now is it worth parsing the other columns: are these rows empty throughout?
            table = scan.filter(~empty).select(columns).collect()
    except (pl.exceptions.PolarsError, StopIteration):
        if is_utf8(dialect.encoding) and not lenient:
            check_encoding(path, dialect.encoding)
        table = _read_slowly(path, dialect, columns, lenient)
    return table, _swallowed(path, dialect, source, table)


def _utf8_source(path: Path, dialect: Dialect, lenient: bool) -> Path | bytes:
    """Return what polars can read: the file itself, or its text in UTF-8."""
    if not is_utf8(dialect.encoding):
        if not lenient:
            check_encoding(path, dialect.encoding)
        how = "replace" if lenient else "strict"
        with open_bytes(path) as raw, as_text(raw, dialect.encoding, how) as file:
            return file.read().encode()
    if not is_gzip(path):
        return path
    with open_bytes(path) as file:
        return file.read()


def _read_slowly(path: Path, dialect: Dialect, columns: list[str], lenient: bool) -> pl.DataFrame:
    """Read row by row what polars refuses, such as a stray quote inside a field."""
    rows = records(path, dialect)
    header = next(rows).fields
    places = [header.index(column) for column in columns]
    schema = dict.fromkeys(columns, pl.String)
    frames: list[pl.DataFrame] = []
    batch: list[list[str | None]] = []
    for line, fields in rows:
        if len(fields) > len(header) and not lenient:
            mend = f"put quotes around fields that hold {dialect.separator!r}, or "
            raise ValueError(
                f"{path.name}, row {line}: {len(fields)} fields, but "
                f"{dialect.expects(len(header))}; {'' if dialect.is_plain else mend}pass "
                'on_error="null" to cut the surplus off'
            )
        batch.append([fields[at] or None if at < len(fields) else None for at in places])
        if len(batch) == _BATCH:
            frames.append(pl.DataFrame(batch, schema=schema, orient="row"))
            batch = []
    frames.append(pl.DataFrame(batch, schema=schema, orient="row"))
    return pl.concat(frames)


def _swallowed(path: Path, dialect: Dialect, source: Path | bytes, table: pl.DataFrame) -> str:
    """Name the first field with line breaks or of more than a page, which a quote may have made."""
    mark = (dialect.quote or '"').encode()
    if dialect.is_plain or not any(mark in block for block in _blocks(source)):
        return ""
    lines = sum(
        block.count(b"\n") - block.count(b"\n\n") - block.count(b"\n\r\n")
        for block in _blocks(source)
    )
    longest = table.select(pl.max_horizontal(pl.all().str.len_bytes().max())).item() or 0
    if lines <= len(table) + (dialect.names is None) and longest <= _PAGE:
        return ""
    rows = records(path, dialect)
    header = next(rows).fields
    for line, fields in rows:
        for column, field in zip(header, fields, strict=False):
            breaks = field.count("\n")
            if breaks or len(field) > _PAGE:
                return (
                    f"{path.name}, row {line}, column {column!r}: a field has {len(field):,} "
                    f"characters and {breaks:,} line breaks; if quotes mean nothing in this file, "
                    "one of them has swallowed the rows after it, so pass quote=None"
                )
    return ""


def _blocks(source: Path | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while block := file.read(1 << 20):
            yield block


def _unclosed(path: Path, line: int, mark: str) -> ValueError:
    return ValueError(
        f"{path.name}, row {line}: a quote is opened and never closed; close it, or double it "
        f"where it belongs to the text ({mark * 2}), or pass quote=None if quotes mean nothing here"
    )
