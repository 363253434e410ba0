"""The result of a search: the trial table, the best trial, and the model fitted with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from longtail_lib.evaluation import Metric, Value
from longtail_lib.evaluation._report_display import protocol_html, show_number, table_html
from longtail_lib.models import Recommender
from longtail_lib.tuning._objective import Objective
from longtail_lib.tuning._trial import Trial, trial_frame

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Tuning", "plain"]

_FORMAT = 1
_KINDS = {
    "model": str,
    "metric": list,
    "space": dict,
    "fixed": dict,
    "seed": int,
    "protocol": dict,
    "trials": list,
}
# A longer table is cut to its best rows when it is shown.
_SHOWN = 20
_CELL = "text-align:right;padding:2px 8px"


@dataclass(frozen=True, eq=False)
class Tuning:
    """What `tune` found on validation.

    Parameters
    ----------
    model_name : str
        Of the model class.
    objective : Objective
        The metric, and the constraint.
    space : mapping
        Every parameter's range, as Optuna writes it.
    fixed : mapping
        Parameters that were not searched.
    seed : int
    protocol : mapping
        How each trial was measured, as in a `Report`.
    records : tuple of Trial
    model : Recommender or None
        Fitted on train with the best parameters; None where no trial meets the constraint, and
        after `from_json`.

    Examples
    --------
    >>> from longtail_lib.evaluation import Value
    >>> trials = tuple(
    ...     Trial(number, {"l2": l2}, "complete", {("overall", "NDCG@10"): Value(v, v, v, 9)})
    ...     for number, (l2, v) in enumerate([(200.0, .31), (350.0, .33)]))
    >>> found = Tuning("EASE", Objective(("overall", "NDCG@10")), {}, {}, 0, {}, trials)
    >>> found.best_params, found.best_value
    ({'l2': 350.0}, 0.33)
    >>> Tuning.from_json(found.to_json()).best_params
    {'l2': 350.0}
    """

    model_name: str
    objective: Objective
    space: Mapping[str, Any]
    fixed: Mapping[str, Any]
    seed: int
    protocol: Mapping[str, Any]
    records: tuple[Trial, ...]
    model: Recommender | None = field(default=None, repr=False)

    @property
    def best(self) -> Trial:
        """The best trial among those that meet the constraint."""
        best = self.objective.best(self.records)
        if best is None:
            raise ValueError(f"Tuning of {self.model_name}: {self._unmet()}")
        return best

    @property
    def constraint_met(self) -> bool:
        """Whether any trial meets the constraint; True without a constraint."""
        return self.objective.best(self.records) is not None

    @property
    def best_params(self) -> dict[str, Any]:
        """Arguments of the best model, `fixed` ones included: `EASE(**tuning.best_params)`."""
        return {**self.fixed, **self.best.parameters}

    @property
    def best_value(self) -> float:
        """Value of the metric in the best trial, on validation.

        The best of many trials is a lucky one too: expect a little less on test.
        """
        return self.best.value(self.objective.metric)

    @property
    def trials(self) -> pl.DataFrame:
        """All trials as a polars frame; see `trial_frame`."""
        return trial_frame(self.records, self.objective.keys)

    def to_json(self) -> str:
        """Write all but the model as JSON.

        A fixed parameter that JSON cannot hold is written as the name of its type.
        """
        constraint = self.objective.constraint
        about = {
            "format": _FORMAT,
            "model": self.model_name,
            "metric": self.objective.metric,
            "constraint": constraint and vars(constraint),
            "space": self.space,
            "fixed": self.fixed,
            "seed": self.seed,
            "protocol": self.protocol,
            "trials": [trial.to_dict() for trial in self.records],
        }
        if self.objective.own_metrics:
            about["own_metrics"] = [each.declaration() for each in self.objective.own_metrics]
        return json.dumps(about, ensure_ascii=False, default=plain)

    @classmethod
    def from_json(cls, text: str) -> Tuning:
        """Read what `to_json` wrote, without the model."""
        records: list[Trial] = []
        where = ""
        try:
            about = json.loads(text)
            if about["format"] != _FORMAT:
                raise ValueError(f"format {about['format']!r}, this version reads {_FORMAT}")
            for name, kind in _KINDS.items():
                if not isinstance(about[name], kind) or isinstance(about[name], bool):
                    raise TypeError(f"its {name} is {about[name]!r:.80}")
            own = tuple(map(Metric.declared, about.get("own_metrics", [])))
            objective = Objective.of(tuple(about["metric"]), about["constraint"], own)
            for place, trial in enumerate(about["trials"]):
                where = f"trial {place}: "
                records.append(Trial.from_dict(trial, objective.keys, own, records))
                if about["space"] and set(records[-1].parameters) != set(about["space"]):
                    raise ValueError(f"its parameters are not those of the space, {trial!r:.80}")
        except Exception as error:
            raise ValueError(
                f"this text is not a trial table written by tune, or it was changed "
                f"({where}{type(error).__name__}: {error})"
            ) from error
        return cls(
            model_name=about["model"],
            objective=objective,
            space=about["space"],
            fixed=about["fixed"],
            seed=about["seed"],
            protocol=about["protocol"],
            records=tuple(records),
        )

    @property
    def heading(self) -> str:
        """One or two lines that say what was searched, and what was found."""
        n, failed = len(self.records), sum(not trial.complete for trial in self.records)
        said = f"Tuning of {self.model_name} on '{self.protocol.get('dataset', 'unnamed')}' "
        said += f"validation: {n} trials"
        said += f", {failed} failed" if failed else ""
        if not self.constraint_met:
            return f"{said}\n{self._unmet()}"
        best = self.best
        shown = ", ".join(f"{name}={_show(value)}" for name, value in best.parameters.items())
        metric = " ".join(self.objective.metric)
        said += f"\nbest: {shown} (trial {best.number}), {metric} "
        said += _interval(best.values[self.objective.metric])
        if self.objective.constraint is not None:
            said += f"\nwith {self.objective.constraint}: "
            said += f"{show_number(best.value(self.objective.constraint.metric))}, needed "
            said += show_number(self.objective.threshold(self.records))
        return said

    def _unmet(self) -> str:
        ranked = self.objective.ranking(self.records)
        constraint = self.objective.constraint
        if constraint is None or not ranked or not ranked[0].complete:
            return "no trial is complete"
        nearest = ranked[0]
        return (
            f"no trial meets the constraint ({constraint}, so at least "
            f"{show_number(self.objective.threshold(self.records))}); trial {nearest.number} comes "
            f"nearest with {show_number(nearest.value(constraint.metric))}; lower 'at_least', "
            "widen the space or try more trials"
        )

    def _table(self) -> tuple[list[str], list[list[str]], int]:
        """Headings, rows and how many trials are left out: all in order, or the best ones."""
        trials = list(self.records)
        if len(trials) > _SHOWN:
            trials = self.objective.ranking(trials)[:_SHOWN]
        names = list(dict.fromkeys(name for trial in self.records for name in trial.parameters))
        heads = ["trial", *names, *(" ".join(key) for key in self.objective.keys), "state"]
        rows = []
        for trial in trials:
            values = (
                _interval(trial.values[key]) if key in trial.values else "–"
                for key in self.objective.keys
            )
            state = f"failed: {trial.reason}" if trial.reason else trial.state
            parameters = (_show(trial.parameters.get(name)) for name in names)
            rows.append([str(trial.number), *parameters, *values, state])
        return heads, rows, len(self.records) - len(trials)

    def __repr__(self) -> str:
        heads, rows, hidden = self._table()
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in [heads, *rows]
        ]
        more = [f"and {hidden} trials that were no better"] if hidden else []
        return "\n".join([self.heading, *lines, *more])

    def _repr_html_(self) -> str:
        heads, rows, hidden = self._table()
        best = str(self.best.number) if self.constraint_met else None
        cells = []
        for number, *row in rows:
            style = _CELL + (";font-weight:bold" if number == best else "")
            cells.append(
                (number, "".join(f"<td style='{style}'>{escape(cell)}</td>" for cell in row))
            )
        said = "<br>".join(map(escape, self.heading.split("\n")))
        more = f"<p>and {hidden} trials that were no better</p>" if hidden else ""
        return (
            f"<div><p>{said}</p>{table_html('Trials, best in bold', heads[1:], cells)}{more}"
            f"{protocol_html(self.protocol)}</div>"
        )


def _interval(value: Value) -> str:
    return f"{show_number(value.value)} [{show_number(value.low)}, {show_number(value.high)}]"


def _show(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def plain(value: Any) -> Any:
    """Write numpy's numbers as Python's, and of anything else the type."""
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return value.item()
    return f"<{type(value).__name__}>"
