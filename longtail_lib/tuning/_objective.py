"""What a search looks for: one metric, and perhaps another that must not fall too low."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from longtail_lib.evaluation import Metric
from longtail_lib.evaluation.metrics import BUILT_IN
from longtail_lib.tuning._trial import Trial

__all__ = ["Constraint", "Objective"]

Key = tuple[str, str]


@dataclass(frozen=True)
class Constraint:
    """A floor for a second metric.

    Parameters
    ----------
    metric : (group, "metric@k")
    at_least : float
        Share of the value to compare with.
    of : float or None
        That value; the best one among all trials if None.
    """

    metric: Key
    at_least: float
    of: float | None = None

    def __str__(self) -> str:
        of = "the best of all trials" if self.of is None else f"{self.of:g}"
        return f"{' '.join(self.metric)} at least {100 * self.at_least:g}% of {of}"


@dataclass(frozen=True)
class Objective:
    """Order trials: by one metric, among those that meet the constraint.

    Parameters
    ----------
    metric : (group, "metric@k")
        Made large or small, as the metric says in `Metric.better`.
    constraint : Constraint or None
    own_metrics : tuple of Metric
        Those that are not built in.

    Examples
    --------
    >>> from longtail_lib.evaluation import Value
    >>> def trial(number, overall, tail):
    ...     values = {("overall", "NDCG@10"): Value(overall, 0, 1, 9),
    ...               ("tail", "NDCG@10"): Value(tail, 0, 1, 9)}
    ...     return Trial(number, {}, "complete", values)
    >>> trials = [trial(0, .300, .01), trial(1, .298, .03), trial(2, .200, .09)]
    >>> wanted = Objective.of(
    ...     ("tail", "NDCG@10"), {"metric": ("overall", "NDCG@10"), "at_least": .99})
    >>> [trial.number for trial in wanted.ranking(trials)]
    [1, 0, 2]
    >>> round(wanted.threshold(trials), 3)
    0.297
    """

    metric: Key
    constraint: Constraint | None = None
    own_metrics: tuple[Metric, ...] = ()

    @classmethod
    def of(
        cls,
        metric: Any,
        constraint: Mapping[str, Any] | None = None,
        own_metrics: Sequence[Metric] = (),
    ) -> Objective:
        """Read what was passed to `tune`."""
        known = BUILT_IN | {each.name: each for each in own_metrics}
        key = _key(metric, "metric", known)
        known[_metric_of(key)].sign("tune")
        if constraint is None:
            return cls(key, own_metrics=_named(own_metrics, key))
        if not isinstance(constraint, Mapping) or not {"metric", "at_least"} <= set(constraint):
            raise ValueError(
                "tune: constraint must be a mapping such as {'metric': ('overall', 'NDCG@10'), "
                f"'at_least': 0.99}}, got {constraint!r}"
            )
        unknown = sorted(set(constraint) - {"metric", "at_least", "of"})
        if unknown:
            raise ValueError(
                f"tune: unknown {', '.join(map(repr, unknown))} in constraint; known are 'metric', "
                "'at_least' and 'of'"
            )
        floor = _key(constraint["metric"], "constraint", known)
        if floor == key:
            raise ValueError(
                f"tune: constraint and metric are both {' '.join(key)}; a constraint needs a "
                "second metric"
            )
        if known[_metric_of(floor)].sign("tune") < 0:
            raise ValueError(
                f"tune: {floor[1]} is better when smaller, so 'at_least' makes no constraint of it"
            )
        share, of = constraint["at_least"], constraint.get("of")
        if not _is_number(share) or share <= 0 or (of is None and share > 1):
            raise ValueError(
                "tune: 'at_least' of a constraint is a share of the best value seen, above 0 and "
                f"up to 1 (above 1 only with 'of'), got {share!r}"
            )
        if of is not None and (not _is_number(of) or of < 0):
            raise ValueError(
                f"tune: 'of' of a constraint is a value of {' '.join(floor)} to compare with, "
                f"0 or more, got {of!r}"
            )
        bound = Constraint(floor, float(share), None if of is None else float(of))
        return cls(key, bound, _named(own_metrics, key, floor))

    @property
    def keys(self) -> tuple[Key, ...]:
        """The metric, then that of the constraint."""
        return (self.metric,) if self.constraint is None else (self.metric, self.constraint.metric)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What the keys measure."""
        known = BUILT_IN | {each.name: each for each in self.own_metrics}
        return tuple(dict.fromkeys(known[_metric_of(key)] for key in self.keys))

    def threshold(self, trials: Sequence[Trial]) -> float:
        """Least value of the constraint's metric; -inf without a constraint."""
        if self.constraint is None:
            return -math.inf
        of = self.constraint.of
        if of is None:
            values = (trial.value(self.constraint.metric) for trial in trials if trial.complete)
            of = max((value for value in values if not math.isnan(value)), default=math.nan)
        return self.constraint.at_least * of

    def meets(self, trial: Trial, threshold: float) -> bool:
        """Whether a trial is complete and not below the threshold."""
        if not trial.complete or self.constraint is None:
            return trial.complete
        return trial.value(self.constraint.metric) >= threshold

    def ranking(self, trials: Sequence[Trial]) -> list[Trial]:
        """All trials, best first.

        Those that meet the constraint come by the metric, then the others by how near they come
        to the constraint, failed ones last. Equal values are ordered by the constraint's metric,
        then as they were tried.
        """
        threshold = self.threshold(trials)
        sign = self.metrics[0].sign("tune")

        def place(trial: Trial) -> tuple[float, ...]:
            if not trial.complete:
                return (2,)
            second = 0.0 if self.constraint is None else -trial.value(self.constraint.metric)
            if self.meets(trial, threshold):
                return 0, -sign * trial.value(self.metric), second
            return 1, second

        return sorted(trials, key=place)

    def best(self, trials: Sequence[Trial]) -> Trial | None:
        """The best trial that meets the constraint, or None."""
        ranked = self.ranking(trials)
        if ranked and self.meets(ranked[0], self.threshold(trials)):
            return ranked[0]
        return None


def _named(own_metrics: Sequence[Metric], *keys: Key) -> tuple[Metric, ...]:
    """Those of your own metrics that the keys name."""
    return tuple(each for each in own_metrics if each.name in map(_metric_of, keys))


def _key(metric: Any, what: str, known: Mapping[str, Metric]) -> Key:
    """Read a group and a metric with its cut-off."""
    pair = ("overall", metric) if isinstance(metric, str) else metric
    words = (
        isinstance(pair, tuple | list)
        and len(pair) == 2
        and all(isinstance(word, str) for word in pair)
    )
    kind, at, cut = (pair[1] if words else "").partition("@")
    if kind not in known or not at or not cut.isdecimal() or int(cut) < 1:
        raise ValueError(
            f"tune: unknown metric {metric!r} in {what}; write for example ('tail', 'NDCG@10'), "
            f"a group and one of {', '.join(known)} with a cut-off from 1"
        )
    return pair[0], f"{kind}@{int(cut)}"


def _metric_of(key: Key) -> str:
    """Name without cut-off."""
    return key[1].split("@")[0]


def _is_number(value: Any) -> bool:
    """Whether a value is a finite number and no truth value."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
