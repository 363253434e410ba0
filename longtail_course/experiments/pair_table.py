"""The table of paired comparisons that a README shows."""

from __future__ import annotations

from longtail_course.experiments._table_cells import difference_cell, head_lines
from longtail_lib.benchmark import BenchmarkResults

__all__ = ["paired_table"]


def paired_table(
    results: BenchmarkResults,
    split: str,
    columns: tuple[tuple[str, str], ...] = (
        ("overall", "NDCG@10"),
        ("tail", "NDCG@10"),
        ("tail", "NDCG@100"),
    ),
) -> str:
    """Write the paired differences of recommenders from their twins as a Markdown table.

    Parameters
    ----------
    results : BenchmarkResults
    split : str
    columns : tuple of (group, "metric@k")

    Returns
    -------
    str
        One row for each pair: differences with 95% intervals over users, and a triangle where
        the interval leaves out 0. Empty where no twins were compared.

    Raises
    ------
    KeyError
        A column that was not compared.

    Examples
    --------
    >>> from longtail_lib.benchmark import BenchmarkProtocol, Contestant, run_benchmark
    >>> other = Contestant("Other", "longtail_lib.models:Random", seeded=True, twins=("Random",))
    >>> protocol = BenchmarkProtocol(splits=("random",), seeds=(0,))
    >>> results = run_benchmark("music", ["Random", other], protocol=protocol)
    >>> print(paired_table(results, "random", (("overall", "NDCG@10"),)).splitlines()[-1])
    | Other | Random | +.0000 [-.0027, +.0027] |
    """
    pairs = results.pairs.get(split, {})
    found = [
        (model, against)
        for model in results.models(split)
        for against in pairs
        if any(row.model == model for row in pairs[against])
    ]
    if not found:
        return ""
    named = [f"{group} {metric}" for group, metric in columns]
    heading = f"{results.dataset['name']}, {split}"
    lines = head_lines([heading, "against", *named], words=2)
    for model, against in found:
        rows = results.pair(split, model, against)
        cells = []
        for column in columns:
            if column not in rows:
                raise KeyError(f"{model} and {against} were not compared by {' '.join(column)}")
            row = rows[column]
            cells.append(difference_cell(row.difference, row.low, row.high, row.verdict))
        lines.append(f"| {' | '.join([model, against, *cells])} |")
    return "\n".join(lines)
