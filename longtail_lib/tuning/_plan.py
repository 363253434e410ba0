"""What stays the same from trial to trial, and how one trial is run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from longtail_lib.evaluation import Protocol, evaluate
from longtail_lib.preprocessing import Split
from longtail_lib.tuning._objective import Objective
from longtail_lib.tuning._proposal import n_points, propose, space_to_json
from longtail_lib.tuning._trial import Trial
from longtail_lib.tuning._tuning import Tuning

__all__ = ["Plan"]

_ATTEMPTS = 16
# What a bad point of a space makes a model raise. Anything else is a defect, and is not hidden.
_FAILURES = (ValueError, MemoryError, ArithmeticError)


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
