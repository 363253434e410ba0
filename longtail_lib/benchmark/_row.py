"""One row of a benchmark: what was measured, how it is written, and what is believed of a file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from longtail_lib.evaluation import Difference, Metric, Value
from longtail_lib.evaluation._report import stored_value

__all__ = ["Row", "by_name", "line_of", "need", "row_json", "stored_differences", "stored_row"]


@dataclass(frozen=True)
class Row:
    """One recommender on one split."""

    model: str
    parameters: dict[str, Any]
    tuning: dict[str, Any]
    seeds: tuple[int, ...]
    values: dict[tuple[str, str], Value]
    by_seed: dict[tuple[str, str], list[float]]
    fit_seconds: float
    score_milliseconds: float
    peak_megabytes: float | None


def row_json(split: str, row: Row) -> str:
    """Write a row, one line a value."""
    about = {
        "split": split,
        "model": row.model,
        "parameters": row.parameters,
        "tuning": row.tuning,
        "seeds": row.seeds,
        "fit_seconds": round(row.fit_seconds, 3),
        "score_milliseconds": round(row.score_milliseconds, 4),
        "peak_megabytes": row.peak_megabytes,
    }
    values = _lines((*key, *found) for key, found in row.values.items())
    by_seed = _lines((*key, *found) for key, found in row.by_seed.items())
    return f'{line_of(about)[:-1]}, "values": [\n{values}\n], "by_seed": [\n{by_seed}\n]}}'


def need(is_so: bool, said: str) -> None:
    """Refuse what `run_benchmark` cannot have written."""
    if not is_so:
        raise ValueError(said)


def stored_row(each: dict[str, Any], own_metrics: Sequence[Metric]) -> Row:
    """Make a row of what JSON held, or say what no benchmark gives."""
    row = Row(
        each["model"],
        each["parameters"],
        each["tuning"],
        tuple(each["seeds"]),
        {
            (group, name): stored_value(name, found, own_metrics)
            for group, name, *found in each["values"]
        },
        {
            (group, name): [stored_value(name, (x, None, None, 0), own_metrics)[0] for x in found]
            for group, name, *found in each["by_seed"]
        },
        each["fit_seconds"],
        each["score_milliseconds"],
        each["peak_megabytes"],
    )
    for name in ("parameters", "tuning"):
        need(isinstance(getattr(row, name), dict), f"{name} is {getattr(row, name)!r:.80}")
    need(all(type(seed) is int for seed in row.seeds), f"seeds are {row.seeds!r:.80}")
    need(0 < len(set(row.seeds)) == len(row.seeds), f"seeds are {row.seeds!r:.80}")
    need(len(row.values) == len(each["values"]), "a value is there twice")
    need(row.values.keys() == row.by_seed.keys(), "values by seed are not those of the row")
    for key, found in row.by_seed.items():
        need(len(found) == len(row.seeds), f"{len(found)} values of {' '.join(key)} by seed")
    for name in ("fit_seconds", "score_milliseconds", "peak_megabytes"):
        spent = getattr(row, name)
        right = type(spent) in (int, float) and math.isfinite(spent) and spent >= 0
        need(right or (spent is None and name == "peak_megabytes"), f"{name} is {spent!r:.80}")
    return row


def by_name(found: dict[str, list[Difference]]) -> str:
    """Write differences, one line each, below their name."""
    return ",\n".join(f"{line_of(name)}: [\n{_lines(rows)}\n]" for name, rows in found.items())


def stored_differences(found: dict[str, list[Any]]) -> dict[str, list[Difference]]:
    """Read what `by_name` wrote."""
    return {name: [_difference(each) for each in rows] for name, rows in found.items()}


def _difference(each: list[Any]) -> Difference:
    """Make a paired difference, or say what no comparison gives."""
    found = Difference(*map(_nan, each))
    where = f"{found.model} {found.group} {found.metric}"
    need(all(isinstance(word, str) for word in found[:3]), f"{where}: no words")
    numbers = [x for x in found[3:7] if type(x) in (int, float) and not math.isinf(x)]
    need(len(numbers) == 4 and type(found.n) is int and found.n >= 0, f"{where}: no numbers")
    need(not found.low > found.high, f"{where}: from {found.low} to {found.high}")
    known = {"higher": found.low >= 0, "lower": found.high <= 0, "undecided": True}
    need(known.get(found.verdict, found.verdict == "baseline"), f"{where}: {found.verdict!r:.80}")
    return found


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    return ",\n".join(line_of([_plain(value) for value in row]) for row in rows)


def line_of(value: Any) -> str:
    """Write a value as JSON in one line."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 6)
    return value


def _nan(value: Any) -> Any:
    return float("nan") if value is None else value
