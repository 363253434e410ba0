"""The recommenders of a benchmark on one split: tuned on the first seed, measured on all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from longtail_lib.benchmark._benchmark_protocol import SPLITS, BenchmarkProtocol, peak_growth
from longtail_lib.benchmark._benchmark_results import BenchmarkResults
from longtail_lib.benchmark._contestant import Contestant, contestant, held_fixed
from longtail_lib.benchmark._row import Row
from longtail_lib.data import Dataset
from longtail_lib.evaluation import Report, evaluate, pool_reports
from longtail_lib.preprocessing import Split, split
from longtail_lib.tuning import Tuning, tune

if TYPE_CHECKING:
    from longtail_lib.models import Recommender

__all__ = ["SplitRunner"]

# Users whose catalogue is scored for the clock.
_SCORED = 256


class _Fit(NamedTuple):
    """A model ready for the test, and what its last fit took, wrapped models included."""

    model: Recommender
    seconds: float
    peak: float | None


class SplitRunner:
    """One split of one log, for all seeds."""

    def __init__(
        self,
        clean: Dataset,
        how: str,
        protocol: BenchmarkProtocol,
        tuned: BenchmarkResults | None,
        progress: bool,
        wrapped: set[str],
    ) -> None:
        self.clean, self.how, self.protocol, self.wrapped = clean, how, protocol, wrapped
        self.tuned, self.progress = tuned, progress
        self.splits: dict[int, Split] = {}
        self.fits: dict[tuple[str, int], _Fit] = {}
        self.found: dict[str, dict[str, Any]] = {}

    def parts(self, seed: int) -> Split:
        """Split for a seed; only a random split depends on it."""
        seed = seed if self.how == "random" else self.protocol.seeds[0]
        if seed not in self.splits:
            self.splits[seed] = split(
                self.clean, **SPLITS[self.how], ties=self.protocol.ties, seed=seed
            )
        return self.splits[seed]

    def measure(self, each: Contestant) -> tuple[Row, Report]:
        """Tune on the first seed, then fit and evaluate for all."""
        tuning = self._tune(each)
        seeds = self.protocol.seeds
        if self.how != "random" and not each.seeded:
            seeds = seeds[:1]
        reports, fits, scores = [], [], []
        for seed in seeds:
            parts = self.parts(seed).final() if self.protocol.refit else self.parts(seed)
            fits.append(self._fit(each, seed))
            model = fits[-1].model
            if not self.protocol.refit:
                model = model.with_histories(parts)
            rows = np.arange(min(_SCORED, parts.n_users))
            start = time.perf_counter()
            model.score(rows)
            scores.append(1000 * (time.perf_counter() - start) / len(rows))
            reports.append(
                evaluate(
                    model, parts, self.protocol.measured, name=each.name, progress=self.progress
                )
            )
        peaks = [fit.peak for fit in fits]
        pooled = pool_reports(reports)
        by_seed = {key: [report.values[key].value for report in reports] for key in pooled.values}
        row = Row(
            model=each.name,
            parameters=self.found[each.name],
            tuning=tuning,
            seeds=tuple(seeds),
            values=dict(pooled.values),
            by_seed=by_seed,
            fit_seconds=float(np.median([fit.seconds for fit in fits])),
            score_milliseconds=float(np.median(scores)),
            peak_megabytes=None if None in peaks else max(peaks),
        )
        return row, pooled

    def _fit(self, each: Contestant, seed: int) -> _Fit:
        """Fit what is measured on test; what others wrap is fitted once for all of them."""
        if (each.name, seed) in self.fits:
            return self.fits[each.name, seed]
        parts = self.parts(seed)
        inner = {
            argument: self._fit(contestant(wrapped), seed)
            for argument, wrapped in each.wraps.items()
        }
        model = each.build_with(
            self.found, seed, **{name: fit.model for name, fit in inner.items()}
        )
        if self.protocol.refit and model.decides_on_validation:
            # Once on train to decide; weights between wrapped models are not learned from models
            # that know validation already.
            model = each.build_with(self.found, seed).fit(parts)
            inner = {}
        start = time.perf_counter()
        fitted, peak = peak_growth(
            lambda: model.refit(parts) if self.protocol.refit else model.fit(parts)
        )
        seconds = time.perf_counter() - start + sum(fit.seconds for fit in inner.values())
        peaks = [peak, *(fit.peak for fit in inner.values())]
        found = _Fit(fitted, seconds, None if None in peaks else max(peaks))
        if each.name in self.wrapped:
            self.fits[each.name, seed] = found
        return found

    def _tune(self, each: Contestant) -> dict[str, Any]:
        if not each.space:
            self.found[each.name] = dict(each.tuned)
            return {"trials": 0}
        if self.tuned is not None and (self.how, each.name) in self.tuned.rows:
            row = self.tuned[self.how, each.name]
            self.found[each.name] = dict(row.parameters)
            return dict(row.tuning)
        protocol = self.protocol
        start = time.perf_counter()
        parts = self.parts(protocol.seeds[0])
        # Fitted once for both searches.
        fixed = held_fixed(each, parts, self.found, protocol.seeds[0])
        metric = protocol.tail_metric if each.for_tail else protocol.metric
        found = self._search(each, metric, fixed)
        flat = each.for_tail and _is_flat(found, metric)
        if flat:
            metric = protocol.tail_fallback
            found = self._search(each, metric, fixed)
        self.found[each.name] = dict(found.best.parameters)
        tuning = {
            "trials": len(found.records),
            "maximised": " ".join(metric),
            "validation": round(found.best_value, 6),
            "seconds": round(time.perf_counter() - start, 1),
        }
        if each.for_tail:
            tuning["among"] = (
                f"settings with {' '.join(protocol.metric)} at least {protocol.keep:g} of the best"
            )
        if flat:
            tuning["instead of"] = f"{' '.join(protocol.tail_metric)}, of one value in all of these"
        return tuning

    def _search(self, each: Contestant, metric: tuple[str, str], fixed: dict[str, Any]) -> Tuning:
        protocol = self.protocol
        condition = {"metric": protocol.metric, "at_least": protocol.keep}
        return tune(
            each.model_class(),
            self.parts(protocol.seeds[0]),
            each.space,
            metric=metric,
            constraint=condition if each.for_tail else None,
            trials=min(protocol.trials, each.trials or protocol.trials),
            metrics=protocol.metrics,
            seed=protocol.seeds[0],
            fixed=fixed,
            progress=self.progress,
            refit=False,
        )


def _is_flat(found: Tuning, metric: tuple[str, str]) -> bool:
    """Say whether all settings that were allowed share one value, or the only one has 0."""
    least = found.objective.threshold(found.records)
    allowed = [trial for trial in found.records if found.objective.meets(trial, least)]
    values = {trial.value(metric) for trial in allowed}
    return len(values) == 1 and (len(allowed) > 1 or values == {0.0})
