"""What a gain in exposure of the tail costs in accuracy, one row for each model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from longtail_lib.evaluation import Report, compare
from longtail_lib.evaluation._report_display import rounded

__all__ = ["trade_off_table"]


def trade_off_table(
    reports: Iterable[Report],
    *,
    baseline: str,
    accuracy: str = "NDCG@10",
    aim: str = "TailShare@10",
    digits: int | None = 3,
    **options: Any,
) -> Any:
    """Set the change of accuracy, in percent of the baseline, beside the aim itself.

    The change is that of paired users. The aim is given as it is, because a relative change of a
    share that was nearly 0 says nothing.

    Parameters
    ----------
    reports : iterable of Report
        On the same split and part.
    baseline : str
        Name of one of them.
    accuracy, aim : "metric@k"
    digits : int or None
        Decimals of the aim; percentages have two less.
    **options
        Passed on to `compare`, such as `seed`.

    Returns
    -------
    polars.DataFrame
        Columns model, change, change_low, change_high in percent, then aim, aim_low, aim_high.

    Raises
    ------
    ValueError
        The baseline's accuracy is 0, or what `compare` refuses.

    Examples
    --------
    >>> from longtail_lib.evaluation import evaluate
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> from longtail_lib.models import Popularity
    >>> parts = tiny_parts()
    >>> reports = [evaluate(model, parts, k=2) for model in (tiny_model(), Popularity().fit(parts))]
    >>> table = trade_off_table(reports, baseline="Tiny", accuracy="NDCG@2", aim="Coverage@2")
    >>> table.select("model", "change", "aim").rows()
    [('Tiny', 0.0, 0.667), ('Popularity', 17.6, 0.667)]
    """
    import polars as pl

    reports = list(reports)
    found = compare(reports, baseline=baseline, groups="overall", metrics=[accuracy], **options)
    base = found[baseline, "overall", accuracy].value
    if not base > 0:
        raise ValueError(
            f"trade_off_table: {accuracy} of {baseline} is {base:g}, so there is no change in "
            "percent; take another baseline"
        )
    changes, aims = [], []
    for report in reports:
        row = found[report.model, "overall", accuracy]
        changes.append([100 * number / base for number in (row.difference, row.low, row.high)])
        aims.append(report[aim][:3])
    change = pl.DataFrame(changes, ["change", "change_low", "change_high"], orient="row")
    shown = pl.DataFrame(aims, ["aim", "aim_low", "aim_high"], orient="row")
    fewer = None if digits is None else max(digits - 2, 0)
    names = pl.DataFrame({"model": [report.model for report in reports]})
    return pl.concat([names, rounded(change, fewer), rounded(shown, digits)], how="horizontal")
