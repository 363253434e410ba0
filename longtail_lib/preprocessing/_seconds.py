"""Timestamps of mixed units as seconds since 1970-01-01 UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from longtail_lib.data._epoch import DATES, read_epoch

__all__ = ["Seconds", "seconds"]

UNREADABLE = np.iinfo(np.int64).min

_SHORT = {
    "seconds": "s",
    "milliseconds": "ms",
    "microseconds": "us",
    "nanoseconds": "ns",
    "ISO 8601 dates": "ISO 8601",
    **{form: form for form in DATES.values()},
}


@dataclass(frozen=True, eq=False)
class Seconds:
    """What `seconds` read.

    Parameters
    ----------
    values : ndarray of int64 or float64, shape (n,)
        Seconds since 1970-01-01 UTC: int64 where every value is whole, float64 where some are
        finer, which holds the present to a quarter of a microsecond. Where unreadable, the
        lowest int64 or NaN.
    readable : ndarray of bool, shape (n,)
    counts : mapping of str to int
        How many values were read in each unit: "s", "ms", "us", "ns", "ISO 8601", "datetime" or
        a form such as "YYYYMMDD", and how many were "missing" or "unreadable". Only what occurs.
    """

    values: np.ndarray
    readable: np.ndarray
    counts: Mapping[str, int]

    def __repr__(self) -> str:
        said = ", ".join(f"{count:,} {unit}" for unit, count in self.counts.items())
        return f"Seconds of {len(self.values):,} values: {said or 'none'}"


def seconds(column: Any) -> Seconds:
    """Read timestamps of mixed units, value by value.

    A number is read in the unit that its size shows: below 1e11 as seconds, below 1e14 as
    milliseconds, below 1e17 as microseconds, above as nanoseconds. So a time in milliseconds
    before March 1973 is mistaken for seconds. Where every number of a column spells a date from
    1900 to 2100 as YYYYMMDD, YYYYMMDDHH, YYYYMMDDHHMM or YYYYMMDDHHMMSS, it is that date. Text
    may hold such a number or an ISO 8601 date, with or without time of day (also AM or PM) and
    offset; without an offset it is UTC. The rule is that of `read_table`.

    Parameters
    ----------
    column : Series, ndarray or list, shape (n,)
        Integers, floats, text, dates or datetimes; polars, pandas or numpy.

    Returns
    -------
    Seconds
        Values, which of them were readable, and how many came in each unit.

    Examples
    --------
    >>> read = seconds(["86400", "1600000000000", "2020-09-13T12:26:40Z", "2020-09-13", "soon"])
    >>> read.values[:4].tolist()
    [86400, 1600000000, 1600000000, 1599955200]
    >>> read
    Seconds of 5 values: 1 s, 1 ms, 2 ISO 8601, 1 unreadable
    >>> seconds([1600000000250, 1600000000500]).values.tolist()
    [1600000000.25, 1600000000.5]
    """
    series = _series(column)
    missing = series.is_null()
    if series.dtype.is_float():
        missing |= series.is_nan().fill_null(False)
    elif series.dtype == pl.String:
        missing |= (series.str.strip_chars() == "").fill_null(False)
    if not (
        series.dtype.is_numeric()
        or series.dtype in (pl.String, pl.Date, pl.Datetime, pl.Null)
        or missing.all()
    ):
        raise TypeError(
            f"timestamps are of type {series.dtype}, expected integers, floats, text or "
            "datetimes; cast the column before you hand it over"
        )
    epoch = read_epoch(pl.Series([None] * len(series)) if missing.all() else series)
    readable = epoch.seconds.is_not_null()
    counts = {short: epoch.counts.get(unit, 0) for unit, short in _SHORT.items()}
    if series.dtype in (pl.Date, pl.Datetime):
        counts = {"datetime": int(readable.sum())}
    else:
        # Zero belongs to every unit, so the reader leaves it uncounted where units are mixed.
        counts["s"] += int(readable.sum()) - sum(counts.values())
    counts["missing"] = int(missing.sum())
    counts["unreadable"] = int((~readable & ~missing).sum())
    unreadable = UNREADABLE if epoch.seconds.dtype.is_integer() else float("nan")
    return Seconds(
        epoch.seconds.fill_null(unreadable).to_numpy(),
        readable.to_numpy(),
        {unit: count for unit, count in counts.items() if count},
    )


def _series(column: Any) -> pl.Series:
    if isinstance(column, pl.Series):
        return column
    if isinstance(column, list | tuple | np.ndarray):
        column = np.asarray(column)
        if column.dtype.kind == "M":
            return pl.Series("timestamp", column.astype("datetime64[us]"))
        if column.dtype.kind in "iuf":
            return pl.Series("timestamp", column)
        return pl.Series("timestamp", column.tolist(), dtype=pl.String, strict=False)
    series = nw.from_native(column, series_only=True)
    if series.dtype.is_numeric() and not series.is_null().any():
        return pl.Series("timestamp", series.to_numpy())
    if series.dtype == nw.String:
        return pl.Series("timestamp", series.to_list(), dtype=pl.String)
    return series.to_polars()
