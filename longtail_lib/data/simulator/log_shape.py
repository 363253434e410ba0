"""The shape of an interaction log in a few figures, and those of MovieLens latest-small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from longtail_lib.data.dataset import Dataset

__all__ = ["MOVIELENS", "LogShape", "log_shape"]


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


# Computed with `log_shape` from ratings.csv and movies.csv.
MOVIELENS = LogShape(
    interactions=100_836,
    users=610,
    items=9_742,
    cold=0.0018,
    top_share=0.7703,
    gini=0.7163,
    singletons=0.3544,
    bottom_share=0.0632,
    activity=(20.0, 70.5, 165.3, 610.75, 2698.0),
    ratings={
        0.5: 0.0136,
        1.0: 0.0279,
        1.5: 0.0178,
        2.0: 0.0749,
        2.5: 0.0550,
        3.0: 0.1988,
        3.5: 0.1303,
        4.0: 0.2660,
        4.5: 0.0848,
        5.0: 0.1310,
    },
)


def log_shape(dataset: Dataset) -> LogShape:
    """Measure the shape of a polars dataset's log.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from longtail_lib.data.simulator import PRESETS, simulate
    >>> shape = log_shape(simulate(replace(PRESETS["shop"], n_users=50, n_items=600), seed=1))
    >>> shape.users, shape.items, 0 < shape.gini < 1
    (50, 600, True)
    """
    log = dataset.interactions
    counts = np.sort(log["item_id"].value_counts()["count"].to_numpy())[::-1]
    made = log["user_id"].value_counts()["count"].to_numpy()
    n, n_items = len(counts), dataset.n_items
    rank = np.arange(n, 0, -1)
    ratings: dict[float, float] = {}
    if "rating" in log.columns and log["rating"].n_unique() <= 10:
        values, times = np.unique(log["rating"].to_numpy(), return_counts=True)
        ratings = {
            float(value): float(share)
            for value, share in zip(values, times / len(log), strict=True)
        }
    return LogShape(
        interactions=len(log),
        users=dataset.n_users,
        items=n_items,
        cold=1 - n / n_items,
        top_share=float(counts[: -(-n // 5)].sum() / counts.sum()),
        gini=float(((2 * rank - n - 1) * counts).sum() / (n * counts.sum())),
        singletons=float((counts == 1).mean()),
        bottom_share=float(counts[n_items - n_items // 2 :].sum() / counts.sum()),
        activity=(
            float(made.min()),
            float(np.median(made)),
            float(made.mean()),
            float(np.quantile(made, 0.95)),
            float(made.max()),
        ),
        ratings=ratings,
    )
