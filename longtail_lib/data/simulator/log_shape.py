"""The shape of an interaction log in a few figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from longtail_lib.data.interaction_counts import LogFigures

__all__ = ["LogShape", "log_shape"]


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
    >>> from longtail_lib.data import movielens_figures
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
