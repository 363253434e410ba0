"""The table of evidence that a README shows."""

from __future__ import annotations

import math
from collections.abc import Mapping

from longtail_lib.benchmark._benchmark_results import BenchmarkResults
from longtail_lib.evaluation import Value
from longtail_lib.evaluation._report_display import MARKS, show_number

__all__ = ["evidence_table"]

# Nearly the best that a simulated log allows, and what is shown as a share of it.
_CEILING = "OracleOfLog"
_SHARES = {("overall", "NDCG@10"): "attained", ("tail", "NDCG@100"): "attained, tail"}
# Splits with one item in test for each user, where a mean of recalls is a count.
_ONE_EACH = ("leave-last-out", "temporal, next item")


def evidence_table(
    results: BenchmarkResults,
    columns: tuple[tuple[str, str], ...] = (
        ("overall", "NDCG@10"),
        ("tail", "NDCG@10"),
        ("tail", "hits@10"),
        ("tail", "NDCG@100"),
        ("overall", "Coverage@10"),
        ("overall", "TailShare@10"),
    ),
) -> str:
    """Write results as a Markdown table, one row for each recommender, one block for each split.

    Accuracy comes with its 95% interval. A triangle says that the paired difference from the
    baseline is decided: its 95% interval leaves out 0.

    Where the results hold "OracleOfLog", two columns say how much of its value each recommender
    has attained, of overall NDCG@10 and of tail NDCG@100, as far as these are among the columns.

    Parameters
    ----------
    results : BenchmarkResults
    columns : tuple of (group, "metric@k")
        "hits@k" counts, of the users with one item in test each, those who were served it; where a
        user has several, it is left out.

    Examples
    --------
    >>> from longtail_lib.benchmark import BenchmarkProtocol, run_benchmark
    >>> protocol = BenchmarkProtocol(splits=("random",), seeds=(0,))
    >>> results = run_benchmark("music", ["Popularity"], protocol=protocol)
    >>> print(evidence_table(results, (("overall", "Recall@10"),)).splitlines()[0])
    | music | overall Recall@10 | fit, s |
    """
    known = any(model == _CEILING for _, model in results.rows)
    shares = [column for column in columns if known and column in _SHARES]
    named = [
        *(f"{group} {metric}" for group, metric in columns),
        *(_SHARES[column] for column in shares),
        "fit, s",
    ]
    lines = [
        f"| {' | '.join([results.dataset['name'], *named])} |",
        f"| --- |{' ---: |' * len(named)}",
    ]
    for split in dict.fromkeys(how for how, _ in results.rows):
        lines.append(f"| **{split}** |{' |' * len(named)}")
        for model in results.models(split):
            cells = [
                *(_cell(results, split, model, column) for column in columns),
                *(_share(results, split, model, column) for column in shares),
                f"{results[split, model].fit_seconds:.1f}",
            ]
            lines.append(f"| {' | '.join([model, *cells])} |")
    return "\n".join(lines)


def _cell(results: BenchmarkResults, split: str, model: str, column: tuple[str, str]) -> str:
    values = results[split, model].values
    if column[1].startswith("hits@"):
        return _hits(values, split, column)
    if column not in values:
        raise KeyError(f"the results hold no {' '.join(column)}")
    found = values[column]
    if math.isnan(found.value):
        return "–"
    text = _decimal(found.value)
    if column[1].startswith("NDCG"):
        text += f" [{_decimal(found.low)}, {_decimal(found.high)}]"
    verdicts = [
        row.verdict
        for row in results.differences.get(split, [])
        if (row.model, row.group, row.metric) == (model, *column)
    ]
    return text + MARKS.get(verdicts[0] if verdicts else "", "")


def _hits(values: Mapping[tuple[str, str], Value], split: str, column: tuple[str, str]) -> str:
    """Hits and what there was to hit; the mean over seeds, rounded."""
    recall = values.get((column[0], column[1].replace("hits", "Recall")))
    if split not in _ONE_EACH or recall is None or math.isnan(recall.value):
        return "–"
    return f"{round(recall.value * recall.n):,} of {recall.n:,}"


def _share(results: BenchmarkResults, split: str, model: str, column: tuple[str, str]) -> str:
    """A recommender's value over that of the oracle of the log."""
    ceiling = results.rows.get((split, _CEILING))
    best = math.nan if ceiling is None else ceiling.values[column].value
    value = results[split, model].values[column].value
    return f"{value / best:.0%}" if best > 0 and not math.isnan(value) else "–"


def _decimal(number: float) -> str:
    """Three decimals without the zero before the point, as tables of metrics have it."""
    shown = show_number(number, 3)
    return shown.removeprefix("0") if shown.startswith("0.") else shown
