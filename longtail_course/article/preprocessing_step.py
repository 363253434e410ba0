"""The article's `preprocess_data`, doing what its comment promises."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np

__all__ = ["preprocess_data"]


def preprocess_data(data: Any, *, return_rows: bool = False) -> Any:
    """Clean, remove duplicates, normalise: the three words in the article's empty function.

    Clean drops rows with a missing or infinite number; duplicates are equal rows, and the first
    stays; normalise maps each column of numbers to [0, 1] by its minimum and maximum. For real
    logs use `longtail_lib.preprocessing.prepare`, which also says what it dropped: here minimum
    and maximum come from all rows, so rows that are held out later have already been seen.

    Parameters
    ----------
    data : array of float, shape (n, d), or frame
        A frame may hold other columns too; they count for missing values and duplicates, and stay
        as they are.
    return_rows : bool
        Also return which rows were kept. The article passes labels apart from the data: they must
        be cut down with the same rows.

    Returns
    -------
    data : ndarray of float64, shape (n_kept, d), or frame of the type given
        A column with one value becomes zeros.
    rows : ndarray of int64, shape (n_kept,)
        Only with return_rows.

    Raises
    ------
    ValueError
        An array without two axes, or no row left.

    Examples
    --------
    >>> preprocess_data([[1, 10], [1, 10], [3, 20], [float("nan"), 5]])
    array([[0., 0.],
           [1., 1.]])
    >>> labels = np.array([1, 1, 0, 0])
    >>> rows = preprocess_data([[1, 10], [1, 10], [3, 20], [2, None]], return_rows=True)[1]
    >>> labels[rows]
    array([1, 0])
    """
    frame = nw.from_native(data, eager_only=True, pass_through=True)
    if isinstance(frame, nw.DataFrame):
        cleaned, rows = _frame(frame)
    else:
        cleaned, rows = _array(np.asarray(data, dtype=np.float64))
    return (cleaned, rows) if return_rows else cleaned


def _array(data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if data.ndim != 2:
        raise ValueError(f"data must have two axes, one row a pair, got shape {data.shape}")
    rows = np.flatnonzero(np.isfinite(data).all(axis=1))
    _check_left(rows, len(data))
    first = np.sort(np.unique(data[rows], axis=0, return_index=True)[1])
    rows = rows[first]
    return _min_max(data[rows]), rows


def _frame(frame: nw.DataFrame) -> tuple[Any, np.ndarray]:
    place = "_row"
    while place in frame.columns:
        place += "_"
    numbers = [name for name, dtype in frame.schema.items() if dtype.is_numeric()]
    floats = [name for name in numbers if frame.schema[name].is_float()]
    kept = frame.with_row_index(place).drop_nulls(frame.columns)
    if floats:
        kept = kept.filter(*(nw.col(name).is_finite() for name in floats))
    kept = kept.unique(frame.columns, keep="first", maintain_order=True)
    rows = kept.get_column(place).to_numpy().astype(np.int64)
    _check_left(rows, len(frame))
    kept = kept.drop(place)
    scaled = [
        nw.new_series(
            name,
            _min_max(kept.get_column(name).to_numpy().astype(np.float64)),
            nw.Float64,
            backend=kept.implementation,
        )
        for name in numbers
    ]
    return kept.with_columns(*scaled).to_native(), rows


def _min_max(values: np.ndarray) -> np.ndarray:
    low, high = values.min(axis=0), values.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    return (values - low) / span


def _check_left(rows: np.ndarray, n: int) -> None:
    if len(rows) == 0:
        raise ValueError(
            f"none of the {n} rows is complete: each holds a missing or infinite value; "
            "drop the column that is empty"
        )
