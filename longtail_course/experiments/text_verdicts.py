"""What text adds to one linear model, and what pretraining adds to words, log by log."""

from __future__ import annotations

from collections.abc import Sequence

from longtail_course.experiments._table_cells import decimal_cell, difference_cell, head_lines
from longtail_course.experiments.stored import LOGS, stored_results
from longtail_lib.benchmark import BenchmarkResults

__all__ = ["QUESTIONS", "text_verdicts"]

# Whom `EaseTextCollective` is compared with, and what that asks.
QUESTIONS = {
    "EaseScaled": "text",
    "EaseShuffled": "its own text",
    "EaseWords": "pretraining",
}


def text_verdicts(group: str, metric: str = "NDCG@10", logs: Sequence[str] = LOGS) -> str:
    """Write the answers as a Markdown table, one row a log and split.

    Parameters
    ----------
    group : str
        "overall" or "tail".
    metric : str
    logs : sequence of str
        With stored results of `EaseTextCollective` and its twins.

    Returns
    -------
    str
        Values of EASE without text, on words and on MiniLM, then paired differences of the last
        from EASE without text, from itself on the texts of other items, and from words; a triangle
        where the 95% interval leaves out 0.

    Examples
    --------
    >>> print(text_verdicts("tail", logs=["online-retail"]).splitlines()[0])
    | tail NDCG@10 | EaseScaled | EaseWords | EaseTextCollective | text | its own text | \
pretraining |
    """
    shown = ("EaseScaled", "EaseWords", "EaseTextCollective")
    heads = [f"{group} {metric}", *shown, *QUESTIONS.values()]
    lines = head_lines(heads)
    for log in logs:
        results = stored_results(log)
        for how in results.protocol["splits"]:
            cells = [
                *(decimal_cell(results[how, name].values[group, metric].value) for name in shown),
                *(_difference(results, how, against, (group, metric)) for against in QUESTIONS),
            ]
            lines.append(f"| {' | '.join([f'{log}, {how}', *cells])} |")
    return "\n".join(lines)


def _difference(results: BenchmarkResults, how: str, against: str, column: tuple[str, str]) -> str:
    row = results.pair(how, "EaseTextCollective", against)[column]
    return difference_cell(row.difference, row.low, row.high, row.verdict)
