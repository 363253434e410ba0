"""Tables of nearest neighbours: one item's, and how often those of a group agree with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import narwhals as nw
import numpy as np

from longtail_course.toys.neighbour_probe import nearest_neighbours, neighbour_agreement

__all__ = ["nearest_items", "probe_table"]


def nearest_items(vectors: Mapping[str, Any], items: Any, row: int, show: Iterable[str]) -> Any:
    """Show an item and its nearest neighbour in each space.

    Parameters
    ----------
    vectors : mapping of str to (array or csr_matrix of shape (n_items, d))
        Name of the encoder and its vectors, rows of length 1.
    items : frame, n_items rows
    row : int
        The item's place.
    show : iterable of str
        Columns to show.

    Returns
    -------
    polars.DataFrame
        Column `neighbour by` ("the item itself" first), then `show`; nulls where the item has no
        neighbour.

    Examples
    --------
    >>> import polars as pl
    >>> items = pl.DataFrame({"title": ["Low Tide", "High Tide", "Comet"]})
    >>> vectors = {"words": np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])}
    >>> nearest_items(vectors, items, row=0, show=["title"]).rows()
    [('the item itself', 'Low Tide'), ('words', 'High Tide')]
    """
    import polars as pl

    frame, show = nw.from_native(items, eager_only=True), list(show)
    found = {name: int(nearest_neighbours(each, [row])[0]) for name, each in vectors.items()}
    found = {"the item itself": row, **found}
    columns = {
        name: [frame[name][place] if place >= 0 else None for place in found.values()]
        for name in show
    }
    return pl.DataFrame({"neighbour by": list(found), **columns})


def probe_table(
    vectors: Mapping[str, Any], items: Any, attributes: Iterable[str], groups: Mapping[str, Any]
) -> Any:
    """Measure `neighbour_agreement` of several encoders, attributes and groups.

    Parameters
    ----------
    vectors : mapping of str to (array or csr_matrix of shape (n_items, d))
        Name of the encoder and its vectors, rows of length 1.
    items : frame, n_items rows
    attributes : iterable of str
        Columns of `items`.
    groups : mapping of str to array of bool, shape (n_items,)
        Items to look at. Neighbours come from the whole catalogue.

    Returns
    -------
    polars.DataFrame
        Columns encoder, attribute, group, share, low, high, n; one row for each combination.

    Raises
    ------
    KeyError
        An attribute that the item table does not have.

    Examples
    --------
    >>> import polars as pl
    >>> items = pl.DataFrame({"theme": ["sea", "sea", "stars"]})
    >>> vectors = {"words": np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])}
    >>> probe_table(vectors, items, ["theme"], {"tail": [False, True, True]}).rows()[0][:4]
    ('words', 'theme', 'tail', 0.5)
    """
    import polars as pl

    frame, rows = nw.from_native(items, eager_only=True), []
    attributes = list(attributes)
    missing = [name for name in attributes if name not in frame.columns]
    if missing:
        raise KeyError(
            f"probe_table: the item table has no column {', '.join(map(repr, missing))}; it has "
            f"{', '.join(map(repr, frame.columns))}"
        )
    for encoder, each in vectors.items():
        for attribute in attributes:
            values = np.array(frame[attribute].to_list())
            for group, mask in groups.items():
                rows.append((encoder, attribute, group, *neighbour_agreement(each, values, mask)))
    columns = ["encoder", "attribute", "group", "share", "low", "high", "n"]
    return pl.DataFrame(rows, schema=columns, orient="row")
