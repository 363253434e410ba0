"""One trial of a search, and all of them as a frame."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from longtail_lib.evaluation import Value

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
    def from_dict(cls, stored: Mapping[str, Any]) -> Trial:
        """Read what `to_dict` gave."""
        if stored["state"] not in STATES:
            raise ValueError(f"state {stored['state']!r} of a trial")
        values = {
            (group, name): Value(*(math.nan if x is None else x for x in numbers), n)
            for group, name, *numbers, n in stored["values"]
        }
        return cls(**{**stored, "values": values})


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
