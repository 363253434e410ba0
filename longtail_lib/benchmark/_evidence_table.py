"""The table of evidence that a README shows."""

from __future__ import annotations

import math

from longtail_lib.benchmark._benchmark_results import BenchmarkResults
from longtail_lib.evaluation._report_display import show_number

__all__ = ["evidence_table"]

_MARKS = {"higher": " ▲", "lower": " ▼"}


def evidence_table(
    results: BenchmarkResults,
    columns: tuple[tuple[str, str], ...] = (
        ("overall", "NDCG@10"),
        ("tail", "NDCG@10"),
        ("tail", "NDCG@100"),
        ("overall", "Coverage@10"),
        ("overall", "TailShare@10"),
    ),
) -> str:
    """Write results as a Markdown table, one row for each recommender, one block for each split.

    Accuracy comes with its 95% interval. A triangle says that the paired difference from the
    baseline is decided: its 95% interval leaves out 0.

    Parameters
    ----------
    results : BenchmarkResults
    columns : tuple of (group, "metric@k")

    Examples
    --------
    >>> from longtail_lib.benchmark import BenchmarkProtocol, run_benchmark
    >>> protocol = BenchmarkProtocol(splits=("random",), seeds=(0,))
    >>> results = run_benchmark("music", ["Popularity"], protocol=protocol)
    >>> print(evidence_table(results, (("overall", "Recall@10"),)).splitlines()[0])
    | music | overall Recall@10 | fit, s |
    """
    named = [f"{group} {metric}" for group, metric in columns]
    lines = [
        f"| {' | '.join([results.dataset['name'], *named, 'fit, s'])} |",
        f"| --- |{' ---: |' * (len(columns) + 1)}",
    ]
    for split in dict.fromkeys(how for how, _ in results.rows):
        lines.append(f"| **{split}** |{' |' * (len(columns) + 1)}")
        for model in results.models(split):
            row = results[split, model]
            cells = [_cell(results, split, model, column) for column in columns]
            lines.append(f"| {' | '.join([model, *cells, f'{row.fit_seconds:.1f}'])} |")
    return "\n".join(lines)


def _cell(results: BenchmarkResults, split: str, model: str, column: tuple[str, str]) -> str:
    values = results[split, model].values
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
    return text + _MARKS.get(verdicts[0] if verdicts else "", "")


def _decimal(number: float) -> str:
    """Three decimals without the zero before the point, as tables of metrics have it."""
    shown = show_number(number, 3)
    return shown.removeprefix("0") if shown.startswith("0.") else shown
