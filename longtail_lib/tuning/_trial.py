"""One trial of a search, and all of them as a frame."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from longtail_lib.evaluation import Metric, Value
from longtail_lib.evaluation._report import stored_value

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Trial", "trial_frame"]

STATES = ("complete", "repeated", "failed")


@dataclass(frozen=True)
class Trial:
    """Parameters that were tried, and what came of it.

    Parameters
    ----------
    number : int
        From 0, in the order in which they were tried.
    parameters : mapping
        Those of the space.
    state : {"complete", "repeated", "failed"}
        "repeated": proposed before; the values are those of the first time.
    values : mapping of (group, "metric@k") to Value
        On validation; empty where the trial failed.
    seconds : float
        To fit and to evaluate.
    reason : str
        Why it failed.
    """

    number: int
    parameters: Mapping[str, Any]
    state: str
    values: Mapping[tuple[str, str], Value] = field(default_factory=dict)
    seconds: float = 0.0
    reason: str = ""

    @property
    def complete(self) -> bool:
        """Whether the trial has values."""
        return self.state != "failed"

    def value(self, key: tuple[str, str]) -> float:
        """Value of a metric; NaN where the trial failed."""
        return self.values[key].value if key in self.values else math.nan

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold."""
        return {
            "number": self.number,
            "parameters": dict(self.parameters),
            "state": self.state,
            "values": [
                [*key, *(None if isinstance(x, float) and math.isnan(x) else x for x in value)]
                for key, value in self.values.items()
            ],
            "seconds": round(self.seconds, 3),
            "reason": self.reason,
        }

    @classmethod
    def from_dict(
        cls,
        stored: Mapping[str, Any],
        keys: Collection[tuple[str, str]],
        own_metrics: Sequence[Metric],
        earlier: Sequence[Trial],
    ) -> Trial:
        """Read what `to_dict` gave of some keys, unless it cannot have come after the others."""
        values = {
            (group, name): stored_value(name, numbers, own_metrics)
            for group, name, *numbers in stored["values"]
        }
        trial = cls(**{**stored, "values": values})
        if type(trial.number) is not int or trial.number != len(earlier):
            raise ValueError(f"its number is {trial.number!r}")
        if trial.state not in STATES:
            raise ValueError(f"its state is {trial.state!r}, expected one of {', '.join(STATES)}")
        if not _is_finite(trial.seconds) or trial.seconds < 0:
            raise ValueError(f"it took {trial.seconds!r} seconds")
        if not isinstance(trial.reason, str) or bool(trial.reason) == trial.complete:
            raise ValueError(f"it is {trial.state} for the reason {trial.reason!r}")
        if set(values) != (set(keys) if trial.complete else set()):
            raise ValueError(f"it is {trial.state} and has {len(values)} values")
        for name, value in trial.parameters.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{name} is {value!r}")
        first = next((one for one in earlier if one.parameters == trial.parameters), None)
        if (trial.state == "repeated") > (first is not None and first.complete):
            raise ValueError("it repeats no earlier trial")
        if first is not None and (
            (trial.complete and trial.state != "repeated")
            or repr((trial.values, trial.reason)) != repr((first.values, first.reason))
        ):
            raise ValueError(f"it has the parameters of trial {first.number} and is no repetition")
        return trial


def _is_finite(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def trial_frame(trials: Sequence[Trial], keys: Sequence[tuple[str, str]]) -> pl.DataFrame:
    """One row a trial: number, parameters, metrics with intervals, seconds, state, reason."""
    import polars as pl

    own = ["number", "seconds", "state", "reason"]
    columns: dict[str, Any] = {"number": pl.Series([t.number for t in trials], dtype=pl.Int64)}
    for name in dict.fromkeys(name for trial in trials for name in trial.parameters):
        given = [trial.parameters.get(name) for trial in trials]
        columns[f"parameter {name}" if name in own else name] = _series(pl, given)
    for key in keys:
        label = " ".join(key)
        for place, end in enumerate(("", " low", " high")):
            numbers = [
                trial.values[key][place] if key in trial.values else None for trial in trials
            ]
            columns[label + end] = pl.Series(numbers, dtype=pl.Float64).fill_nan(None)
    columns["seconds"] = pl.Series([round(t.seconds, 2) for t in trials], dtype=pl.Float64)
    columns["state"] = pl.Series([t.state for t in trials], dtype=pl.String)
    columns["reason"] = pl.Series([t.reason or None for t in trials], dtype=pl.String)
    return pl.DataFrame(columns)


def _series(pl: Any, given: list[Any]) -> Any:
    kinds = {type(value) for value in given if value is not None}
    if kinds <= {int, float}:
        return pl.Series(given, dtype=pl.Float64 if float in kinds else pl.Int64)
    if len(kinds) > 1:
        return pl.Series([None if v is None else str(v) for v in given], dtype=pl.String)
    return pl.Series(given)
