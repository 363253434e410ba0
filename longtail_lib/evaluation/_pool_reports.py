"""One report out of several: the same model over several seeds."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np

from longtail_lib.evaluation._evaluate import interval_of_users
from longtail_lib.evaluation._intervals import interval_of_left_out
from longtail_lib.evaluation._protocol import IntervalSettings, Protocol
from longtail_lib.evaluation._report import Report, Value

__all__ = ["pool_reports"]

# What may differ from seed to seed; everything else must be equal.
_MAY_DIFFER = (
    "split",
    "users",
    "cold",
    "equal times",
    "seen items",
    "users without history",
    "seed",
    "fingerprint",
    "groups",
    "groups fingerprint",
)


def pool_reports(
    reports: Sequence[Report],
    protocol: Protocol | None = None,
    **settings: Unpack[IntervalSettings],
) -> Report:
    """Average the reports of one model over seeds, with intervals over users.

    Seeds of a random split share their users, so a thousand users on three seeds are not three
    thousand. Each user's metric is first averaged over the seeds in which the user counts; the
    intervals then come from the users as in `evaluate`. Coverage, Gini and other statistics are
    averaged over seeds, with a jackknife that leaves a user out of all seeds at once. What is left
    is the chance in who the users are; how far apart the seeds lie is for the single reports.

    Parameters
    ----------
    reports : sequence of Report
        Of one model, on splits of one log, with the numbers of each user. One report is returned
        as it is.
    protocol, **settings
        As in `compare`, which takes the result beside other reports pooled over the same seeds.

    Raises
    ------
    ValueError
        No report, reports of several models, reports measured in different ways, or reports
        without the numbers of each user.

    Examples
    --------
    >>> from longtail_lib.evaluation import evaluate
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> reports = [evaluate(tiny_model(), tiny_parts(), k=2, seed=seed) for seed in (0, 1)]
    >>> pooled = pool_reports(reports)
    >>> pooled.protocol["seed"], pooled["NDCG@2"].value == reports[0]["NDCG@2"].value
    ('0, 1', True)
    """
    protocol = Protocol.of("pool_reports", protocol, settings, IntervalSettings)
    reports = list(reports)
    _check(reports)
    first = reports[0]
    if len(reports) == 1:
        return first
    users = np.unique(np.concatenate([report.user_rows for report in reports]))
    places = [np.searchsorted(users, report.user_rows) for report in reports]
    keys = list(first.per_user)
    values: dict[tuple[str, str], Value] = {}
    matrix = np.empty((len(users), 0))
    if keys:
        matrix = np.stack([_mean_by_user(reports, places, key, len(users)) for key in keys], axis=1)
        metrics = [first.metric(name) for _, name in keys]
        low, high = interval_of_users(matrix, metrics, protocol)
    counted = (~np.isnan(matrix)).sum(axis=0)
    for place, key in enumerate(keys):
        mean = np.nanmean(matrix[:, place]) if counted[place] else np.nan
        values[key] = Value(float(mean), float(low[place]), float(high[place]), int(counted[place]))
    left_out = {key: _left_out_of_all(reports, places, key, len(users)) for key in first.left_out}
    for key, left in left_out.items():
        values[key] = _statistic(reports, key, left, protocol.confidence)
    return dataclasses.replace(
        first,
        values={key: values[key] for key in first.values},
        protocol=_protocol(reports),
        user_rows=users,
        per_user={key: matrix[:, place] for place, key in enumerate(keys)},
        left_out=left_out,
        exposure={cut: sum(report.exposure[cut] for report in reports) for cut in first.ks},
    )


def _check(reports: list[Report]) -> None:
    if not reports:
        raise ValueError("pool_reports: no report was given; pass what evaluate returned")
    first = reports[0]
    for report in reports:
        if report.model != first.model:
            raise ValueError(
                f"pool_reports: reports of {first.model} and {report.model}; pool one model at a "
                "time and hand the pooled reports to compare"
            )
        if report.user_rows is None:
            raise ValueError(
                "pool_reports: a report lacks the numbers of each user; evaluate again, or store "
                "it with to_json(per_user=True)"
            )
        for what in ("ks", "groups", "metrics", "declarations"):
            if getattr(report, what) != getattr(first, what):
                raise ValueError(f"pool_reports: reports of {first.model} differ in {what}")
        for what in first.protocol.keys() - set(_MAY_DIFFER):
            if report.protocol.get(what) != first.protocol[what]:
                raise ValueError(
                    f"pool_reports: reports of {first.model} were measured differently ({what}: "
                    f"{first.protocol[what]} and {report.protocol.get(what)})"
                )


def _mean_by_user(
    reports: list[Report], places: list[np.ndarray], key: tuple[str, str], n_users: int
) -> np.ndarray:
    sums, counts = np.zeros(n_users), np.zeros(n_users)
    for report, rows in zip(reports, places, strict=True):
        found = report.per_user[key]
        counts[rows] += ~np.isnan(found)
        sums[rows] += np.nan_to_num(found)
    return np.divide(sums, counts, out=np.full(n_users, np.nan), where=counts > 0)


def _left_out_of_all(
    reports: list[Report], places: list[np.ndarray], key: tuple[str, str], n_users: int
) -> np.ndarray:
    total = np.zeros(n_users)
    for report, rows in zip(reports, places, strict=True):
        # Leaving out a user who was not measured in a seed changes nothing in it.
        in_seed = np.full(n_users, report.values[key].value)
        in_seed[rows] = report.left_out[key]
        total += in_seed
    return total / len(reports)


def _statistic(
    reports: list[Report], key: tuple[str, str], left_out: np.ndarray, confidence: float
) -> Value:
    found = [report.values[key] for report in reports]
    value = float(np.mean([each.value for each in found]))
    n = len(left_out)
    if np.isnan(value):
        return Value(value, value, value, 0)
    ends = reports[0].metric(key[1]).ends
    # Where no user changes the statistic, the single reports' slack stands in for the error.
    slack = (
        max(each.value - each.low for each in found),
        max(each.high - each.value for each in found),
    )
    return Value(value, *interval_of_left_out(value, left_out, confidence, slack, ends), n)


def _protocol(reports: list[Report]) -> dict[str, Any]:
    pooled = dict(reports[0].protocol)
    for what in _MAY_DIFFER:
        # What a seed has nothing to say of is not in its protocol.
        said = [report.protocol[what] for report in reports if what in report.protocol]
        distinct = list(dict.fromkeys(map(str, said)))
        if len(distinct) > 1:
            pooled[what] = (", " if what == "seed" else " + ").join(distinct)
        elif said:
            pooled[what] = said[0]
    return pooled
