"""Raw columns as what the library works with: ids, ratings and timestamps."""

from __future__ import annotations

import polars as pl

from longtail_lib.data.epoch import MIXED, read_epoch
from longtail_lib.data.source import Source

__all__ = ["read_attribute", "read_ids", "read_ratings", "read_timestamps"]

_LENIENT = 'mend it, or pass on_error="null" to keep such rows with a null'


def read_ids(source: Source, column: str, *, lenient: bool) -> tuple[pl.Series, pl.Series | None]:
    """Read user or item ids, as text and where possible as integers.

    In CSV and TSV a column is an integer column when every value is written as Python writes an
    integer: "7" is, "007" and "7.0" are not, because two different ids could become one. In
    Parquet the column's own type decides.

    Returns
    -------
    text : polars.Series of String
        Null where the id is missing.
    integers : polars.Series of Int64, or None
        None where the ids are not integers.

    Raises
    ------
    ValueError
        A missing id, unless `lenient`; a type that cannot be an id.
    """
    raw = source.frame[column]
    integers: pl.Series | None = None
    if isinstance(raw.dtype, pl.Categorical | pl.Enum):
        raw = raw.cast(pl.String)
    if raw.dtype == pl.String:
        text = raw
        integers = _canonical_integers(raw) if source.is_text else None
        if integers is None:
            blank = raw.str.strip_chars() == ""
            text = raw.set(blank, None) if blank.any() else raw
        elif (raw == "").any():
            text = raw.set(raw == "", None)
    elif raw.dtype.is_integer() or raw.dtype.is_float() or raw.dtype == pl.Null:
        # pandas turns integers with a gap into floats; whole ones are turned back.
        whole = raw.fill_nan(None) if raw.dtype.is_float() else raw
        integers = whole.cast(pl.Int64, strict=False)
        odd = whole.is_not_null() & (integers.is_null() | (integers != whole))
        if odd.any():
            row = int(odd.arg_max())
            raise source.error(
                column,
                row,
                f"{raw[row]} is not a 64-bit integer; write ids as integers or as text",
            )
        text = integers.cast(pl.String)
    else:
        raise ValueError(
            f"{source.path.name}, column {column!r}: ids of type {raw.dtype}; expected integers "
            "or text"
        )
    missing = text.is_null()
    if missing.any() and not lenient:
        raise source.error(
            column,
            int(missing.arg_max()),
            f"the id is missing; {_LENIENT}",
            others=int(missing.sum()) - 1,
        )
    return text, integers


def read_ratings(source: Source, column: str, *, lenient: bool) -> tuple[pl.Series, int]:
    """Read ratings as finite numbers.

    Returns
    -------
    ratings : polars.Series of Float64
        Null where there is no number.
    broken : int
        How many values were there but were not numbers.

    Raises
    ------
    ValueError
        A value that is missing, infinite or not a number, unless `lenient`.
    """
    raw = source.frame[column]
    if raw.dtype == pl.String:
        numbers = raw.cast(pl.Float64, strict=False)
        if (numbers.is_null() & raw.is_not_null()).any():
            raw = raw.str.strip_chars()
            numbers = raw.cast(pl.Float64, strict=False)
        empty = raw.is_null() | (raw == "")
    elif raw.dtype.is_numeric() or raw.dtype == pl.Null:
        numbers = raw.cast(pl.Float64)
        # A float column of a frame library has NaN where a value is missing.
        empty = raw.is_null() | numbers.is_nan().fill_null(False)
    else:
        raise ValueError(
            f"{source.path.name}, column {column!r}: ratings of type {raw.dtype}; expected numbers"
        )
    bad = numbers.is_null() | ~numbers.is_finite().fill_null(False)
    if not bad.any():
        return numbers, 0
    broken = bad & ~empty
    if not lenient:
        row = int(broken.arg_max() if broken.any() else bad.arg_max())
        what = f"{raw[row]!r} is not a number" if broken.any() else "the rating is missing"
        kind = broken if broken.any() else bad
        raise source.error(column, row, f"{what}; {_LENIENT}", others=int(kind.sum()) - 1)
    return numbers.set(bad, None), int(broken.sum())


def read_timestamps(
    source: Source, column: str, *, lenient: bool
) -> tuple[pl.Series, dict[str, int]]:
    """Read timestamps as whole seconds since 1970-01-01 UTC.

    Returns
    -------
    seconds : polars.Series of Int64
        Null where unreadable.
    counts : dict of str to int
        How many values came in each unit, and how many were "unreadable".

    Raises
    ------
    ValueError
        A value that is missing or unreadable, or units mixed in one column, unless `lenient`.
    """
    raw = source.frame[column]
    try:
        read = read_epoch(raw)
    except TypeError as error:
        raise ValueError(f"{source.path.name}, column {column!r}: {error}") from error
    if lenient:
        return read.seconds, read.counts
    missing = read.seconds.is_null()
    if missing.any():
        there = missing & raw.is_not_null()
        if raw.dtype == pl.String:
            there &= raw != ""
        row = int(there.arg_max() if there.any() else missing.arg_max())
        kind = there if there.any() else missing
        what = (
            f"{raw[row]!r} is neither a number nor an ISO 8601 date such as 2024-01-31T18:00:00Z"
            if there.any()
            else "the timestamp is missing"
        )
        raise source.error(column, row, f"{what}; {_LENIENT}", others=int(kind.sum()) - 1)
    if MIXED in read.counts:
        row, unit, usual = read.odd_one
        raise source.error(
            column,
            row,
            f"{raw[row]!r} looks like {unit}, but most of the column like {usual}; use one unit, "
            'or pass on_error="null" to read each value by its own size',
            others=read.counts[MIXED] - 1,
        )
    if read.looks_like_dates:
        raise source.error(
            column,
            0,
            f"{raw[0]!r} looks like a date written YYYYMMDD, not like seconds since 1970; write "
            "it as 2024-01-31",
        )
    return read.seconds, read.counts


def read_attribute(source: Source, column: str) -> pl.Series:
    """Read an attribute of items or users in the narrowest of integer, float and text.

    Empty fields are null. Parquet keeps its own types.
    """
    raw = source.frame[column]
    if not source.is_text:
        return raw
    raw = raw.set((raw == "").fill_null(False), None)
    if raw.null_count() == len(raw):
        return raw
    integers = _canonical_integers(raw)
    if integers is not None:
        return integers
    numbers = raw.cast(pl.Float64, strict=False)
    whole = numbers.is_finite().fill_null(True).all() and numbers.null_count() == raw.null_count()
    coded = (raw.str.starts_with("0") & ~raw.str.starts_with("0.")).any()
    return numbers if whole and not coded else raw


def _canonical_integers(raw: pl.Series) -> pl.Series | None:
    integers = raw.cast(pl.Int64, strict=False)
    unread = integers.is_null() & raw.is_not_null()
    if unread.any() and (raw.filter(unread) != "").any():
        return None
    zeros = raw.str.starts_with("0") & (raw.str.len_bytes() > 1)
    if (zeros | raw.str.starts_with("+") | raw.str.starts_with("-0")).any():
        return None
    return integers
