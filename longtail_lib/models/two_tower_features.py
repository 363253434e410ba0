"""What the towers of `TwoTower` know beside ids: attributes and popularity of items."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.preprocessing.item_attributes import attribute_indicators
from longtail_lib.preprocessing.parts import Split

__all__ = ["FEATURES", "tower_features"]

FEATURES = ("attributes", "popularity")


def tower_features(parts: Split, names: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
    """Make feature matrices of items and users from the item table and the train part.

    "attributes" are one indicator for each value of a text or list column of the item table,
    scaled so that an item's indicators have length 1. "popularity" is log(1 + train interactions)
    over the largest. A user's features are the means over the items of his train interactions.

    Parameters
    ----------
    parts : Split
    names : iterable of str
        Some of "attributes" and "popularity".

    Returns
    -------
    item_features : ndarray of float32, shape (n_items, n_features)
    user_features : ndarray of float32, shape (n_users, n_features)

    Raises
    ------
    ValueError
        An unknown name, or attributes of an item table that has none.

    Examples
    --------
    >>> import polars as pl
    >>> train = csr_matrix(np.array([[1, 1, 0], [0, 1, 0]], dtype=np.float32))
    >>> none = csr_matrix(train.shape, dtype=np.float32)
    >>> parts = Split(train, none, none, np.array([7, 8]), np.array([1, 2, 3]), None, None, "none")
    >>> items, users = tower_features(parts, ["popularity"])
    >>> items[:, 0].round(2).tolist(), users[:, 0].round(2).tolist()
    ([0.6299999952316284, 1.0, 0.0], [0.8199999928474426, 1.0])
    """
    columns = []
    for name in names:
        if name == "popularity":
            logs = np.log1p(parts.popularity).astype(np.float32)
            columns.append((logs / logs.max())[:, None])
        elif name == "attributes":
            indicators, _ = attribute_indicators(parts.items)
            if indicators.shape[1] == 0:
                raise ValueError(
                    f"features='attributes': the item table of {parts!r} has no column of text or "
                    "lists beside title and text, or no value that 5 items share; leave it out"
                )
            lengths = np.linalg.norm(indicators, axis=1, keepdims=True)
            columns.append(indicators / np.maximum(lengths, 1))
        else:
            raise ValueError(
                f"features must be None or some of {', '.join(map(repr, FEATURES))}, got {name!r}"
            )
    item = np.hstack(columns).astype(np.float32)
    seen = csr_matrix(
        (np.ones(parts.train.nnz, np.float32), parts.train.indices, parts.train.indptr),
        parts.train.shape,
    )
    counts = np.maximum(np.diff(seen.indptr), 1)[:, None]
    return item, (seen @ item / counts).astype(np.float32)
