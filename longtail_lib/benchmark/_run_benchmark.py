"""Tune, fit and measure recommenders under one protocol."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from typing import Any

import narwhals as nw
import numpy as np

from longtail_lib.benchmark._benchmark_protocol import BenchmarkProtocol, peak_growth
from longtail_lib.benchmark._benchmark_results import BenchmarkResults, provenance
from longtail_lib.benchmark._contestant import Contestant, contestant
from longtail_lib.benchmark._row import Row
from longtail_lib.data import Dataset
from longtail_lib.datasets import load_dataset
from longtail_lib.evaluation import Report, compare, evaluate, pool_reports
from longtail_lib.preprocessing import Split, prepare, split
from longtail_lib.tuning import tune

__all__ = ["run_benchmark"]

# Users whose catalogue is scored for the clock.
_SCORED = 256


def run_benchmark(
    dataset: str | Dataset,
    models: Iterable[str | Contestant],
    *,
    protocol: BenchmarkProtocol | None = None,
    tuned: BenchmarkResults | None = None,
    baseline: str = "EASE",
    out: str | os.PathLike[str] | None = None,
    say: Callable[[str], None] | None = None,
    progress: bool = False,
) -> BenchmarkResults:
    """Tune each recommender on validation, fit it for every seed and measure it on test.

    Parameters
    ----------
    dataset : str or Dataset
        A name that `load_dataset` knows, or a log of your own.
    models : iterable of str or Contestant
        Names of `CONTESTANTS`, "package.module:Class" for a recommender of your own with its
        defaults, or contestants. A contestant that wraps another brings it along.
    protocol : BenchmarkProtocol or None
        The defaults if None.
    tuned : BenchmarkResults or None
        Take the hyper-parameters of these results where they hold the model, instead of searching
        again.
    baseline : str
        Whom the others are compared with, if it takes part.
    out : path or None
        Results are written there after each recommender.
    say : function or None
        Is given a line for each recommender that is done.
    progress : bool
        Progress bars of search and evaluation.

    Examples
    --------
    >>> protocol = BenchmarkProtocol(splits=("random",), seeds=(0,), trials=2)
    >>> results = run_benchmark("music", ["Popularity"], protocol=protocol)
    >>> row = results["random", "Popularity"]
    >>> row.seeds, row.tuning
    ((0,), {'trials': 0})
    """
    protocol = BenchmarkProtocol() if protocol is None else protocol
    contestants = _contestants(models)
    data = load_dataset(dataset) if isinstance(dataset, str) else dataset
    clean = prepare(
        data, min_rating=protocol.min_rating, min_user_interactions=protocol.min_user_interactions
    )
    results = BenchmarkResults(
        dataset=_about(data, clean),
        protocol=protocol.to_dict(),
        provenance=provenance(),
        baseline=baseline,
    )
    for how in protocol.splits:
        runner = _Runner(clean, how, protocol, tuned, progress)
        pooled: dict[str, Report] = {}
        for each in contestants:
            row, pooled[each.name] = runner.measure(each)
            results.rows[how, each.name] = row
            results.measured[how] = dict(pooled[each.name].protocol)
            if baseline in pooled and len(pooled) > 1:
                results.differences[how] = list(
                    compare(list(pooled.values()), baseline=baseline, metrics=_ndcg(protocol)).rows
                )
            for twin in each.twins:
                if twin in pooled and twin != each.name:
                    pair = [pooled[twin], pooled[each.name]]
                    results.pairs.setdefault(how, {}).setdefault(twin, []).extend(
                        row
                        for row in compare(pair, baseline=twin, metrics=_ndcg(protocol)).rows
                        if row.model == each.name
                    )
            if out is not None:
                results.save(out)
            if say is not None:
                say(_line(how, row))
    return results


class _Runner:
    """One split of one log, for all seeds."""

    def __init__(
        self,
        clean: Dataset,
        how: str,
        protocol: BenchmarkProtocol,
        tuned: BenchmarkResults | None,
        progress: bool,
    ) -> None:
        self.clean, self.how, self.protocol = clean, how, protocol
        self.tuned, self.progress = tuned, progress
        self.splits: dict[int, Split] = {}
        self.found: dict[str, dict[str, Any]] = {}

    def parts(self, seed: int) -> Split:
        """Split for a seed; only a random split depends on it."""
        seed = seed if self.how == "random" else self.protocol.seeds[0]
        if seed not in self.splits:
            self.splits[seed] = split(self.clean, how=self.how, seed=seed)
        return self.splits[seed]

    def measure(self, each: Contestant) -> tuple[Row, Report]:
        """Tune on the first seed, then fit and evaluate for all."""
        tuning = self._tune(each)
        seeds = self.protocol.seeds
        if self.how != "random" and not each.seeded:
            seeds = seeds[:1]
        reports, fits, scores, peaks = [], [], [], []
        for seed in seeds:
            parts = self.parts(seed)
            model = self._build(each, seed)
            start = time.perf_counter()
            _, peak = peak_growth(lambda model=model, parts=parts: model.fit(parts))
            fits.append(time.perf_counter() - start)
            peaks.append(peak)
            rows = np.arange(min(_SCORED, parts.n_users))
            start = time.perf_counter()
            model.score(rows)
            scores.append(1000 * (time.perf_counter() - start) / len(rows))
            reports.append(
                evaluate(
                    model, parts, self.protocol.measured, name=each.name, progress=self.progress
                )
            )
        pooled = pool_reports(reports)
        by_seed = {key: [report.values[key].value for report in reports] for key in pooled.values}
        row = Row(
            model=each.name,
            parameters=self.found[each.name],
            tuning=tuning,
            seeds=tuple(seeds),
            values=dict(pooled.values),
            by_seed=by_seed,
            fit_seconds=float(np.median(fits)),
            score_milliseconds=float(np.median(scores)),
            peak_megabytes=None if None in peaks else max(peaks),
        )
        return row, pooled

    def _build(self, each: Contestant, seed: int) -> Any:
        return each.build_with(self.found, seed)

    def _fixed(self, each: Contestant, seed: int) -> dict[str, Any]:
        """Return what a search holds fixed; what is wrapped is fitted once for all trials."""
        fixed = dict(each.fixed)
        for argument, wrapped in each.wraps.items():
            fixed[argument] = self._build(contestant(wrapped), seed).fit(self.parts(seed))
        if each.seeded and not each.wraps:
            fixed["seed"] = seed
        return fixed

    def _tune(self, each: Contestant) -> dict[str, Any]:
        if not each.space:
            self.found[each.name] = dict(each.tuned)
            return {"trials": 0}
        if self.tuned is not None and (self.how, each.name) in self.tuned.rows:
            row = self.tuned[self.how, each.name]
            self.found[each.name] = dict(row.parameters)
            return dict(row.tuning)
        protocol = self.protocol
        trials = min(protocol.trials, each.trials or protocol.trials)
        metric = protocol.tail_metric if each.for_tail else protocol.metric
        condition = {"metric": protocol.metric, "at_least": protocol.keep}
        start = time.perf_counter()
        found = tune(
            each.model_class(),
            self.parts(protocol.seeds[0]),
            each.space,
            metric=metric,
            constraint=condition if each.for_tail else None,
            trials=trials,
            metrics=protocol.metrics,
            seed=protocol.seeds[0],
            fixed=self._fixed(each, protocol.seeds[0]),
            progress=self.progress,
        )
        self.found[each.name] = dict(found.best.parameters)
        tuning = {
            "trials": trials,
            "maximised": f"{metric[0]} {metric[1]}",
            "validation": round(found.best_value, 6),
            "seconds": round(time.perf_counter() - start, 1),
        }
        if each.for_tail:
            tuning["among"] = (
                f"settings with {' '.join(protocol.metric)} at least {protocol.keep:g} of the best"
            )
        return tuning


def _contestants(models: Iterable[str | Contestant]) -> list[Contestant]:
    chosen: dict[str, Contestant] = {}
    asked: set[str] = set()
    for model in models:
        each = contestant(model) if isinstance(model, str) else model
        if each.name in asked:
            raise ValueError(f"benchmark: {each.name} is named twice; name each model once")
        asked.add(each.name)
        for wrapped in map(contestant, each.wraps.values()):
            chosen.setdefault(wrapped.name, wrapped)
        chosen[each.name] = each
    if not chosen:
        raise ValueError("benchmark: no model was named")
    return list(chosen.values())


def _ndcg(protocol: BenchmarkProtocol) -> list[str] | None:
    """Metrics that are compared: NDCG at each cut-off, or all where it is not measured."""
    return [f"NDCG@{cut}" for cut in protocol.ks if "NDCG" in protocol.metrics] or None


def _about(data: Dataset, clean: Dataset) -> dict[str, Any]:
    return {
        "name": data.card.name,
        "sha256": dict(data.card.sha256),
        "fingerprint": _fingerprint(clean),
        "interactions": len(data.interactions),
        "prepared": len(clean.interactions),
        "catalogue": len(clean.items),
        "users": len(clean.users),
    }


def _fingerprint(clean: Dataset) -> str:
    """Hash the prepared pairs of user and item, whatever the order of rows."""
    log = nw.from_native(clean.interactions, eager_only=True)
    pairs = zip(log["user_id"].to_list(), log["item_id"].to_list(), strict=True)
    text = "\n".join(sorted(f"{user}\t{item}" for user, item in pairs))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _line(how: str, row: Row) -> str:
    shown = "  ".join(
        f"{group} {value.value:.4f}"
        for (group, name), value in row.values.items()
        if name == next(iter(row.values))[1]
    )
    settings = ", ".join(f"{name}={_short(value)}" for name, value in row.parameters.items())
    return f"{how}: {row.model}({settings})  {shown}  fit {row.fit_seconds:.1f} s"


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
