"""Raw columns as what the library works with: ids, ratings and timestamps."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from longtail_lib.data._epoch import MIXED, read_epoch
from longtail_lib.data._source import Source, tell

__all__ = [
    "Ids",
    "read_attribute",
    "read_ids",
    "read_integers",
    "read_ratings",
    "read_timestamps",
    "tell_of_odd_ids",
    "unique_ids",
]


# The words for which a column of ratings may stand instead of numbers.
_TRUTHS = {"true": 1, "false": 0}
_LENIENT = 'mend it, or pass on_error="null" to keep such rows with a null'


def read_ids(source: Source, column: str, *, lenient: bool) -> tuple[pl.Series, pl.Series | None]:
    """Read user or item ids, as text and where possible as integers."""
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


def read_integers(
    source: Source,
    column: str,
    *,
    lenient: bool = False,
    complaint: str = "is not an integer id; read other logs with read_table",
) -> pl.Series:
    """Read ids that must be integers, written plainly."""
    text, integers = read_ids(source, column, lenient=lenient)
    if integers is None:
        plain = text.cast(pl.Int64, strict=False).cast(pl.String)
        row = int(text.ne_missing(plain).arg_max())
        raise source.error(column, row, f"{text[row]!r} {complaint}")
    return integers


# What stands for a missing value elsewhere, and how a spreadsheet writes a long number.
_ODD_IDS = {
    r"(?i)^(NA|N/A|#N/A|NaN|NULL|None|\\N)$": (
        "looks like a missing value, but is kept as an id; leave the field empty where an id is "
        "missing"
    ),
    r"^\d\.\d+[eE]\+\d+$": (
        "looks like a long number that a spreadsheet rounded, so that different ids may have "
        "become one; export the column as text"
    ),
}


def tell_of_odd_ids(source: Source, column: str, ids: Ids, notes: list[str]) -> None:
    """Note and warn where ids are text that was hardly meant as an id."""
    text, integers = ids
    if integers is not None:
        return
    distinct = text.unique()
    for pattern, meaning in _ODD_IDS.items():
        odd = distinct.filter(distinct.str.contains(pattern).fill_null(False))
        if len(odd):
            hits = text.is_in(odd.implode())
            row = int(hits.fill_null(False).arg_max())
            tell(
                notes,
                f"{source.path.name}, row {source.line(row)}, column {column!r}: {text[row]!r} "
                f"{meaning} ({int(hits.sum()):,} such rows)",
            )


def read_ratings(source: Source, column: str, *, lenient: bool) -> tuple[pl.Series, int]:
    """Read ratings as finite numbers."""
    raw = source.frame[column]
    if raw.dtype == pl.String:
        numbers = raw.cast(pl.Float64, strict=False)
        if (numbers.is_null() & raw.is_not_null()).any():
            raw = raw.str.strip_chars()
            numbers = raw.cast(pl.Float64, strict=False)
        empty = raw.is_null() | (raw == "")
        if numbers.null_count() == len(raw):
            said = raw.str.to_lowercase().replace_strict(_TRUTHS, default=None)
            numbers = said.cast(pl.Float64)
    elif raw.dtype.is_numeric() or raw.dtype in (pl.Null, pl.Boolean):
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
    """Read timestamps as seconds since 1970-01-01 UTC."""
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
    return read.seconds, read.counts


def read_attribute(source: Source, column: str) -> pl.Series:
    """Read an attribute of items or users in the narrowest of integer, float and text."""
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


Ids = tuple[pl.Series, pl.Series | None]


def unique_ids(
    source: Source, column: str, what: str, *, lenient: bool, notes: list[str]
) -> tuple[Source, Ids]:
    """Read ids of which each is there once; return them with the rows that are kept."""
    text, integers = read_ids(source, column, lenient=lenient)
    good = text.is_not_null() & text.is_first_distinct()
    if good.all():
        return source, (text, integers)
    row = int((~good).arg_max())
    if not lenient:
        first = int((text == text[row]).fill_null(False).arg_max())
        raise source.error(
            column,
            row,
            f"{what} {text[row]!r} is already in row {source.line(first)}; one row per {what}, "
            'so remove one, or pass on_error="null" to keep the first',
            others=int((~good).sum()) - 1,
        )
    notes.append(f"{int((~good).sum()):,} repeated or nameless rows of {source.path.name} left out")
    integers = None if integers is None else integers.filter(good)
    return replace(source, frame=source.frame.filter(good)), (text.filter(good), integers)
