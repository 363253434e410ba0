"""Differences between models over the same users, with paired intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple, Unpack

import numpy as np

from longtail_lib.evaluation._intervals import (
    Draws,
    bootstrap_means,
    interval_of_means,
    never_seen_bound,
    standard_error,
)
from longtail_lib.evaluation._known_interactions import AMOUNTS
from longtail_lib.evaluation._protocol import IntervalSettings, Protocol
from longtail_lib.evaluation._report import Report
from longtail_lib.evaluation._report_display import comparison_html, rounded, show_number

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Comparison", "Difference", "compare"]


# What is masked follows from the part; given lists are served as they are.
_SAME = ("part", "fingerprint", "groups fingerprint")


def compare(
    reports: Sequence[Report],
    protocol: Protocol | None = None,
    *,
    baseline: str = "EASE",
    metrics: str | Iterable[str] | None = None,
    groups: str | Iterable[str] | None = None,
    **settings: Unpack[IntervalSettings],
) -> Comparison:
    """Compare reports of the same users with a baseline.

    Means over users are compared by a paired bootstrap: the same weights of users for both models,
    so that easy and hard users cancel out, and one user who was not met, so that a handful of
    users cannot decide. Coverage, Gini and other statistics are compared by a jackknife over users
    of the difference. Each interval stands alone: among twenty differences
    of nothing, one is expected to look decided at 95%.

    Parameters
    ----------
    reports : sequence of Report
        Two or more, with different model names, from `evaluate` on one split with one part, the
        same groups and cut-offs.
    baseline : str
        Name of the model to subtract.
    metrics : str, iterable of str or None
        Names with cut-off; NDCG at every cut-off if None.
    groups : str, iterable of str or None
        All groups of the reports if None.
    protocol, **settings
        For seed, resamples and confidence, as one `Protocol` or singly.

    Raises
    ------
    ValueError
        Fewer than two reports, repeated names, protocols that differ, or reports without the
        numbers of each user.

    Examples
    --------
    >>> from longtail_lib.evaluation import evaluate
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> first = evaluate(tiny_model(), tiny_parts(), k=2, name="first")
    >>> second = evaluate(tiny_model(), tiny_parts(), k=2, name="second")
    >>> compare([first, second], baseline="first", groups="overall")["second", "overall", "NDCG@2"]
    Difference(model='second', group='overall', metric='NDCG@2', value=0.462..., difference=0.0, \
low=-0.70..., high=0.70..., n=3, verdict='undecided')
    """
    protocol = Protocol.of("compare", protocol, settings, IntervalSettings)
    reports = [reports] if not isinstance(reports, Iterable) else list(reports)
    strange = [type(one).__name__ for one in reports if not isinstance(one, Report)]
    if strange:
        raise TypeError(
            f"compare takes a list of reports as evaluate makes them, got {strange[0]} in it"
        )
    first = _base(reports, baseline)
    names = _chosen(metrics, first.names, "metric")
    if metrics is None:
        names = tuple(name for name in names if name.startswith("NDCG@")) or names
    chosen_groups = _chosen(groups, first.groups, "group")
    keys = [(group, name) for name in names for group in chosen_groups]
    rows = []
    for report in [first, *(report for report in reports if report is not first)]:
        means = [key for key in keys if key in report.per_user]
        found = _paired_means(report, first, means, protocol)
        for key in keys:
            if key not in found:
                found[key] = _paired_statistic(report, first, key, protocol.confidence)
        for key in keys:
            value = report.values[key]
            # A model differs from itself by nothing, and that is certain.
            against = (0.0, 0.0, 0.0, value.n, "baseline") if report is first else found[key]
            rows.append(Difference(report.model, *key, value.value, *against))
    return Comparison(baseline, tuple(rows), protocol.confidence)


def _base(reports: list[Report], baseline: str) -> Report:
    """The baseline's report, after all were found to be measured alike."""
    names = [report.model for report in reports]
    if len(reports) < 2 or len(set(names)) < len(names):
        raise ValueError(
            f"compare: give two or more reports with different model names, got {names}; "
            "evaluate(..., name=...) sets a name"
        )
    if baseline not in names:
        raise KeyError(f"no report of the baseline {baseline!r}; there are {', '.join(names)}")
    first = reports[names.index(baseline)]
    for report in reports:
        for what in ("ks", "groups", "metrics", "declarations"):
            if getattr(report, what) != getattr(first, what):
                raise ValueError(
                    f"compare: reports of {report.model} and {baseline} differ in {what}: "
                    f"{getattr(report, what)} and {getattr(first, what)}; evaluate both alike"
                )
        for what in _SAME:
            if report.protocol[what] != first.protocol[what]:
                raise ValueError(
                    f"compare: reports of {report.model} and {baseline} were measured "
                    f"differently ({what}: {report.protocol[what]} and {first.protocol[what]}); "
                    "evaluate both on the same split, part and groups"
                )
        knew = [each.protocol.get("fitted on") for each in (report, first)]
        if knew[0] != knew[1] and set(knew) <= AMOUNTS:
            raise ValueError(
                f"compare: {report.model} was fitted on {knew[0]}, {baseline} on {knew[1]}; who "
                "knows more wins more, so fit both alike (Recommender.refit)"
            )
        if report.user_rows is None or not np.array_equal(report.user_rows, first.user_rows):
            raise ValueError(
                f"compare: the report of {report.model} lacks the numbers of the same users; "
                "evaluate again, or store it with to_json(per_user=True)"
            )
    return first


def _chosen(given: str | Iterable[str] | None, known: tuple[str, ...], what: str) -> tuple:
    chosen = known if given is None else (given,) if isinstance(given, str) else tuple(given)
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise KeyError(
            f"compare: unknown {what} {', '.join(map(repr, unknown))}; the reports hold "
            f"{', '.join(known)}"
        )
    return chosen


def _paired_means(
    report: Report, first: Report, keys: list[tuple[str, str]], protocol: Protocol
) -> dict[tuple[str, str], tuple[float, float, float, int, str]]:
    """Difference, interval, users and verdict of each mean, by a paired bootstrap."""
    if not keys:
        return {}
    own = np.stack([report.per_user[key] for key in keys], axis=1)
    base = np.stack([first.per_user[key] for key in keys], axis=1)
    draws = bootstrap_means(np.concatenate([own, base], axis=1), protocol.resamples, protocol.seed)
    m = len(keys)
    paired = Draws(
        draws.means[:, :m] - draws.means[:, m:], np.maximum(draws.unmet[:, :m], draws.unmet[:, m:])
    )
    apart = np.abs(own - base)
    n = np.count_nonzero(~np.isnan(apart), axis=0)
    # The user who was not met differs as much as those who differ do on root mean square, in
    # either direction. With equal steps of one sign that is the sign test: six of six decide.
    # The largest difference instead would make intervals half as wide again where few differ.
    differing = np.maximum(1, np.count_nonzero(np.nan_to_num(apart), axis=0))
    step = np.sqrt((np.nan_to_num(apart) ** 2).sum(axis=0) / differing)
    low, high = interval_of_means(paired, protocol.confidence, worst=-step, best=step)
    found = {}
    for place, key in enumerate(keys):
        difference = report.values[key].value - first.values[key].value
        ends = float(low[place]), float(high[place])
        if n[place] and step[place] == 0:
            # No user differs: all that can be said is how many unlike them were missed.
            worst, best = report.metric(key[1]).ends
            bound = never_seen_bound(int(n[place]), protocol.confidence) * (best - worst)
            ends = (-bound, bound) if np.isfinite(bound) else (np.nan, np.nan)
        found[key] = difference, *ends, int(n[place]), _verdict(*ends)
    return found


def _paired_statistic(
    report: Report, first: Report, key: tuple[str, str], confidence: float
) -> tuple[float, float, float, int, str]:
    """The same for a statistic, by a jackknife."""
    difference = report.values[key].value - first.values[key].value
    error = standard_error(report.left_out[key] - first.left_out[key])
    half = NormalDist().inv_cdf((1 + confidence) / 2) * error
    low, high = difference - half, difference + half
    n = min(report.values[key].n, first.values[key].n)
    return difference, low, high, n, _verdict(low, high)


def _verdict(low: float, high: float) -> str:
    """Whether an interval leaves out 0."""
    return "higher" if low > 0 else "lower" if high < 0 else "undecided"


class Difference(NamedTuple):
    """One model against the baseline.

    Parameters
    ----------
    model, group, metric : str
    value : float
        Of the model.
    difference : float
        Model less baseline.
    low, high : float
        Interval of the difference.
    n : int
        Users that count for the metric in both models.
    verdict : str
        "higher" or "lower" where the interval leaves out 0, else "undecided"; "baseline" for the
        baseline itself. Which of them is better, `Metric.better` says.
    """

    model: str
    group: str
    metric: str
    value: float
    difference: float
    low: float
    high: float
    n: int
    verdict: str


@dataclass(frozen=True, eq=False)
class Comparison:
    """What `compare` found; `comparison["ItemKNN", "tail", "NDCG@10"]` is a `Difference`.

    Parameters
    ----------
    baseline : str
    rows : tuple of Difference
        The baseline itself comes first, with differences of 0.
    confidence : float
    """

    baseline: str
    rows: tuple[Difference, ...]
    confidence: float

    def __getitem__(self, key: tuple[str, str, str]) -> Difference:
        """Difference of (model, group, "metric@k")."""
        for row in self.rows:
            if row[:3] == tuple(key):
                return row
        known = [dict.fromkeys(row[place] for row in self.rows) for place in range(3)]
        raise KeyError(
            f"no comparison of {key!r}; models: {', '.join(known[0])}; groups: "
            f"{', '.join(known[1])}; metrics: {', '.join(known[2])}"
        )

    def to_frame(self, digits: int | None = 4) -> pl.DataFrame:
        """All differences as a polars frame with the fields of `Difference`; None rounds none."""
        import polars as pl

        frame = pl.DataFrame(self.rows, schema=list(Difference._fields), orient="row")
        numbers = ["value", "difference", "low", "high"]
        return rounded(frame.with_columns(pl.col(numbers).cast(pl.Float64)), digits)

    def __repr__(self) -> str:
        head = ("model", "group", "metric", "value", "difference", "interval", "n", "verdict")
        table = [head]
        for row in self.rows:
            interval = f"[{show_number(row.low)}, {show_number(row.high)}]"
            numbers = show_number(row.value), f"{_signed(row.difference)}", interval
            table.append((*row[:3], *numbers, f"{row.n:,}", row.verdict))
        widths = [max(len(line[place]) for line in table) for place in range(len(head))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in table
        )

    def _repr_html_(self) -> str:
        return comparison_html(self)


def _signed(number: float) -> str:
    shown = show_number(number)
    return shown if shown.startswith(("-", "–")) else f"+{shown}"
