"""Tune, fit and measure recommenders under one protocol."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from typing import Any

import narwhals as nw

from longtail_lib.benchmark._benchmark_protocol import BenchmarkProtocol
from longtail_lib.benchmark._benchmark_results import BenchmarkResults, provenance
from longtail_lib.benchmark._contestant import Contestant, contestant
from longtail_lib.benchmark._row import Row
from longtail_lib.benchmark._split_runner import SplitRunner
from longtail_lib.data import Dataset
from longtail_lib.datasets import load_dataset
from longtail_lib.evaluation import Report, compare
from longtail_lib.preprocessing import prepare

__all__ = ["run_benchmark"]


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

    Raises
    ------
    ValueError
        No model, one that is named twice, or one that needs the truth of a log that has none.

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
    blind = [each.name for each in contestants if each.needs_truth and data.truth is None]
    if blind:
        raise ValueError(
            f"benchmark: {' and '.join(blind)} ranks by what users truly like, and "
            f"{data.card.name} has no truth; leave it out, or take a simulated log such as 'shop'"
        )
    clean = prepare(
        data, min_rating=protocol.min_rating, min_user_interactions=protocol.min_user_interactions
    )
    results = BenchmarkResults(
        dataset=_about(data, clean),
        protocol=protocol.to_dict(),
        provenance=provenance(),
        baseline=baseline,
    )
    wrapped = {contestant(name).name for each in contestants for name in each.wraps.values()}
    for how in protocol.splits:
        runner = SplitRunner(clean, how, protocol, tuned, progress, wrapped)
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
