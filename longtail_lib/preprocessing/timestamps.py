"""Timestamps of mixed units as whole seconds since 1970-01-01 UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

__all__ = ["Seconds", "seconds"]

UNREADABLE = np.iinfo(np.int64).min

# Upper bound of the absolute value, unit, how many make a second. 1e11 s is the year 5138, and
# 1e11 ms is March 1973, so that any date of the internet's life has one reading.
_UNITS = ((10**11, "s", 1), (10**14, "ms", 10**3), (10**17, "us", 10**6), (2**63, "ns", 10**9))
_NUMBER = r"^[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?$"
_ISO = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)? ?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?$"
)


@dataclass(frozen=True, eq=False)
class Seconds:
    """What `seconds` read.

    Parameters
    ----------
    values : ndarray of int64, shape (n,)
        Seconds since 1970-01-01 UTC, rounded down; the lowest int64 where unreadable.
    readable : ndarray of bool, shape (n,)
    counts : mapping of str to int
        How many values were read in each unit: "s", "ms", "us", "ns", "ISO 8601", "datetime",
        and how many were "missing" or "unreadable". Only what occurs.
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
    before March 1973 is mistaken for seconds. Text may hold such a number or an ISO 8601 date,
    with or without time of day and offset; without an offset it is UTC.

    Parameters
    ----------
    column : Series, ndarray or list, shape (n,)
        Integers, floats, text, dates or datetimes; polars, pandas or numpy.

    Returns
    -------
    Seconds
        Values as int64, which of them were readable, and how many came in each unit.

    Raises
    ------
    TypeError
        A column that holds none of these.

    Examples
    --------
    >>> read = seconds(["86400", "1600000000000", "2020-09-13T12:26:40Z", "2020-09-13", "soon"])
    >>> read.values[:4].tolist()
    [86400, 1600000000, 1600000000, 1599955200]
    >>> read
    Seconds of 5 values: 1 s, 1 ms, 2 ISO 8601, 1 unreadable
    """
    series = _series(column)
    missing = series.is_null().to_numpy().astype(bool, copy=False)
    values = np.full(len(series), UNREADABLE, dtype=np.int64)
    counts: dict[str, int] = {}
    if series.dtype in (nw.Datetime, nw.Date):
        ticks = series.cast(nw.Datetime("us")).dt.timestamp("us").fill_null(0).to_numpy()
        values[~missing] = np.floor_divide(ticks.astype(np.int64), 10**6)[~missing]
        counts["datetime"] = int((~missing).sum())
    elif series.dtype.is_integer():
        whole = series.fill_null(0) if missing.any() else series
        _from_numbers(whole.to_numpy().astype(np.int64), ~missing, values, counts)
    elif series.dtype.is_float():
        numbers = series.to_numpy().astype(np.float64)
        missing = missing | np.isnan(numbers)
        _from_numbers(numbers, ~missing & np.isfinite(numbers), values, counts)
    elif series.dtype == nw.String:
        text = series.fill_null("").str.strip_chars()
        missing = missing | (text == "").to_numpy().astype(bool, copy=False)
        _from_text(text, values, counts)
    elif not missing.all():
        raise TypeError(
            f"timestamps are of type {series.dtype}, expected integers, floats, text or "
            "datetimes; cast the column before you hand it over"
        )
    readable = values != UNREADABLE
    counts["missing"] = int(missing.sum())
    counts["unreadable"] = int((~readable & ~missing).sum())
    return Seconds(values, readable, {unit: count for unit, count in counts.items() if count})


def _series(column: Any) -> nw.Series:
    if isinstance(column, nw.Series):
        return column
    if isinstance(column, list | tuple | np.ndarray):
        column = np.asarray(column)
        if column.dtype.kind not in "iufM":
            import polars as pl

            return nw.from_native(
                pl.Series("timestamp", column.tolist(), dtype=pl.String, strict=False),
                series_only=True,
            )
        if column.dtype.kind == "M":
            column = column.astype("datetime64[us]")
        return nw.new_series("timestamp", column, backend="polars")
    return nw.from_native(column, series_only=True)


def _from_numbers(
    numbers: np.ndarray, usable: np.ndarray, values: np.ndarray, counts: dict[str, int]
) -> None:
    """Fill `values` where `usable`, and count each unit."""
    size = np.abs(numbers)
    if size.size and usable.all() and size.max() < _UNITS[0][0]:
        # The common case, a clean column, in one pass.
        values[:] = numbers if numbers.dtype == np.int64 else np.floor(numbers).astype(np.int64)
        counts["s"] = counts.get("s", 0) + len(values)
        return
    low = 0
    for high, unit, per_second in _UNITS:
        chosen = usable & (size >= low) & (size < high)
        values[chosen] = np.floor_divide(numbers[chosen], per_second).astype(np.int64)
        counts[unit] = counts.get(unit, 0) + int(chosen.sum())
        low = high


def _from_text(text: nw.Series, values: np.ndarray, counts: dict[str, int]) -> None:
    is_number = text.str.contains(_NUMBER).to_numpy().astype(bool, copy=False)
    rows = np.flatnonzero(is_number)
    if len(rows):
        numbers = text.filter(_mask(text, is_number)).cast(nw.Float64).to_numpy()
        part = np.full(len(rows), UNREADABLE, dtype=np.int64)
        _from_numbers(numbers, np.isfinite(numbers), part, counts)
        values[rows] = part
    is_iso = text.str.contains(_ISO).to_numpy().astype(bool, copy=False)
    rows = np.flatnonzero(is_iso)
    if len(rows):
        values[rows] = _from_iso(np.asarray(text.filter(_mask(text, is_iso)).to_list(), dtype="S"))
        counts["ISO 8601"] = int((values[rows] != UNREADABLE).sum())


def _mask(text: nw.Series, chosen: np.ndarray) -> nw.Series:
    return nw.new_series("chosen", chosen, nw.Boolean, backend=text.implementation)


def _from_iso(text: np.ndarray) -> np.ndarray:
    """Read ISO 8601 bytes whose shape is already checked, by the place of each digit."""
    letters = text.astype(f"S{max(text.dtype.itemsize, 20)}").view(np.uint8).reshape(len(text), -1)

    def number(start: int, stop: int) -> np.ndarray:
        digits = letters[:, start:stop].astype(np.int64) - ord("0")
        return digits @ (10 ** np.arange(stop - start - 1, -1, -1))

    year, month, day = number(0, 4), number(5, 7), number(8, 10)
    timed = letters[:, 10] != 0
    to_second = timed & (letters[:, 16] == ord(":"))
    hour = np.where(timed, number(11, 13), 0)
    minute = np.where(timed, number(14, 16), 0)
    second = np.where(to_second, number(17, 19), 0)
    months = (year - 1970) * 12 + np.clip(month, 1, 12) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    after = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    valid = (month >= 1) & (month <= 12) & (day >= 1) & (day <= after - first)
    valid &= (hour <= 23) & (minute <= 59) & (second <= 59)
    moment = (first + day - 1) * 86_400 + hour * 3600 + minute * 60 + second

    # An offset is the only sign after the time of day; it is the last five or six characters.
    signs = (letters == ord("+")) | ((letters == ord("-")) & (np.arange(letters.shape[1]) > 10))
    rows, place = np.nonzero(signs)
    if len(rows):
        wide = np.pad(letters, ((0, 0), (0, 6)))
        digit = [wide[rows, place + step].astype(np.int64) - ord("0") for step in range(1, 6)]
        colon = wide[rows, place + 3] == ord(":")
        tens, ones = np.where(colon, digit[3], digit[2]), np.where(colon, digit[4], digit[3])
        hours, minutes = digit[0] * 10 + digit[1], tens * 10 + ones
        sign = np.where(letters[rows, place] == ord("-"), -1, 1)
        moment[rows] -= sign * (hours * 3600 + minutes * 60)
        valid[rows] &= (hours <= 23) & (minutes <= 59)
    return np.where(valid, moment, UNREADABLE)
