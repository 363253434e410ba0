"""Shares of groups: of each item by an attribute, and of each user by the items of the history."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["attribute_shares", "history_mixture"]


def attribute_shares(items: Any, column: str) -> np.ndarray:
    """Turn an attribute of the items into shares of its values.

    An item with several values, a list or text separated by "|", shares 1 among them equally. An
    item without a value has no shares.

    Parameters
    ----------
    items : frame
        One row for each item of the catalogue.
    column : str

    Returns
    -------
    ndarray of float32, shape (n_items, n_values)
        Columns in the order of the sorted values.

    Raises
    ------
    KeyError
        No such column.
    ValueError
        No item table, or a column without any value.

    Examples
    --------
    >>> import polars as pl
    >>> attribute_shares(pl.DataFrame({"genre": ["jazz", "jazz|rock", None]}), "genre")
    array([[1. , 0. ],
           [0.5, 0.5],
           [0. , 0. ]], dtype=float32)
    """
    if items is None:
        raise ValueError(
            f"this split has no item table, so no attribute {column!r}; give the catalogue to "
            "read_table(..., items=...)"
        )
    frame = nw.from_native(items, eager_only=True)
    if column not in frame.columns:
        raise KeyError(f"no attribute {column!r}; the items have {', '.join(frame.columns)}")
    sets = [_values(value) for value in frame.get_column(column).to_list()]
    known = sorted({value for values in sets for value in values})
    if not known:
        raise ValueError(f"attribute {column!r} has no value for any item")
    place = {value: number for number, value in enumerate(known)}
    shares = np.zeros((len(sets), len(known)), dtype=np.float32)
    for row, values in enumerate(sets):
        for value in values:
            shares[row, place[value]] = 1 / len(values)
    return shares


def history_mixture(seen: csr_matrix, shares: np.ndarray) -> np.ndarray:
    """Mean shares of the items of each user's history.

    Parameters
    ----------
    seen : csr_matrix, shape (n_users, n_items)
        Each stored value is one interaction, whatever the value.
    shares : ndarray of float, shape (n_items, n_groups)

    Returns
    -------
    ndarray of float32, shape (n_users, n_groups)
        Each row adds up to 1. A user without history, or with items of no group alone, has the
        mixture of all interactions.

    Examples
    --------
    >>> seen = csr_matrix([[5, 3, 0], [0, 0, 0]])
    >>> history_mixture(seen, np.array([[1, 0], [0, 1], [0, 1]])).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    ones = csr_matrix(
        (np.ones(seen.nnz, dtype=np.float64), seen.indices, seen.indptr), shape=seen.shape
    )
    sums = np.asarray(ones @ shares.astype(np.float64))
    totals = sums.sum(axis=1, keepdims=True)
    everyone = sums.sum(axis=0)
    whole = everyone.sum()
    if whole == 0:
        raise ValueError("no interaction has an item with a value, so there is no mixture")
    mixture = np.tile(everyone / whole, (len(sums), 1))
    np.divide(sums, totals, out=mixture, where=totals > 0)
    return mixture.astype(np.float32)


def _values(value: Any) -> list[str]:
    if value is None or value != value:
        return []
    if isinstance(value, str):
        return sorted({part for part in value.split("|") if part})
    if isinstance(value, list | tuple | np.ndarray) or hasattr(value, "to_list"):
        return sorted({str(part) for part in value})
    return [str(value)]
