"""Two verdicts on each recommender of stored results: overall, and in the tail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from longtail_lib.benchmark import BenchmarkResults

__all__ = ["verdict_table"]


def verdict_table(
    results: BenchmarkResults,
    models: Iterable[str],
    *,
    against: str = "EaseScaled",
    split: str = "random",
    digits: int = 3,
) -> Any:
    """Show recommenders overall and in the tail, and whether they differ from one of them.

    Parameters
    ----------
    results : BenchmarkResults
    models : iterable of str
        Those that were not measured are left out.
    against : str
        Whom they were compared with, user by user.
    split : str
    digits : int

    Returns
    -------
    polars.DataFrame
        Columns model, overall (NDCG@10) and its verdict, tail_10 and tail_100 (NDCG of the tail),
        the interval of the latter, and its verdict. A verdict is "higher", "lower", "undecided",
        "-" for `against` itself, and null where the two were not compared.

    Examples
    --------
    >>> from longtail_course.experiments import stored_results
    >>> table = verdict_table(stored_results("shop"), ["ItemKNN", "EaseScaled", "EaseText"])
    >>> table["tail_verdict"].to_list()
    [None, '-', 'higher']
    """
    import polars as pl

    rows = []
    for model in models:
        if (split, model) not in results.rows:
            continue
        report = results.report(split, model)
        tail = report["tail", "NDCG@100"]
        rows.append(
            {
                "model": model,
                "overall": report["NDCG@10"].value,
                "verdict": _verdict(results, split, model, against, ("overall", "NDCG@10")),
                "tail_10": report["tail", "NDCG@10"].value,
                "tail_100": tail.value,
                "low": tail.low,
                "high": tail.high,
                "tail_verdict": _verdict(results, split, model, against, ("tail", "NDCG@100")),
            }
        )
    return pl.DataFrame(rows).with_columns(pl.col(pl.Float64).round(digits) + 0.0)


def _verdict(
    results: BenchmarkResults, split: str, model: str, against: str, key: tuple[str, str]
) -> str | None:
    if model == against:
        return "-"
    try:
        return results.pair(split, model, against)[key].verdict
    except KeyError:
        return None
