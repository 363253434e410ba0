"""The counts that a log is made of: interactions of each item and of each user, and ratings."""

from __future__ import annotations

from typing import Any, NamedTuple

import narwhals as nw
import numpy as np

from longtail_lib.data.dataset import Dataset

__all__ = ["LogFigures", "log_figures"]


class LogFigures(NamedTuple):
    """Counts of a log, without the log.

    Parameters
    ----------
    item_counts : ndarray of int64, shape (n_items,)
        Interactions of every catalogue item, cold items included.
    user_counts : ndarray of int64, shape (n_users,)
        Interactions of every user.
    ratings : ndarray of float64, shape (n_interactions,)
        Ratings in ascending order; empty where the log has none.
    """

    item_counts: np.ndarray
    user_counts: np.ndarray
    ratings: np.ndarray


def log_figures(dataset: Dataset) -> LogFigures:
    """Count the interactions of every item and of every user.

    Parameters
    ----------
    dataset : Dataset
        Its frames may be polars, pandas or anything else that narwhals understands.

    Returns
    -------
    LogFigures
        Items and users in the order of `dataset.items` and `dataset.users`.

    Raises
    ------
    ValueError
        An interaction names an item or a user that its table does not hold.

    Examples
    --------
    >>> import polars as pl
    >>> from longtail_lib.data import DatasetCard
    >>> data = Dataset(
    ...     interactions=pl.DataFrame({"user_id": [1, 1, 2], "item_id": ["a", "b", "a"]}),
    ...     items=pl.DataFrame({"item_id": ["a", "b", "c"]}),
    ...     users=pl.DataFrame({"user_id": [1, 2]}),
    ...     card=DatasetCard(name="three"),
    ... )
    >>> log_figures(data).item_counts.tolist()
    [2, 1, 0]
    """
    log = nw.from_native(dataset.interactions, eager_only=True)
    ratings = log["rating"].to_numpy() if "rating" in log.columns else np.empty(0)
    return LogFigures(
        _counts(log, dataset.items, "item_id", dataset.card.name),
        _counts(log, dataset.users, "user_id", dataset.card.name),
        np.sort(ratings.astype(np.float64)),
    )


def _counts(log: Any, table: Any, column: str, name: str) -> np.ndarray:
    ids, times = np.unique(log[column].to_numpy(), return_counts=True)
    # tolist() gives plain Python values, which are equal across frames and widths of integers.
    found = dict(zip(ids.tolist(), times.tolist(), strict=True))
    known = nw.from_native(table, eager_only=True)[column].to_list()
    counts = np.array([found.get(key, 0) for key in known], dtype=np.int64)
    if counts.sum() != len(log):
        stranger = next(key for key in found if key not in set(known))
        raise ValueError(
            f"Dataset '{name}': the log holds {column} {stranger!r}, which the table of "
            f"{column.removesuffix('_id')}s does not; add it there, or drop its interactions"
        )
    return counts
