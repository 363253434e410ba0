"""Id codes: source ids of any type as small integers, without a Python loop over rows."""

from __future__ import annotations

import narwhals as nw
import numpy as np

__all__ = ["align", "clean_ids", "factorise"]


def clean_ids(column: nw.Series, where: str) -> tuple[nw.Series, np.ndarray, int]:
    """Strip white space from text ids and say which are missing.

    Parameters
    ----------
    column : narwhals Series, shape (n,)
        Integers, text or categories. Whole floats become integers, because pandas turns an
        integer column with a gap into floats.
    where : str
        Table and column for error messages, such as "interactions.user_id".

    Returns
    -------
    ids : narwhals Series, shape (n,)
        Integers or text; a missing id holds 0 or the empty text.
    missing : ndarray of bool, shape (n,)
        Null, NaN, or text that is empty once stripped.
    stripped : int
        How many text ids had white space around them.

    Raises
    ------
    TypeError
        A column that is neither integers nor text.

    Examples
    --------
    >>> import polars as pl
    >>> column = nw.from_native(pl.Series([" a", "b", None, "  "]), series_only=True)
    >>> ids, missing, stripped = clean_ids(column, "interactions.user_id")
    >>> ids.to_list(), missing.tolist(), stripped
    (['a', 'b', '', ''], [False, False, True, True], 2)
    """
    backend = column.implementation
    missing = column.is_null().to_numpy().astype(bool, copy=False)
    if column.dtype in (nw.Categorical, nw.Enum):
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
    """Replace ids by their rank among the distinct ids.

    Parameters
    ----------
    column : narwhals Series, shape (n,)
        Integers or text without nulls.

    Returns
    -------
    ids : ndarray, shape (n_distinct,)
        Distinct ids, ascending; text as a fixed-width numpy string, so that it saves without
        pickle.
    codes : ndarray of int32, shape (n,)
        ``ids[codes]`` is the column again.

    Examples
    --------
    >>> import polars as pl
    >>> factorise(nw.from_native(pl.Series([30, 10, 30]), series_only=True))
    (array([10, 30]), array([1, 0, 1], dtype=int32))
    """
    if column.dtype == nw.String:
        ids = column.unique().sort().to_list()
        codes = column.replace_strict(ids, list(range(len(ids))), return_dtype=nw.Int32)
        return np.asarray(ids, dtype=np.str_), codes.to_numpy().astype(np.int32, copy=False)
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


def align(ids: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Position of each id in an ascending array of known ids, -1 where unknown.

    Raises
    ------
    TypeError
        One array holds text and the other numbers.

    Examples
    --------
    >>> align(np.array([5, 6]), np.array([1, 5, 9]))
    array([ 1, -1], dtype=int32)
    """
    if len(ids) and len(known) and (ids.dtype.kind == "U") != (known.dtype.kind == "U"):
        raise TypeError(
            f"ids are of different types in two tables, such as {ids[0].item()!r} and "
            f"{known[0].item()!r}; cast one of the columns so that both are text or both numbers"
        )
    if not len(ids) or not len(known):
        return np.full(len(ids), -1, dtype=np.int32)
    places = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.where(known[places] == ids, places, -1).astype(np.int32)
