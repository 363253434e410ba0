"""Error of predicted ratings, overall and in the groups of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from longtail_lib.tail import Groups

__all__ = ["rmse"]


def rmse(
    predictions: Mapping[str, Any],
    ratings: Any,
    items: Any,
    groups: Groups,
    *,
    digits: int | None = 3,
) -> Any:
    """Root mean squared error of several predictions of the same held-out ratings.

    It says how far predicted ratings are from those given. It does not say how good a list of
    recommendations is; for that see `evaluate`.

    Parameters
    ----------
    predictions : mapping of str to array, each of shape (n,)
        Predicted ratings by name.
    ratings : array, shape (n,)
        The held-out ratings.
    items : array of int, shape (n,)
        Column of the item that each rating is about.
    groups : Groups
        Groups of the catalogue.
    digits : int or None
        Decimals to round to; None leaves numbers as they are.

    Returns
    -------
    polars.DataFrame
        One row a prediction, in the order given: `prediction`, `overall`, then each group; null
        for a group without a held-out rating.

    Raises
    ------
    ValueError
        No ratings, or arrays of different length.

    References
    ----------
    Herlocker, J. L., Konstan, J. A., Terveen, L. G., and Riedl, J. T. (2004). Evaluating
    collaborative filtering recommender systems. ACM Transactions on Information Systems 22(1),
    5-53.

    Examples
    --------
    >>> from longtail_lib.tail import popularity_groups
    >>> groups = popularity_groups([9, 5, 1, 0], head=0.25, tail=0.5)
    >>> table = rmse({"three": [3, 3, 3]}, ratings=[3, 4, 1], items=[0, 2, 3], groups=groups)
    >>> table.row(0)
    ('three', 1.291, 0.0, None, 1.581)
    """
    import polars as pl

    actual = np.asarray(ratings, dtype=np.float64)
    columns = np.asarray(items)
    if not len(actual):
        raise ValueError("rmse: no rating was given; pass the ratings of a part that holds some")
    if len(columns) != len(actual):
        raise ValueError(
            f"rmse: {len(actual):,} ratings but {len(columns):,} items; pass one item for each"
        )
    masks = [groups.mask(name)[columns] for name in groups.names]
    rows = []
    for name, predicted in predictions.items():
        guess = np.asarray(predicted, dtype=np.float64)
        if guess.shape != actual.shape:
            raise ValueError(
                f"rmse: prediction {name!r} has shape {guess.shape}, the ratings {actual.shape}"
            )
        squared = (guess - actual) ** 2
        values = [_root_mean(squared), *(_root_mean(squared[mask]) for mask in masks)]
        if digits is not None:
            values = [None if value is None else round(value, digits) for value in values]
        rows.append((name, *values))
    names = ["prediction", "overall", *groups.names]
    types = [pl.String] + [pl.Float64] * (len(names) - 1)
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def _root_mean(squared: np.ndarray) -> float | None:
    return float(np.sqrt(squared.mean())) if len(squared) else None
