"""Search for hyper-parameters: fit, measure on validation, propose the next, keep the table."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from numbers import Integral
from pathlib import Path
from typing import Any, Unpack

from longtail_lib._parameters import BOOLEAN, PATH, Interval, Nullable, constrained
from longtail_lib._write_file import write_file
from longtail_lib.evaluation import Protocol
from longtail_lib.evaluation._protocol import Settings
from longtail_lib.models import Recommender
from longtail_lib.preprocessing import Split
from longtail_lib.tuning._plan import Plan, planned
from longtail_lib.tuning._proposal import contains
from longtail_lib.tuning._trial import Trial
from longtail_lib.tuning._tuning import Tuning, plain

__all__ = ["read_table_file", "tune", "write_table_file"]


@constrained(trials=Interval(Integral, 1), refit=BOOLEAN, progress=BOOLEAN, storage=Nullable(PATH))
def tune(
    model_class: Callable[..., Recommender],
    parts: Split,
    space: Mapping[str, Any] | None = None,
    *,
    metric: str | tuple[str, str] = ("overall", "NDCG@10"),
    constraint: Mapping[str, Any] | None = None,
    trials: int = 20,
    refit: bool = True,
    protocol: Protocol | None = None,
    progress: bool = False,
    fixed: Mapping[str, Any] | None = None,
    storage: str | os.PathLike[str] | None = None,
    **settings: Unpack[Settings],
) -> Tuning:
    """Choose a model's hyper-parameters on validation.

    Each trial fits the model on train and measures it on validation with `evaluate`. The best one
    is then fitted once more on both, as `Recommender.refit` does, to be measured on test by
    `evaluate(found.model, parts.final())`. The test part is not read, and no model gets to see
    it. The first trial takes the model's defaults, so that a search never ends below them on
    validation. The others are proposed by a tree-structured Parzen estimator (TPE), after eight
    trials at random.

    Compare models only with the same number of trials: whoever tries more, wins more.

    Parameters
    ----------
    model_class : class or function
        Called with parameters of the space and gives a recommender that is not fitted.
    parts : Split
    space : mapping or None
        For each parameter ("float", low, high), ("log", low, high), ("int", low, high),
        ("log-int", low, high), a list of choices, or an Optuna distribution; `default_space`
        less the fixed parameters if None. "log" searches evenly in orders of magnitude.
    metric : str or (group, "metric@k")
        To be made large or small, as `Metric.better` says: of those built in, Gini and ARP are
        made small. A name alone means overall.
    constraint : mapping or None
        {"metric": ("overall", "NDCG@10"), "at_least": 0.99}: only trials that reach this share
        of the best value among all trials count. With "of": 0.31 it is a share of that value
        instead.
    trials : int
    refit : bool
        False leaves the best model as it was fitted on train alone.
    protocol : Protocol or None
        For its groups, confidence, memory, metrics of your own and seed: of the proposals, the
        order of ties and the intervals; not of the model, which has its own. Part and cut-offs
        are those of validation and of `metric`.
    progress : bool
        Show a bar with the best value so far.
    fixed : mapping or None
        Parameters that all trials share.
    storage : str or path, optional
        A JSON file for the trial table, written after each trial. Where it exists already, the
        search goes on from it, and ends as one that was never interrupted. The folder must exist.
    **settings
        Single settings of the protocol, such as seed and groups. Without a protocol there are 200
        resamples.

    Returns
    -------
    Tuning
        With the trial table, the best parameters and the model fitted with them. Where the
        constraint is not met, the table is there and the model is None.

    Raises
    ------
    ValueError
        An unusable space, a parameter that the model does not take, a storage of another search, or
        trials of which every one failed.

    Notes
    -----
    A trial that raises ValueError, MemoryError or ArithmeticError is recorded as failed, with the
    reason, and the search goes on. A proposal that was made before is not fitted again.

    Under a constraint the trials are ordered, for TPE and at the end, as in Optuna's constrained
    TPE: those that meet it by the metric, then the others by how near they come to it. The floor
    is that of the best value seen so far, and at the end that of the best among all trials, so
    that a trial may be chosen and dropped again as better ones come.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from longtail_lib import prepare, split
    >>> from longtail_lib.simulation import PRESETS, simulate
    >>> from longtail_lib.models import ItemKNN
    >>> data = simulate(replace(PRESETS["shop"], n_users=60, n_items=600), seed=1)
    >>> parts = split(prepare(data), how="random")
    >>> found = tune(ItemKNN, parts, {"shrinkage": ("float", 0, 50)}, trials=3)
    >>> found.trials["shrinkage"].to_list()[0]      # the default comes first
    10.0
    >>> found.best_value == found.trials["overall NDCG@10"].max()
    True
    """
    plan = planned(model_class, parts, space, metric, constraint, fixed, protocol, settings)
    path = None if storage is None else Path(storage)
    stored = read_table_file(path, plan)[:trials] if path is not None else []
    records = list(stored)
    bar = _Bar(plan, trials, records) if progress else None
    kept: tuple[int, Any] | None = None
    try:
        while len(records) < trials:
            trial, model = plan.run(records)
            records.append(trial)
            if path is not None:
                write_table_file(path, plan.result(records))
            best = plan.objective.best(records)
            if model is not None and best is trial:
                kept = trial.number, model
            # While the next model is fitted, none but the best stays in memory.
            del model
            if bar is not None:
                bar.step(records)
    finally:
        if bar is not None:
            bar.close()
    if not any(trial.complete for trial in records):
        raise ValueError(
            f"tune: all {len(records)} trials of {plan.name} failed; the last one said: "
            f"{records[-1].reason}"
        )
    best = plan.objective.best(records)
    if best is None:
        return plan.result(records)
    if kept is not None and plan.first_with(records, best.parameters) == kept[0]:
        model = kept[1]
    else:
        model = plan.model(best.parameters)
        if not refit:
            model = model.fit(plan.parts)
    return replace(plan.result(records), model=model.refit(plan.parts) if refit else model)


class _Bar:
    """A progress bar with the best value so far."""

    def __init__(self, plan: Plan, total: int, records: list[Trial]) -> None:
        from tqdm.auto import tqdm

        self.plan = plan
        self.bar = tqdm(total=total, initial=len(records), desc=f"tune {plan.name}", unit="trial")

    def step(self, records: list[Trial]) -> None:
        best = self.plan.objective.best(records)
        if best is not None:
            value = best.value(self.plan.objective.metric)
            metric = " ".join(self.plan.objective.metric)
            self.bar.set_postfix_str(f"best {metric} {value:.4f} in trial {best.number}")
        self.bar.update()

    def close(self) -> None:
        self.bar.close()


# Of the protocol only what decides the values: words may change from version to version.
_SAME_PROTOCOL = {"fingerprint": "split", "groups fingerprint": "groups of the catalogue"}
_SAME = ("model", "space", "fixed", "metric", "constraint", "seed")


def read_table_file(path: Path, plan: Plan) -> list[Trial]:
    """Return the trials of a file, or none where there is no file yet."""
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"tune: cannot store trials in {path}: the folder {path.parent} is missing"
        )
    if not path.exists():
        return []
    try:
        text = path.read_text(encoding="utf-8")
        stored = Tuning.from_json(text)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"tune: storage {path} cannot be read: {error}; name another file, or delete it"
        ) from error
    theirs, ours = json.loads(text), json.loads(plan.result([]).to_json())
    for what in _SAME:
        _refuse_other(path, what, theirs[what], ours[what])
    _refuse_other(path, "own metrics", theirs.get("own_metrics"), ours.get("own_metrics"))
    for what, words in _SAME_PROTOCOL.items():
        _refuse_other(path, words, theirs["protocol"].get(what), ours["protocol"].get(what))
    defaults = json.loads(json.dumps(plan.defaults, default=plain))
    for trial in stored.records:
        # The defaults of a model come first, wherever they lie.
        first = trial.number == 0 and trial.parameters == defaults
        if not first and not contains(plan.distributions, trial.parameters):
            raise ValueError(
                f"tune: storage {path} was changed: trial {trial.number} with "
                f"{_short(trial.parameters)} is outside of the space; name another file, or delete "
                "it"
            )
    return list(stored.records)


def write_table_file(path: Path, tuning: Tuning) -> None:
    """Write the trial table; the file appears whole or not at all."""
    text = tuning.to_json() + "\n"
    write_file(path, lambda file: file.write(text.encode()))


def _refuse_other(path: Path, what: str, theirs: Any, ours: Any) -> None:
    if theirs != ours:
        raise ValueError(
            f"tune: storage {path} holds the trials of another search, which differs in {what} "
            f"({_short(theirs)} there, {_short(ours)} here); name another file, or delete it"
        )


def _short(value: Any, longest: int = 120) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= longest else f"{text[:longest]}..."
