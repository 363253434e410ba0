"""Columns of a log as arrays: ids as codes, ratings as floats, timestamps as seconds."""

from __future__ import annotations

import narwhals as nw
import numpy as np

from longtail_lib.preprocessing.id_codes import clean_ids, factorise
from longtail_lib.preprocessing.tables import with_column
from longtail_lib.preprocessing.timestamps import seconds

__all__ = ["read_ids", "read_ratings", "read_times"]


def read_ids(
    frame: nw.DataFrame, column: str
) -> tuple[nw.DataFrame, np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Read an id column.

    Returns
    -------
    frame : narwhals DataFrame
        With the column cleaned where it needed it.
    codes : ndarray of int32, shape (n,)
    ids : ndarray, shape (n_distinct,)
        Ascending; ``ids[codes]`` is the column again.
    missing : ndarray of bool, shape (n,)
    notes : list of str

    Examples
    --------
    >>> import polars as pl
    >>> log = nw.from_native(pl.DataFrame({"user_id": ["u2", " u1", "u2"]}))
    >>> frame, codes, ids, missing, notes = read_ids(log, "user_id")
    >>> codes.tolist(), ids.tolist(), notes
    ([1, 0, 1], ['u1', 'u2'], ['user_id stripped of white space: 1'])
    """
    ids, missing, stripped = clean_ids(frame[column], f"interactions.{column}")
    if stripped or ids.dtype != frame[column].dtype:
        frame = frame.with_columns(ids.alias(column))
    distinct, codes = factorise(ids)
    notes = [f"{column} stripped of white space: {stripped:,}"] if stripped else []
    return frame, codes, distinct, missing, notes


def read_ratings(frame: nw.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Read the ratings.

    Returns
    -------
    ratings : ndarray of float64, shape (n,)
    missing : ndarray of bool, shape (n,)
        Null, NaN or infinite.

    Raises
    ------
    TypeError
        The column does not hold numbers.

    Examples
    --------
    >>> import polars as pl
    >>> read_ratings(nw.from_native(pl.DataFrame({"rating": [4, None]})))
    (array([ 4., nan]), array([False,  True]))
    """
    column = frame["rating"]
    if not column.dtype.is_numeric():
        if len(column) and not column.is_null().all():
            raise TypeError(
                f"interactions.rating is of type {column.dtype}, expected numbers; read the log "
                "with read_table(..., rating=...), or cast the column to a float"
            )
        return np.full(len(column), np.nan), np.ones(len(column), dtype=bool)
    if column.null_count():
        column = column.cast(nw.Float64).fill_null(float("nan"))
    ratings = column.to_numpy().astype(np.float64, copy=False)
    return ratings, ~np.isfinite(ratings)


def read_times(frame: nw.DataFrame) -> tuple[nw.DataFrame, np.ndarray, np.ndarray, list[str]]:
    """Read the timestamps.

    Returns
    -------
    frame : narwhals DataFrame
        With the column as int64 seconds where it was anything else.
    times : ndarray of int64, shape (n,)
        Seconds since 1970-01-01 UTC.
    missing : ndarray of bool, shape (n,)
        Absent or unreadable.
    notes : list of str

    Examples
    --------
    >>> import polars as pl
    >>> log = nw.from_native(pl.DataFrame({"timestamp": ["1970-01-02", "90000", ""]}))
    >>> frame, times, missing, notes = read_times(log)
    >>> times[:2].tolist(), missing.tolist(), notes
    ([86400, 90000], [False, False, True], ['timestamps read as 1 s, 1 ISO 8601, 1 missing'])
    """
    column = frame["timestamp"]
    read = seconds(column)
    notes = []
    mixed = bool(set(read.counts) - {"s", "missing"})
    if mixed:
        said = ", ".join(f"{count:,} {unit}" for unit, count in read.counts.items())
        notes.append(f"timestamps read as {said}")
    if mixed or not column.dtype.is_integer():
        frame = with_column(frame, "timestamp", read.values)
    return frame, read.values, ~read.readable, notes
