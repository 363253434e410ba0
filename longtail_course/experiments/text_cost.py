"""What a point of NDCG for the tail costs, in seconds of the processor."""

from __future__ import annotations

from typing import Any

from longtail_course.experiments.text_control_results import TextControls

__all__ = ["cost_table", "seconds_per_point"]


def seconds_per_point(
    gain: float,
    seconds: float,
    baseline_seconds: float,
    encoding_seconds: float = 0.0,
    fits: int = 1,
) -> float | None:
    """Divide what a model costs more than the baseline by what it gains over it.

    Parameters
    ----------
    gain : float
        Difference of NDCG; a point is .01.
    seconds, baseline_seconds : float
        Of one fit.
    encoding_seconds : float
        Of encoding the catalogue, which all fits share.
    fits : int
        How often the model is fitted before the catalogue has to be encoded again.

    Returns
    -------
    float or None
        Extra seconds for each fit and point; None where nothing is gained.

    Raises
    ------
    ValueError
        Fewer than one fit.

    Examples
    --------
    >>> seconds_per_point(gain=0.02, seconds=12, baseline_seconds=2, encoding_seconds=60, fits=30)
    6.0
    >>> seconds_per_point(gain=0.0, seconds=12, baseline_seconds=2) is None
    True
    """
    if fits < 1:
        raise ValueError(f"seconds_per_point: fits must be at least 1, got {fits}")
    if gain <= 0:
        return None
    return (seconds - baseline_seconds + encoding_seconds / fits) / (100 * gain)


def cost_table(
    found: TextControls,
    *,
    baseline: str = "EaseScaled",
    metric: tuple[str, str] = ("tail", "NDCG@100"),
    fits: int = 1,
) -> Any:
    """Show gain and cost of all models that a baseline is compared with.

    Parameters
    ----------
    found : TextControls
    baseline : str
        A key of `found.against`.
    metric : (str, str)
        Group and metric that is paid for.
    fits : int
        How many fits share one encoding of the texts.

    Returns
    -------
    polars.DataFrame
        Columns model, overall (NDCG@10), the metric, gain in points, verdict, fit (seconds),
        encoding (seconds a fit), seconds a point (null where the gain is not decided).

    Raises
    ------
    KeyError
        An unknown baseline or metric.
    """
    import polars as pl

    if baseline not in found.against:
        raise KeyError(
            f"cost_table: nothing was compared with {baseline!r}; baselines are "
            f"{', '.join(map(repr, found.against))}"
        )
    rows = []
    for report in found.reports:
        name = report.model
        against = found.against[baseline][name, *metric]
        encoding = found.encoding["seconds"] if reads(name) else 0.0
        higher = against.verdict == "higher"
        cost = seconds_per_point(
            against.difference if higher else 0.0,
            found.seconds[name],
            found.seconds[baseline],
            encoding,
            fits,
        )
        rows.append(
            (
                name,
                report["NDCG@10"].value,
                report[metric].value,
                100 * against.difference,
                against.verdict,
                found.seconds[name],
                encoding / fits,
                cost,
            )
        )
    columns = ["model", "overall NDCG@10", " ".join(metric), "gain in points", "verdict"]
    columns += ["fit", "encoding", "seconds a point"]
    frame = pl.DataFrame(rows, columns, orient="row")
    short = pl.col("gain in points").round(2) + 0.0
    return frame.with_columns(
        pl.col("overall NDCG@10", " ".join(metric)).round(4) + 0.0,
        short,
        pl.col("fit", "encoding", "seconds a point").cast(pl.Float64).round(1),
    )


def reads(model: str) -> bool:
    """Say whether a model of these experiments is given texts.

    Examples
    --------
    >>> reads("EaseText, additive"), reads("EaseScaled")
    (True, False)
    """
    return model in ("ContentKNN", "TextTower") or ", " in model
