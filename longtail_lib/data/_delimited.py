"""CSV and TSV files as columns of text, with the line of every row at hand for error messages."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import polars as pl

__all__ = ["Record", "read_delimited", "read_header", "record_at", "records"]

_BATCH = 500_000


class Record(NamedTuple):
    """One row of a delimited file: the line it starts on (from 1), and its fields."""

    line: int
    fields: list[str]


def records(path: Path, separator: str, encoding: str = "utf-8") -> Iterator[Record]:
    """Yield the rows of a CSV or TSV file one by one, the header first."""
    pending: list[str] = []
    with _open_text(path, encoding, errors="replace") as file:

        def lines() -> Iterator[str]:
            for line in file:
                pending.append(line)
                yield line.replace("\0", "")

        reader = csv.reader(lines(), delimiter=separator)
        start = 1
        while True:
            pending.clear()
            try:
                fields = next(reader, None)
            except csv.Error as error:
                raise _unclosed(path, start) from error
            if fields is None:
                return
            # Doubled quotes and closed ones come in pairs, so only an open one leaves an odd
            # count in a row that runs over several lines.
            if len(pending) > 1 and "".join(pending).count('"') % 2:
                raise _unclosed(path, start)
            if any(fields):
                yield Record(start, fields)
            start = reader.line_num + 1


def read_header(path: Path, separator: str, encoding: str = "utf-8") -> list[str]:
    """Return the column names of a CSV or TSV file."""
    for record in records(path, separator, encoding):
        if "\ufffd" in "".join(record.fields):
            _check_encoding(path, encoding, lenient=False)
        return record.fields
    raise ValueError(f"{path.name} is empty: expected a header line with column names, then rows")


def record_at(path: Path, separator: str, encoding: str, row: int) -> Record | None:
    """Return a row by its number, counted from 0 after the header, or None past the end."""
    # Without quotes and blank lines before it, a row is a line: much quicker to find.
    if len("a".encode(encoding)) == 1:
        mark, empty = b'"', separator.encode() + b"\r\n"
        with _open_bytes(path) as file:
            for number, raw in enumerate(file):
                if mark in raw or not raw.strip(empty):
                    break
                if number == row + 1:
                    line = raw.decode(encoding, "replace").rstrip("\r\n")
                    return Record(number + 1, line.split(separator))
    rows = records(path, separator, encoding)
    next(rows)
    return next(islice(rows, row, None), None)


def read_delimited(
    path: Path,
    separator: str,
    columns: list[str],
    *,
    encoding: str = "utf-8",
    lenient: bool = False,
) -> pl.DataFrame:
    """Read some columns of a CSV or TSV file as text."""
    unicode = encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")
    if not unicode:
        _check_encoding(path, encoding, lenient)
    try:
        if not unicode:
            with _open_text(path, encoding, "replace" if lenient else "strict") as file:
                source: Path | io.BytesIO = io.BytesIO(file.read().encode())
        else:
            source = path
        scan = pl.scan_csv(
            source,
            separator=separator,
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
        return table
    except pl.exceptions.PolarsError:
        if unicode:
            _check_encoding(path, encoding, lenient)
        return _read_slowly(path, separator, columns, encoding, lenient)


def _read_slowly(
    path: Path, separator: str, columns: list[str], encoding: str, lenient: bool
) -> pl.DataFrame:
    """Read row by row what polars refuses, such as a stray quote inside a field."""
    rows = records(path, separator, encoding)
    header = next(rows).fields
    places = [header.index(column) for column in columns]
    schema = dict.fromkeys(columns, pl.String)
    frames: list[pl.DataFrame] = []
    batch: list[list[str | None]] = []
    for line, fields in rows:
        if len(fields) > len(header) and not lenient:
            raise ValueError(
                f"{path.name}, row {line}: {len(fields)} fields, but the header has "
                f"{len(header)}; put quotes around fields that hold {separator!r}, or pass "
                'on_error="null" to cut the surplus off'
            )
        batch.append([fields[at] or None if at < len(fields) else None for at in places])
        if len(batch) == _BATCH:
            frames.append(pl.DataFrame(batch, schema=schema, orient="row"))
            batch = []
    frames.append(pl.DataFrame(batch, schema=schema, orient="row"))
    return pl.concat(frames)


def _check_encoding(path: Path, encoding: str, lenient: bool) -> None:
    """Refuse bytes that are no text, naming the line."""
    if lenient:
        return
    line = 1
    encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    try:
        # One line at a time: a text reader decodes in blocks and would name the wrong one.
        if len("a".encode(encoding)) > 1:
            with _open_text(path, encoding, "strict") as file:
                file.read()
        else:
            with _open_bytes(path) as file:
                for line, raw in enumerate(file, start=1):  # noqa: B007
                    raw.decode(encoding)
    except UnicodeError as error:
        bytes_there = getattr(error, "object", b"")[getattr(error, "start", 0) :][:1]
        raise ValueError(
            f"{path.name}, row {line}: byte 0x{bytes_there.hex() or '??'} is not {encoding} text; "
            "save the file as UTF-8, or pass its encoding, such as encoding='cp1252'"
        ) from error


def _unclosed(path: Path, line: int) -> ValueError:
    return ValueError(
        f"{path.name}, row {line}: a quote is opened and never closed; close it, or double it "
        'where it belongs to the text ("")'
    )


def _open_bytes(path: Path) -> io.BufferedIOBase:
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")


def _open_text(path: Path, encoding: str, errors: str) -> io.TextIOWrapper:
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        encoding = "utf-8-sig"
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise ValueError(
            f"encoding {encoding!r} is unknown to Python; usual ones are 'utf-8', 'latin-1', "
            "'cp1252' and 'utf-16'"
        ) from error
    return io.TextIOWrapper(_open_bytes(path), encoding=encoding, errors=errors, newline="")
