"""What is measured of a list: the metrics that are built in, and how one is found by its name.

Formulas and sources stand at the head of `accuracy` and `exposure`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from longtail_lib.evaluation import _intervals as intervals
from longtail_lib.evaluation.metrics import exposure
from longtail_lib.evaluation.metrics._lists import Lists
from longtail_lib.evaluation.metrics._metric import Metric
from longtail_lib.evaluation.metrics.accuracy import ACCURACY, GAINS, graded_ndcg

__all__ = ["BUILT_IN"]


def _accurate(name: str) -> Metric:
    """A metric of accuracy from its formula."""
    return Metric(name, of_lists=lambda lists: ACCURACY[name](lists.found), better="higher")


def _graded(name: str) -> Metric:
    """NDCG with one kind of gain by rating."""

    def of_lists(lists: Lists) -> np.ndarray:
        if lists.parts.parameters.get("values") == "one":
            raise ValueError(
                f"{name} needs ratings, and this split keeps none; make it with "
                "split(..., values='rating'), or measure NDCG"
            )
        return graded_ndcg(lists.hits, lists.relevant, lists.k, name, lists.group)

    return Metric(name, of_lists=of_lists, better="higher")


def _popularity(lists: Lists) -> np.ndarray:
    """ARP of each list."""
    return exposure.list_means(lists.items, lists.popularity / lists.parts.n_users, lists.group)


def _novelty(lists: Lists) -> np.ndarray:
    """Novelty of each list."""
    per_item = exposure.novelty_of_items(lists.popularity, lists.parts.n_users)
    return exposure.list_means(lists.items, per_item, lists.group)


def _share(lists: Lists) -> np.ndarray:
    """APLT of each list; overall, the group is the tail."""
    return exposure.list_shares(lists.items, lists.group)


_COVERAGE: dict[str, Any] = {
    "statistic": exposure.coverage,
    "leave_one_out": intervals.left_out_coverage,
    "slack": intervals.slack_of_coverage,
    "better": "higher",
}

_BY_DEFAULT: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        *map(_accurate, ACCURACY),
        Metric("Coverage", **_COVERAGE),
        Metric(
            "Gini",
            statistic=exposure.exposure_gini,
            leave_one_out=intervals.left_out_gini,
            slack=intervals.slack_of_gini,
            better="lower",
        ),
        Metric("ARP", of_lists=_popularity, better="lower"),
        Metric("APLT", of_lists=_share, better="higher", overall="tail"),
        Metric("ACLT", **_COVERAGE, overall="tail"),
        Metric("Novelty", of_lists=_novelty, better="higher"),
        Metric(
            "TailShare",
            statistic=exposure.exposure_share,
            leave_one_out=intervals.left_out_share,
            slack=intervals.slack_of_share,
            better="higher",
            overall="tail",
        ),
    )
}
METRICS = tuple(_BY_DEFAULT)
# Those that need ratings are measured only where somebody names them.
BUILT_IN: dict[str, Metric] = _BY_DEFAULT | {name: _graded(name) for name in GAINS}


def chosen_metrics(metrics: str | Metric | Iterable[str | Metric] | None) -> tuple[Metric, ...]:
    """Return metrics without repeats; all that are built in for None.

    Examples
    --------
    >>> [metric.better for metric in chosen_metrics(["NDCG", "Gini"])]
    ['higher', 'lower']
    """
    given = METRICS if metrics is None else metrics
    given = (given,) if isinstance(given, str | Metric) else given
    if not isinstance(given, Iterable):
        raise TypeError(
            f"protocol: metrics must be names such as ['NDCG', 'TailShare'], got {given!r}; "
            "what you define yourself is a Metric"
        )
    given = tuple(dict.fromkeys(given))
    for each in given:
        if callable(each):
            raise TypeError(
                f"protocol: metrics holds the function {getattr(each, '__name__', each)!r}; write "
                "Metric('Name', per_user=function, range=(0, 1), better='higher')"
            )
    unknown = [each for each in given if not isinstance(each, Metric) and each not in BUILT_IN]
    if unknown or not given:
        raise ValueError(
            f"protocol: unknown metric {', '.join(map(repr, unknown)) or 'list of length 0'}; "
            f"known are {', '.join(BUILT_IN)}; the cut-off goes into k"
        )
    found = tuple(each if isinstance(each, Metric) else BUILT_IN[each] for each in given)
    for metric in found:
        same = {id(other) for other in (*found, *BUILT_IN.values()) if other.name == metric.name}
        if len(same) > 1:
            raise ValueError(
                f"protocol: two metrics are called {metric.name!r}; give your own another name"
            )
    return tuple(dict.fromkeys(found))
