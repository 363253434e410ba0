"""The counts that a log is made of: interactions of each item and of each user, and ratings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np

from longtail_lib.data import Dataset

__all__ = ["LogFigures", "LogShape", "log_figures", "log_shape", "period"]


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


@dataclass(frozen=True)
class LogShape:
    """Figures that describe a log; "rated" items are those with at least one interaction.

    Parameters
    ----------
    interactions, users, items : int
        Items are the whole catalogue.
    cold : float
        Share of the catalogue without interactions.
    top_share : float
        Share of interactions in the 20% of rated items that have most.
    gini : float
        Gini coefficient of the rated items' counts.
    singletons : float
        Share of rated items with exactly one interaction.
    bottom_share : float
        Share of interactions in the less popular half of the catalogue, cold items included.
    activity : tuple of float
        Interactions of a user: minimum, median, mean, 95th percentile, maximum.
    ratings : mapping of float to float
        Share of each rating; empty where there are none or more than ten different ones.
    """

    interactions: int
    users: int
    items: int
    cold: float
    top_share: float
    gini: float
    singletons: float
    bottom_share: float
    activity: tuple[float, float, float, float, float]
    ratings: Mapping[float, float]


def log_shape(figures: LogFigures) -> LogShape:
    """Measure the shape of a log from its counts.

    Parameters
    ----------
    figures : LogFigures
        What `log_figures` counts in a dataset, or `movielens_figures()`.

    Returns
    -------
    LogShape

    Examples
    --------
    >>> from longtail_course.worlds import movielens_figures
    >>> films = log_shape(movielens_figures())
    >>> films.users, films.items, round(films.top_share, 3), round(films.gini, 3)
    (610, 9742, 0.77, 0.716)
    """
    counts = np.sort(figures.item_counts)[::-1]
    n_items, total = len(counts), counts.sum()
    rated, made = counts[counts > 0], figures.user_counts[figures.user_counts > 0]
    n = len(rated)
    rank = np.arange(n, 0, -1)
    values, times = np.unique(figures.ratings, return_counts=True)
    if len(values) > 10:
        values, times = values[:0], times[:0]
    return LogShape(
        interactions=int(total),
        users=len(figures.user_counts),
        items=n_items,
        cold=1 - n / n_items,
        top_share=float(rated[: -(-n // 5)].sum() / total),
        gini=float(((2 * rank - n - 1) * rated).sum() / (n * total)),
        singletons=float((rated == 1).mean()),
        bottom_share=float(counts[n_items - n_items // 2 :].sum() / total),
        activity=(
            float(made.min()),
            float(np.median(made)),
            float(made.mean()),
            float(np.quantile(made, 0.95)),
            float(made.max()),
        ),
        ratings={
            float(value): float(share) for value, share in zip(values, times / total, strict=True)
        },
    )


def period(dataset: Dataset) -> str:
    """The first and the last day of a log with times."""
    times = nw.from_native(dataset.interactions, eager_only=True)["timestamp"]
    days = [
        np.datetime64(int(time), "s").astype("datetime64[D]") for time in (times.min(), times.max())
    ]
    return f"{days[0]} to {days[1]}"
