"""What stays the same from trial to trial: checked before the first, and how one trial is run."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.evaluation import Protocol, evaluate
from longtail_lib.evaluation._protocol import describe
from longtail_lib.preprocessing import Split
from longtail_lib.tuning._default_space import default_space
from longtail_lib.tuning._objective import Objective
from longtail_lib.tuning._proposal import distributions_of, n_points, propose, space_to_json
from longtail_lib.tuning._trial import Trial
from longtail_lib.tuning._tuning import Tuning

__all__ = ["Plan", "planned", "without_test"]

_ATTEMPTS = 16
# What a bad point of a space makes a model raise. Anything else is a defect, and is not hidden.
_FAILURES = (ValueError, MemoryError, ArithmeticError)
# Enough for an interval that tells trials apart; the report on test has more.
_RESAMPLES = 200


@dataclass(frozen=True)
class Plan:
    """Everything that stays the same from trial to trial."""

    name: str
    make: Callable[..., Any]
    parts: Split
    distributions: Mapping[str, Any]
    defaults: Mapping[str, Any] | None
    fixed: Mapping[str, Any]
    objective: Objective
    measured: Protocol
    protocol: Mapping[str, Any]

    def result(self, records: Sequence[Trial]) -> Tuning:
        """Put trials into a result, without a model."""
        return Tuning(
            model_name=self.name,
            objective=self.objective,
            space=space_to_json(self.distributions),
            fixed=self.fixed,
            seed=self.measured.seed,
            protocol=self.protocol,
            records=tuple(records),
        )

    def model(self, parameters: Mapping[str, Any]) -> Any:
        """Make an unfitted model."""
        return self.make(**self.fixed, **parameters)

    def next(self, records: Sequence[Trial]) -> dict[str, Any]:
        """Parameters of the next trial: the defaults, then what TPE proposes."""
        number = len(records)
        if number == 0 and self.defaults is not None:
            return dict(self.defaults)
        ranked = self.objective.ranking(records)
        tried = {tuple(trial.parameters.items()) for trial in records}
        attempts = _ATTEMPTS if len(tried) < n_points(self.distributions) else 1
        for attempt in range(attempts):
            seed = self.measured.seed, number, attempt
            parameters = propose(self.distributions, ranked, seed=seed)
            if self.first_with(records, parameters) is None:
                break
        return parameters

    def first_with(self, records: Sequence[Trial], parameters: Mapping[str, Any]) -> int | None:
        """Number of the first trial with these parameters."""
        for trial in records:
            if dict(trial.parameters) == dict(parameters):
                return trial.number
        return None

    def run(self, records: Sequence[Trial]) -> tuple[Trial, Any | None]:
        """Run one trial; its model comes too, unless it failed or repeats another."""
        parameters, number = self.next(records), len(records)
        known = self.first_with(records, parameters)
        if known is not None:
            earlier = records[known]
            state = "repeated" if earlier.complete else "failed"
            return replace(earlier, number=number, state=state, seconds=0.0), None
        start = time.perf_counter()
        try:
            model = self.model(parameters).fit(self.parts)
            report = evaluate(model, self.parts, self.measured, name=self.name)
        except _FAILURES as error:
            spent = time.perf_counter() - start
            reason = str(error) or type(error).__name__
            return Trial(number, parameters, "failed", {}, spent, reason), None
        values = {key: report[key] for key in self.objective.keys}
        spent = time.perf_counter() - start
        for (group, metric), value in values.items():
            if value.n == 0:
                raise ValueError(
                    f"tune: {metric} is not defined for {group!r}: no validation interaction "
                    "there; choose another metric or group, or split with a larger validation part"
                )
        return Trial(number, parameters, "complete", values, spent), model


def planned(
    model_class: Any,
    parts: Split,
    space: Mapping[str, Any] | None,
    metric: Any,
    constraint: Mapping[str, Any] | None,
    fixed: Mapping[str, Any] | None,
    protocol: Protocol | None,
    settings: Mapping[str, Any],
) -> Plan:
    """Turn the arguments of `tune` into a plan; see there for what they are and what is raised."""
    if not callable(model_class) or (
        hasattr(model_class, "fit") and not isinstance(model_class, type)
    ):
        raise TypeError(
            "tune takes the class of a model, such as EASE, or a function that makes one, got "
            f"{model_class!r}"
        )
    if not (hasattr(parts, "train") and hasattr(parts, "validation")):
        raise TypeError(
            f"tune takes a Split, got {type(parts).__name__}; make one with split(prepare(data))"
        )
    if protocol is None:
        settings = {"resamples": _RESAMPLES, **settings}
    protocol = Protocol.of("tune", protocol, settings)
    objective = Objective.of(metric, constraint, protocol.own_metrics)
    fixed = dict(fixed or {})
    if space is None:
        space = {name: one for name, one in default_space(model_class).items() if name not in fixed}
    distributions = distributions_of(space)
    name = _name_of(model_class)
    defaults = _defaults(model_class, name, distributions, fixed)
    if not parts.validation.nnz:
        raise ValueError(
            f"tune: the validation part of '{parts.name}' is empty, and hyper-parameters are "
            "never chosen on test; split with validation=1 for how='leave-last-out', or a share"
        )
    parts = without_test(parts)
    # Groups once for all trials, and nothing but what the objective names.
    groups = protocol.groups_of(parts)
    measured = replace(
        protocol,
        k=[int(name.split("@")[1]) for _, name in objective.keys],
        part="validation",
        groups=groups,
        metrics=objective.metrics,
        seed=int(protocol.seed),
    )
    for group, _ in objective.keys:
        if group not in ("overall", *groups.names):
            raise ValueError(
                f"tune: unknown group {group!r}; there are overall, {', '.join(groups.names)}"
            )
    return Plan(
        name=name,
        make=model_class,
        parts=parts,
        distributions=distributions,
        defaults=defaults,
        fixed=fixed,
        objective=objective,
        measured=measured,
        protocol=describe(measured, parts),
    )


def without_test(parts: Split) -> Split:
    """Return the same split with an empty test part; the old one is not read."""
    none = csr_matrix(parts.train.shape, dtype=np.float32)
    stored = {
        what: None
        if getattr(parts, what) is None
        else {**getattr(parts, what), "test": csr_matrix(parts.train.shape, dtype=np.int64)}
        for what in ("times", "places")
    }
    # Field by field: dataclasses.replace would not do for a split of another class.
    own = {each.name: getattr(parts, each.name) for each in fields(Split) if each.name != "test"}
    return Split(**{**own, **stored, "test": none})


def _name_of(model_class: Any) -> str:
    inner = getattr(model_class, "func", model_class)
    return getattr(model_class, "__name__", getattr(inner, "__name__", type(model_class).__name__))


def _defaults(
    model_class: Any, name: str, distributions: Mapping[str, Any], fixed: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the model's own values of the searched parameters; None where one has none."""
    both = sorted(set(distributions) & set(fixed))
    if both:
        raise ValueError(
            f"tune: {', '.join(map(repr, both))} is both in the space and fixed; keep one of them"
        )
    known = inspect.signature(model_class).parameters
    open_ended = any(one.kind is one.VAR_KEYWORD for one in known.values())
    named = {
        name: one
        for name, one in known.items()
        if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
    }
    wrong = [one for one in (*distributions, *fixed) if one not in named]
    if wrong and not open_ended:
        raise ValueError(
            f"tune: {name} takes no parameter {', '.join(map(repr, wrong))}; it takes "
            f"{', '.join(named) or 'none'}"
        )
    missing = [
        one.name
        for one in named.values()
        if one.default is one.empty and one.name not in {*distributions, *fixed}
    ]
    if missing:
        raise ValueError(
            f"tune: {name} needs {', '.join(map(repr, missing))}; put it into the space or into "
            "fixed"
        )
    defaults = {
        one: named[one].default if one in named else inspect.Parameter.empty
        for one in distributions
    }
    return None if inspect.Parameter.empty in defaults.values() else defaults
