"""Attributes of the catalogue as zeros and ones, for models that generalise from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import numpy as np

__all__ = ["attribute_indicators"]

# Different for every item, or prose.
_NO_ATTRIBUTES = ("item_id", "title", "text")


def attribute_indicators(
    items: Any, columns: Iterable[str] | None = None, min_items: int = 5
) -> tuple[np.ndarray, list[str]]:
    """Turn text attributes into one indicator for each value.

    A value such as "Comedy|Drama", or a list, counts for each of its parts. Values that fewer
    than `min_items` items share are left out: nothing can be generalised from them.

    Parameters
    ----------
    items : frame or None
        Item table, in the order of the catalogue, as `Split.items` has it.
    columns : iterable of str or None
        Attributes to use; None takes every column of text or lists but title and text.
    min_items : int

    Returns
    -------
    indicators : ndarray of float32, shape (n_items, n_values)
        No columns where `items` is None or has no attributes.
    names : list of str
        Such as "category=garden tools".

    Raises
    ------
    KeyError
        A column that the table does not have.

    Examples
    --------
    >>> import polars as pl
    >>> items = pl.DataFrame({"item_id": [1, 2, 3], "genres": ["Comedy|Drama", "Drama", None],
    ...                       "year": [1995, 1996, 1996]})
    >>> indicators, names = attribute_indicators(items, min_items=1)
    >>> names
    ['genres=Comedy', 'genres=Drama']
    >>> indicators.tolist()
    [[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
    """
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
