"""Add recommenders to stored results without measuring all the others again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from longtail_course.experiments._check_drift import check_drift
from longtail_lib.benchmark import (
    BenchmarkProtocol,
    BenchmarkResults,
    Contestant,
    contestant,
    run_benchmark,
)
from longtail_lib.data import Dataset

__all__ = ["extend_results"]


def extend_results(
    stored: BenchmarkResults,
    dataset: str | Dataset,
    models: Iterable[str | Contestant],
    *,
    out: str | os.PathLike[str] | None = None,
    say: Callable[[str], None] | None = None,
    progress: bool = False,
) -> BenchmarkResults:
    """Measure further recommenders under the protocol of stored results, and join both.

    Paired differences need each user's values, which are not stored. So whoever the new ones are
    compared with is measured again, with the stored hyper-parameters; their stored rows stay. A
    model that is named and stored is replaced.

    Parameters
    ----------
    stored : BenchmarkResults
        Left as it is.
    dataset : str or Dataset
        The one that was stored.
    models : iterable of str or Contestant
    out, say, progress
        As in `run_benchmark`; the file is written once, at the end.

    Returns
    -------
    BenchmarkResults

    Raises
    ------
    ValueError
        An earlier protocol, other data, other versions of what computes, or values measured again
        that have left their stored intervals: new rows would not be comparable with the stored
        ones.

    Examples
    --------
    >>> from longtail_lib.benchmark import run_benchmark
    >>> protocol = BenchmarkProtocol(splits=("random",), seeds=(0,))
    >>> stored = run_benchmark("music", ["Popularity"], protocol=protocol, baseline="Popularity")
    >>> both = extend_results(stored, "music", ["Random"])
    >>> both.models("random"), both.comparison("random").rows[-1].model
    (['Popularity', 'Random'], 'Random')
    """
    protocol = BenchmarkProtocol(**stored.protocol)
    unsaid = sorted(protocol.to_dict().keys() - stored.protocol.keys())
    if unsaid:
        raise ValueError(
            f"the stored results do not say their {', '.join(unsaid)}: they are of an earlier "
            "protocol; run the whole benchmark again"
        )
    new = [contestant(model) if isinstance(model, str) else model for model in models]
    names = {each.name for each in new}
    known = {model for _, model in stored.rows}
    opponents = dict.fromkeys(
        name
        for name in (stored.baseline, *(twin for each in new for twin in each.twins))
        if name in known and name not in names
    )
    fresh = run_benchmark(
        dataset,
        [*opponents, *(each for each in new)],
        protocol=protocol,
        tuned=_without(stored, names),
        baseline=stored.baseline,
        say=say,
        progress=progress,
    )
    _check_same(stored, _without(fresh, names))
    # What a new one wraps has come along; where it was stored, its row stays.
    added = {key: row for key, row in fresh.rows.items() if key not in stored.rows} | {
        key: row for key, row in fresh.rows.items() if key[1] in names
    }
    changed = {model for _, model in added}
    joined = replace(
        stored,
        rows={key: row for key, row in stored.rows.items() if key[1] not in changed} | added,
        differences={
            how: _joined(stored.differences.get(how, []), fresh.differences.get(how, []), changed)
            for how in fresh.measured
        },
        pairs={
            how: {
                against: _joined(
                    stored.pairs.get(how, {}).get(against, []),
                    fresh.pairs.get(how, {}).get(against, []),
                    changed,
                )
                for against in {**stored.pairs.get(how, {}), **fresh.pairs.get(how, {})}
            }
            for how in fresh.measured
        },
    )
    if out is not None:
        joined.save(out)
    return joined


def _without(results: BenchmarkResults, names: set[str]) -> BenchmarkResults:
    return replace(
        results, rows={key: row for key, row in results.rows.items() if key[1] not in names}
    )


def _joined(old: list[Any], new: list[Any], changed: set[str]) -> list[Any]:
    kept = [row for row in old if row.model not in changed]
    return [*kept, *(row for row in new if row.model in changed)]


def _check_same(stored: BenchmarkResults, again: BenchmarkResults) -> None:
    versions = [results.provenance["versions"] for results in (stored, again)]
    if versions[0] != versions[1]:
        raise ValueError(
            f"the stored results were measured with {versions[0]}, here are {versions[1]}; run "
            "the whole benchmark again"
        )
    drifts = [] if not again.rows else check_drift(stored, again)
    if drifts:
        listed = "; ".join(map(str, drifts[:5]))
        raise ValueError(
            f"{len(drifts)} values measured again have left their stored intervals ({listed}); "
            "run the whole benchmark again"
        )
    if not again.rows and stored.dataset != again.dataset:
        raise ValueError("the stored results are of other data; run the whole benchmark again")
