"""Id codes: source ids of any type as small integers, without a Python loop over rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

__all__ = [
    "align",
    "attribute_indicators",
    "clean_ids",
    "clean_table",
    "complete_users",
    "factorise",
    "keep_rows",
    "text_ids",
    "with_column",
]

# A fixed-width array spends four bytes a character of its longest text on every row. Up to so
# many bytes that does not matter, and most code expects it of text. Not numpy's StringDType:
# searchsorted (2.4) finds nothing of more than 15 bytes that comes from another array.
_WASTE = 2**24


def clean_ids(column: nw.Series, where: str) -> tuple[nw.Series, np.ndarray, int]:
    """Strip white space from text ids and say which are missing."""
    backend = column.implementation
    missing = column.is_null().to_numpy().astype(bool, copy=False)
    if column.dtype in (nw.Categorical, nw.Enum):
        # Categories may be integers; narwhals does not tell, and polars does.
        plain = column.to_polars()
        if plain.dtype.is_integer():
            whole = plain.fill_null(0).cast(pl.Int64).to_numpy()
            return nw.new_series(column.name, whole, nw.Int64, backend=backend), missing, 0
        column = column.cast(nw.String)
    if missing.all() and not column.dtype.is_numeric():
        column = nw.new_series(column.name, [""] * len(column), nw.String, backend=backend)
    if column.dtype == nw.String:
        filled = column.fill_null("") if missing.any() else column
        clean = filled.str.strip_chars()
        stripped = int((clean != filled).sum())
        return clean, missing | (clean == "").to_numpy().astype(bool, copy=False), stripped
    if column.dtype.is_float():
        values = column.to_numpy().astype(np.float64)
        missing = missing | np.isnan(values)
        values = np.where(missing, 0.0, values)
        if (values != np.floor(values)).any() or (np.abs(values) > 2**53).any():
            raise TypeError(
                f"{where} holds fractions or huge floats, expected whole "
                "numbers or text; cast the column before you hand it over"
            )
        whole = values.astype(np.int64)
        return (
            nw.new_series(column.name, whole, nw.Int64, backend=backend),
            missing,
            0,
        )
    if column.dtype.is_integer():
        return (column.fill_null(0) if missing.any() else column), missing, 0
    raise TypeError(
        f"{where} is of type {column.dtype}, expected integers or text; "
        "cast the column before you hand it over"
    )


def factorise(column: nw.Series) -> tuple[np.ndarray, np.ndarray]:
    """Replace ids by their rank among the distinct ids."""
    if column.dtype == nw.String:
        ids = column.unique().sort().to_list()
        codes = column.replace_strict(ids, list(range(len(ids))), return_dtype=nw.Int32)
        return text_ids(ids), codes.to_numpy().astype(np.int32, copy=False)
    values = column.to_numpy()
    if values.dtype == object:
        values = values.astype(np.int64)
    if len(values) == 0:
        return values, np.empty(0, dtype=np.int32)
    lowest, highest = int(values.min()), int(values.max())
    width = highest - lowest + 1
    if width > 2 * len(values) + 1024:
        ids, codes = np.unique(values, return_inverse=True)
        return ids, codes.astype(np.int32)
    # Ids that lie close together need no sort: a table of their range gives the rank.
    present = np.zeros(width, dtype=bool)
    offsets = values - values.dtype.type(lowest)
    present[offsets] = True
    rank = np.cumsum(present, dtype=np.int32) - np.int32(1)
    ids = np.flatnonzero(present).astype(values.dtype) + values.dtype.type(lowest)
    return ids, rank[offsets]


def text_ids(ids: Sequence[str]) -> np.ndarray:
    """Return text as an array: of fixed width, or of objects where that would waste memory."""
    longest, characters = max(map(len, ids), default=0), sum(map(len, ids))
    fixed, own = 4 * longest * len(ids), characters + 64 * len(ids)
    return np.asarray(ids, dtype=np.str_ if fixed <= own + _WASTE else object)


def align(ids: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Position of each id in an ascending array of known ids, -1 where unknown."""
    if not len(ids) or not len(known):
        return np.full(len(ids), -1, dtype=np.int32)
    if (ids.dtype.kind in "UO") != (known.dtype.kind in "UO"):
        raise TypeError(
            f"ids are of different types in two tables, such as {ids[:1].tolist()[0]!r} and "
            f"{known[:1].tolist()[0]!r}; cast one of the columns so that both are text or both "
            "numbers"
        )
    places = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.where(known[places] == ids, places, -1).astype(np.int32)


def keep_rows(frame: nw.DataFrame, chosen: np.ndarray) -> nw.DataFrame:
    """Return the rows where `chosen` is true, in their order."""
    if chosen.all():
        return frame
    return frame.filter(nw.new_series("chosen", chosen, nw.Boolean, backend=frame.implementation))


def with_column(frame: nw.DataFrame, name: str, values: np.ndarray) -> nw.DataFrame:
    """Replace or add a column of numbers."""
    return frame.with_columns(nw.new_series(name, values, backend=frame.implementation))


def clean_table(table: Any, column: str, what: str) -> tuple[nw.DataFrame, np.ndarray, list[str]]:
    """Strip ids, and keep the first row of each id."""
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


# Different for every item, or prose.
_NO_ATTRIBUTES = ("item_id", "title", "text")


def attribute_indicators(
    items: Any, columns: Iterable[str] | None = None, min_items: int = 5
) -> tuple[np.ndarray, list[str]]:
    """Turn text attributes into one indicator for each value."""
    if items is None:
        return np.zeros((0, 0), dtype=np.float32), []
    table = nw.from_native(items, eager_only=True)
    if columns is None:
        columns = [name for name in table.columns if _is_attribute(name, table.schema[name])]
    unknown = [name for name in columns if name not in table.columns]
    if unknown:
        raise KeyError(
            f"the item table has no column {', '.join(map(repr, unknown))}; it has "
            f"{', '.join(map(repr, table.columns))}"
        )
    found, names = [], []
    for column in columns:
        parts = [_parts(value) for value in table[column].to_list()]
        for value in sorted({part for row in parts for part in row}):
            indicator = np.array([value in row for row in parts], dtype=np.float32)
            if indicator.sum() >= min_items:
                found.append(indicator)
                names.append(f"{column}={value}")
    if not found:
        return np.zeros((len(table), 0), dtype=np.float32), []
    return np.column_stack(found), names


def _is_attribute(name: str, kind: Any) -> bool:
    return name not in _NO_ATTRIBUTES and (
        kind in (nw.String, nw.Categorical, nw.Enum) or isinstance(kind, nw.List)
    )


def _parts(value: Any) -> set[str]:
    if value is None or value != value:
        return set()
    if isinstance(value, list | tuple | np.ndarray):
        return {str(part) for part in value}
    return {part for part in str(value).split("|") if part}
