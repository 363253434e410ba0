"""Item and user tables: one row an id, cleaned like the ids of the log."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np

from longtail_lib.preprocessing.id_codes import clean_ids, factorise

__all__ = ["clean_table", "complete_users", "keep_rows", "with_column"]


def keep_rows(frame: nw.DataFrame, chosen: np.ndarray) -> nw.DataFrame:
    """Return the rows where `chosen` is true, in their order."""
    if chosen.all():
        return frame
    return frame.filter(nw.new_series("chosen", chosen, nw.Boolean, backend=frame.implementation))


def with_column(frame: nw.DataFrame, name: str, values: np.ndarray) -> nw.DataFrame:
    """Replace or add a column of numbers."""
    return frame.with_columns(nw.new_series(name, values, backend=frame.implementation))


def clean_table(table: Any, column: str, what: str) -> tuple[nw.DataFrame, np.ndarray, list[str]]:
    """Strip ids, and keep the first row of each id.

    Parameters
    ----------
    table : frame
        Items or users.
    column : str
        The id column.
    what : str
        Name of the table for messages.

    Returns
    -------
    frame : narwhals DataFrame, shape (n, ...)
        In the source's order.
    ids : ndarray, shape (n,)
        The ids in the same order.
    notes : list of str
        What was changed, in words.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"item_id": ["b ", "a", "b"], "title": ["one", "two", "three"]})
    >>> frame, ids, notes = clean_table(table, "item_id", "items")
    >>> frame["title"].to_list(), ids.tolist(), notes
    (['one', 'two'], ['b', 'a'], ['items with a missing or repeated id, left out: 1'])
    """
    frame = nw.from_native(table, eager_only=True)
    ids, missing, stripped = clean_ids(frame[column], f"{what}.{column}")
    if stripped or ids.dtype != frame[column].dtype:
        frame = frame.with_columns(ids.alias(column))
    distinct, codes = factorise(ids)
    rows = np.flatnonzero(~missing)
    first = rows[np.unique(codes[rows], return_index=True)[1]]
    chosen = np.zeros(len(frame), dtype=bool)
    chosen[first] = True
    out = int(len(frame) - chosen.sum())
    notes = []
    if out:
        notes.append(f"{what} with a missing or repeated id, left out: {out:,}")
    return keep_rows(frame, chosen), distinct[codes[chosen]], notes


def complete_users(frame: nw.DataFrame, ids: np.ndarray) -> nw.DataFrame:
    """Add a row without attributes for each user of the log that the table does not hold."""
    if not len(ids):
        return frame
    backend = frame.implementation
    dtype = frame["user_id"].dtype
    extra = nw.new_series("user_id", ids.tolist(), dtype, backend=backend).to_frame()
    return extra if not len(frame) else nw.concat([frame, extra], how="diagonal")
