"""Timestamps of any usual kind as seconds since 1970-01-01 UTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

__all__ = ["DATES", "MIXED", "UNREADABLE", "Epoch", "read_epoch"]

MIXED = "in another unit"
UNREADABLE = "unreadable"

# Absolute values below the bound are in the unit. 1e11 s is the year 5138 and 1e11 ms is March
# 1973, so that every date a log can hold has one reading.
_UNITS = (
    ("seconds", 10**11, 1),
    ("milliseconds", 10**14, 10**3),
    ("microseconds", 10**17, 10**6),
    ("nanoseconds", 2**63, 10**9),
)
_ISO = "ISO 8601 dates"
# Dates written as one number of so many digits, in the order in which they are tried.
DATES = {8: "YYYYMMDD", 10: "YYYYMMDDHH", 12: "YYYYMMDDHHMM", 14: "YYYYMMDDHHMMSS"}
_FIRST, _LAST = "19000101", "21001231235959"
_FORMATS = {10: "%Y-%m-%d", 19: "%Y-%m-%d{}%H:%M:%S"}
_ISO_PATTERN = (
    r"^(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"(?: ?(?:Z|UTC|GMT|(?P<sign>[+-])(?P<hours>\d{2})(?::?(?P<minutes>\d{2}))?))?)?$"
)


@dataclass(frozen=True, eq=False)
class Epoch:
    """What `read_epoch` read: int64 seconds where all are whole, float64 where some are finer."""

    seconds: pl.Series
    counts: dict[str, int]
    odd_one: tuple[int, str, str]


def read_epoch(raw: pl.Series) -> Epoch:
    """Read timestamps value by value, and say which units occur."""
    units = [name for name, _, _ in _UNITS] + [_ISO]
    if raw.dtype in (pl.Date, pl.Datetime):
        return Epoch(_seconds(raw), {}, (0, "", ""))
    parts: pl.Series | None = None
    if raw.dtype == pl.String:
        numbers = raw.cast(pl.Int64, strict=False)
        if numbers.null_count() > raw.null_count():
            raw = raw.str.strip_chars()
            whole, parts = _whole(raw.cast(pl.Float64, strict=False))
            parts = parts.set(numbers.is_not_null(), 0.0)
            numbers = _fill(numbers, whole)
    elif raw.dtype.is_float():
        numbers, parts = _whole(raw.cast(pl.Float64))
    elif raw.dtype.is_integer() or raw.dtype == pl.Null:
        numbers = raw.cast(pl.Int64, strict=False)
    else:
        raise TypeError(f"timestamps of type {raw.dtype}; expected numbers, text or datetimes")
    if parts is not None and not (parts > 0).any():
        parts = None

    smallest, largest = _bounds(numbers)
    dates = _as_dates(numbers, smallest, largest) if parts is None else None
    if dates is not None and numbers.null_count() == raw.null_count():
        return dates
    bound = _UNITS[0][1]
    if parts is None and numbers.null_count() == 0 and max(-smallest, largest) < bound:
        # The common case, a clean column of seconds, without a second pass.
        return Epoch(numbers, {"seconds": len(numbers)}, (0, "seconds", "seconds"))

    values = numbers.to_numpy() if numbers.null_count() == 0 else numbers.fill_null(0).to_numpy()
    kinds = np.full(len(values), -1, dtype=np.int8)
    seconds = np.zeros(len(values), dtype=np.int64)
    fraction = np.zeros(len(values)) if parts is None else parts.fill_null(0.0).to_numpy().copy()
    known = numbers.is_not_null().to_numpy()
    size = np.abs(values)
    low = 1
    for kind, (_, bound, per_second) in enumerate(_UNITS):
        chosen = known & (size >= low) & (size < bound)
        seconds[chosen], rest = np.divmod(values[chosen], per_second)
        fraction[chosen] = (fraction[chosen] + rest) / per_second
        kinds[chosen] = kind
        low = bound
    known &= (kinds >= 0) | (values == 0)
    result = pl.Series(raw.name, seconds + fraction if fraction[known].any() else seconds)
    result = result.set(pl.Series(~known), None)
    if raw.dtype == pl.String and not known.all():
        iso = _from_iso(raw.set(numbers.is_not_null(), None))
        kinds[iso.is_not_null().to_numpy()] = len(units) - 1
        result = _fill(result, iso)
    return _describe(result, kinds, units)


def _describe(result: pl.Series, kinds: np.ndarray, units: list[str]) -> Epoch:
    tally = np.bincount(kinds[kinds >= 0], minlength=len(units))
    counts = {unit: int(count) for unit, count in zip(units, tally, strict=True) if count}
    usual = int(tally.argmax())
    odd = (kinds >= 0) & (kinds != usual)
    odd_one = (0, units[usual], units[usual])
    if odd.any():
        counts[MIXED] = int(odd.sum())
        odd_one = (int(odd.argmax()), units[kinds[odd.argmax()]], units[usual])
    if result.null_count():
        counts[UNREADABLE] = result.null_count()
    return Epoch(result, counts, odd_one)


def _whole(numbers: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return numbers rounded down, and what was cut off."""
    low = numbers.floor()
    whole = low.cast(pl.Int64, strict=False)
    return whole, (numbers - low).set(whole.is_null(), None)


def _seconds(moments: pl.Series) -> pl.Series:
    """Return datetimes as seconds."""
    zone = getattr(moments.dtype, "time_zone", None)
    ticks = moments.cast(pl.Datetime("us", zone)).dt.timestamp("us")
    whole, rest = ticks // 10**6, ticks % 10**6
    return whole + rest / 10**6 if (rest > 0).any() else whole


def _fill(first: pl.Series, second: pl.Series) -> pl.Series:
    if first.dtype != second.dtype:
        first, second = first.cast(pl.Float64), second.cast(pl.Float64)
    return first.zip_with(first.is_not_null(), second)


def _bounds(numbers: pl.Series) -> tuple[int, int]:
    low, high = numbers.min(), numbers.max()
    return (0, 0) if low is None else (low, high)


def _as_dates(numbers: pl.Series, smallest: int, largest: int) -> Epoch | None:
    """Read numbers such as 20240131 as the dates that they spell, where all of them do."""
    for digits, form in DATES.items():
        if int(_FIRST.ljust(digits, "0")) <= smallest and largest <= int(_LAST[:digits]):
            spelled = numbers.cast(pl.String).str.pad_end(14, "0")
            read = spelled.str.to_datetime("%Y%m%d%H%M%S", strict=False, time_unit="us")
            if read.null_count() == numbers.null_count():
                counts = {form: len(read) - read.null_count()}
                counts |= {UNREADABLE: read.null_count()} if read.null_count() else {}
                return Epoch(_seconds(read), counts, (0, form, form))
    return None


def _from_iso(text: pl.Series) -> pl.Series:
    """Read ISO 8601 dates; null elsewhere."""
    present = text.drop_nulls()
    if present.is_empty():
        return text.cast(pl.Int64, strict=False)
    example: Any = present[0]
    if len(example) in _FORMATS:
        shape = _FORMATS[len(example)].format(example[10:11])
        read = text.str.to_datetime(shape, strict=False, time_unit="us")
        if read.null_count() == text.null_count():
            return _seconds(read)
    parts = text.str.extract_groups(_ISO_PATTERN).struct.unnest()
    hour, half = pl.col("hour").cast(pl.Int64), pl.col("half").str.to_lowercase()
    # Twelve o'clock is the first hour of its half of the day; there is no thirteen.
    of_twelve = pl.when(hour.is_between(1, 12)).then(hour % 12 + 12 * (half == "p"))
    moment = pl.format(
        "{}T{}:{}:{}.{}",
        "day",
        pl.when(half.is_null()).then(hour.fill_null(0)).otherwise(of_twelve),
        pl.col("minute").fill_null("00"),
        pl.col("second").fill_null("00"),
        pl.col("fraction").fill_null("0").str.slice(0, 9),
    ).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us")
    hours, minutes = pl.col("hours").cast(pl.Int64), pl.col("minutes").cast(pl.Int64)
    offset = hours * 3600 + minutes.fill_null(0) * 60
    signed = pl.when(pl.col("sign") == "-").then(-offset).otherwise(offset).fill_null(0)
    read = parts.select((moment - pl.duration(seconds=signed)).alias(text.name)).to_series()
    return _seconds(read)
