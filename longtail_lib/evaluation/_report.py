"""The result of an evaluation: values with intervals, the protocol, and the numbers behind."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from longtail_lib.evaluation._report_display import plot_report, report_html, show_number
from longtail_lib.evaluation.metrics import BUILT_IN
from longtail_lib.evaluation.metrics._metric import Metric

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure

__all__ = ["Report", "Value", "stored_value"]

_FORMAT = 1


class Value(NamedTuple):
    """One measured number.

    Parameters
    ----------
    value : float
        NaN where it is not defined.
    low, high : float
        Ends of the interval; NaN where it is not defined.
    n : int
        Users that count.
    """

    value: float
    low: float
    high: float
    n: int

    def __repr__(self) -> str:
        shown = [show_number(number) for number in self[:3]]
        return f"{shown[0]} [{shown[1]}, {shown[2]}] n={self.n:,}"


def stored_value(name: str, numbers: Sequence[Any], own_metrics: Iterable[Metric] = ()) -> Value:
    """Make a value of what JSON held of a "metric@k", or say what no evaluation gives."""
    kind, _, cut = name.partition("@")
    known = BUILT_IN | {metric.name: metric for metric in own_metrics}
    if kind not in known or not cut.isdecimal():
        raise ValueError(f"unknown metric {name!r}")
    value, low, high, n = numbers
    ends = known[kind].ends
    # Stored numbers are rounded.
    near = 1e-6 * max([1.0, *(abs(end) for end in ends if math.isfinite(end))])
    for number in (value, low, high):
        right = number is None or (isinstance(number, int | float) and math.isfinite(number))
        if not right or (number is not None and not ends[0] - near <= number <= ends[1] + near):
            raise ValueError(f"{name} is {number!r}, expected a number from {ends[0]} to {ends[1]}")
    if None not in (low, high) and low > high:
        raise ValueError(f"the interval of {name} goes from {low} to {high}")
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise ValueError(f"{name} counts {n!r} users")
    return Value(*map(_nan, (value, low, high)), n)


@dataclass(frozen=True, eq=False)
class Report:
    """What `evaluate` found: `report["tail", "NDCG@10"]` is a `Value`.

    Parameters
    ----------
    model : str
    metrics : tuple of str
        Names without cut-off.
    ks : tuple of int
        Cut-offs, ascending.
    groups : tuple of str
        "overall", then the groups of the catalogue.
    values : mapping of (group, "metric@k") to Value
    protocol : mapping of str to words or numbers
        How it was measured.
    user_rows : ndarray of int or None
        Rows of the evaluated users; None after `from_json` without them.
    per_user : mapping of (group, "metric@k") to ndarray, shape (n_users,)
        The metric of each user, NaN where the user does not count.
    left_out : mapping of (group, "metric@k") to ndarray, shape (n_users,)
        For statistics such as Coverage and Gini: the value with that user left out.
    exposure : mapping of int to ndarray, shape (n_items,)
        For each cut-off, how often each item was recommended.
    own_metrics : tuple of Metric
        Those that are not built in; after `from_json` without their functions.

    Examples
    --------
    >>> from longtail_lib.evaluation import evaluate
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> report = evaluate(tiny_model(), tiny_parts(), k=2, metrics=["NDCG"])
    >>> report["NDCG@2"]
    0.4623 [0.0610, 0.9379] n=3
    >>> Report.from_json(report.to_json())["NDCG@2"] == report["NDCG@2"]
    True
    """

    model: str
    metrics: tuple[str, ...]
    ks: tuple[int, ...]
    groups: tuple[str, ...]
    values: Mapping[tuple[str, str], Value]
    protocol: Mapping[str, Any]
    user_rows: np.ndarray | None = None
    per_user: Mapping[tuple[str, str], np.ndarray] = field(default_factory=dict)
    left_out: Mapping[tuple[str, str], np.ndarray] = field(default_factory=dict)
    exposure: Mapping[int, np.ndarray] = field(default_factory=dict)
    own_metrics: tuple[Metric, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every "metric@k" of the report."""
        return tuple(f"{metric}@{cut}" for cut in self.ks for metric in self.metrics)

    def __getitem__(self, key: str | tuple[str, str]) -> Value:
        """Value of (group, "metric@k"), or of "metric@k" overall."""
        group, name = ("overall", key) if isinstance(key, str) else key
        if (group, name) not in self.values:
            raise KeyError(
                f"no {name!r} for {group!r}; groups: {', '.join(self.groups)}; "
                f"metrics: {', '.join(self.names)}"
            )
        return self.values[group, name]

    @property
    def declarations(self) -> list[dict[str, Any]]:
        """What your own metrics are, without their functions."""
        return [metric.declaration() for metric in self.own_metrics]

    def metric(self, name: str) -> Metric:
        """What a metric of the report is, by its name with or without cut-off."""
        known = BUILT_IN | {metric.name: metric for metric in self.own_metrics}
        name = name.split("@")[0]
        if name not in known:
            raise KeyError(f"no metric {name!r}; known are {', '.join(known)}")
        return known[name]

    def to_frame(self, digits: int | None = 4) -> pl.DataFrame:
        """All values as a polars frame, rounded unless `digits` is None.

        Its columns are model, group, metric, k, value, low, high and n.
        """
        import polars as pl

        rows = []
        for (group, name), found in self.values.items():
            metric, cut = name.split("@")
            numbers = [
                None if math.isnan(x) else x if digits is None else round(x, digits) + 0.0
                for x in found[:3]
            ]
            rows.append((self.model, group, metric, int(cut), *numbers, found.n))
        types = [pl.String] * 3 + [pl.Int64] + [pl.Float64] * 3 + [pl.Int64]
        columns = ("model", "group", "metric", "k", "value", "low", "high", "n")
        return pl.DataFrame(rows, schema=dict(zip(columns, types, strict=True)), orient="row")

    def to_json(self, per_user: bool = False) -> str:
        """Write the report as JSON.

        `per_user` includes the numbers of each user, which `compare` needs, and exposures.
        """
        about: dict[str, Any] = {
            "format": _FORMAT,
            "model": self.model,
            "metrics": self.metrics,
            "ks": self.ks,
            "groups": self.groups,
            "protocol": dict(self.protocol),
            "values": [[*key, *map(_null, found)] for key, found in self.values.items()],
        }
        if self.own_metrics:
            about["own_metrics"] = self.declarations
        if per_user and self.user_rows is not None:
            about["user_rows"] = self.user_rows.tolist()
            about["exposure"] = [[cut, counts.tolist()] for cut, counts in self.exposure.items()]
            for what in ("per_user", "left_out"):
                about[what] = [
                    [*key, [_null(x) for x in numbers.tolist()]]
                    for key, numbers in getattr(self, what).items()
                ]
        return json.dumps(about, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Read what `to_json` wrote."""
        try:
            about = json.loads(text)
            if about["format"] != _FORMAT:
                raise ValueError(f"format {about['format']!r}, this version reads {_FORMAT}")
            rows = about.get("user_rows")
            return cls(
                model=about["model"],
                metrics=tuple(about["metrics"]),
                ks=tuple(about["ks"]),
                groups=tuple(about["groups"]),
                protocol=about["protocol"],
                values={
                    (group, name): Value(*map(_nan, numbers), n)
                    for group, name, *numbers, n in about["values"]
                },
                user_rows=None if rows is None else np.array(rows),
                per_user=_arrays(about.get("per_user", [])),
                left_out=_arrays(about.get("left_out", [])),
                exposure={cut: np.array(counts) for cut, counts in about.get("exposure", [])},
                own_metrics=tuple(map(Metric.declared, about.get("own_metrics", []))),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"this text is not a report written by to_json ({error})") from error

    def plot(self, metrics: str | tuple[str, ...] | None = None) -> Figure:
        """Draw metrics by group, with their intervals.

        Metrics are named with cut-off; None is NDCG at the smallest k, or else the first metric.
        """
        if metrics is None:
            metrics = f"{'NDCG' if 'NDCG' in self.metrics else self.metrics[0]}@{self.ks[0]}"
        return plot_report(self, (metrics,) if isinstance(metrics, str) else tuple(metrics))

    @property
    def heading(self) -> str:
        """One line that says whose report it is."""
        users = str(self.protocol["users"]).split(" of ")[0]
        items = str(self.protocol["catalogue"]).split(", ranked")[0]
        return (
            f"Report of {self.model} on '{self.protocol['dataset']}' {self.protocol['part']}: "
            f"{users} users, {items}"
        )

    def __repr__(self) -> str:
        width = max(map(len, self.names))
        cell = max(8, *(len(group) + 1 for group in self.groups))
        lines = [self.heading, " " * width + " " + "".join(f"{g:<{cell}}" for g in self.groups)]
        for name in self.names:
            numbers = (show_number(self.values[group, name].value) for group in self.groups)
            lines.append(f"{name:<{width}} " + "".join(f"{number:<{cell}}" for number in numbers))
        return "\n".join(line.rstrip() for line in lines)

    def _repr_html_(self) -> str:
        return report_html(self)


def _null(number: float) -> float | None:
    return None if isinstance(number, float) and math.isnan(number) else number


def _nan(number: float | None) -> float:
    return float("nan") if number is None else number


def _arrays(rows: list[Any]) -> dict[tuple[str, str], np.ndarray]:
    return {(group, name): np.array([_nan(x) for x in numbers]) for group, name, numbers in rows}
