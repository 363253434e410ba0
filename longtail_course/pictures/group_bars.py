"""One metric of one or several models, overall and in head, mid and tail, with intervals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from longtail_course.pictures.palette import COLOURS, HATCHES, style
from longtail_course.pictures.picture import Picture

if TYPE_CHECKING:
    from longtail_lib.evaluation import Report

__all__ = ["group_bars"]


def group_bars(
    reports: Report | Iterable[Report], metric: str | None = None, *, title: str | None = None
) -> Picture:
    """Draw a metric as bars, one group of the catalogue beside the other.

    Parameters
    ----------
    reports : Report or iterable of Report
        From `evaluate`, all with the same groups; one colour and hatch for each model.
    metric : str or None
        Name with cut-off, such as "NDCG@10"; the first of the first report if None.
    title : str or None
        The metric, dataset and part if None.

    Returns
    -------
    Picture

    Raises
    ------
    KeyError
        A metric that a report does not hold.
    ValueError
        No report, or reports with different groups.

    Examples
    --------
    >>> from longtail_lib.evaluation import evaluate
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> report = evaluate(tiny_model(), tiny_parts(), k=2, metrics=["NDCG"])
    >>> group_bars(report).alt_text.splitlines()[0][:34]
    'NDCG@2 by group of the catalogue, '
    """
    reports = [reports] if hasattr(reports, "protocol") else list(reports)
    if not reports:
        raise ValueError("group_bars: no report was given; pass what evaluate returned")
    groups = reports[0].groups
    if any(report.groups != groups for report in reports):
        raise ValueError(
            "group_bars: the reports have different groups, "
            f"{' and '.join(sorted({str(report.groups) for report in reports}))}; evaluate all "
            "models with the same groups"
        )
    metric = reports[0].names[0] if metric is None else metric
    values = np.array([[report[group, metric][:3] for group in groups] for report in reports])
    about = reports[0].protocol
    title = f"{metric} on {about['dataset']} ({about['part']})" if title is None else title
    with style():
        picture = Picture(figsize=(max(5.2, 1.5 + 0.32 * len(groups) * (len(reports) + 1.5)), 3.5))
        axes = picture.subplots()
        width = 0.8 / len(reports)
        for place, report in enumerate(reports):
            x = np.arange(len(groups)) + (place - (len(reports) - 1) / 2) * width
            value, low, high = values[place].T
            axes.bar(
                x,
                value,
                width * 0.92,
                color=COLOURS[place % len(COLOURS)],
                hatch=HATCHES[place % len(HATCHES)],
                edgecolor="white",
                linewidth=0,
                label=report.model,
            )
            # A bar of height 0 cannot be seen; the number says that it was measured. It stands
            # above the interval, which would strike it through.
            for at, height, top in zip(x, value, high, strict=True):
                if abs(height) < 0.00005:
                    place_of_zero = (at, max(0, np.nan_to_num(top)))
                    axes.annotate(
                        "0",
                        place_of_zero,
                        xytext=(0, 2),
                        textcoords="offset points",
                        ha="center",
                        fontsize=9,
                    )
            # An interval by resampling need not hold its value; a length must not be negative.
            axes.errorbar(
                x,
                value,
                yerr=np.maximum(0, [value - low, high - value]),
                fmt="none",
                ecolor="black",
                elinewidth=1,
                capsize=2.5,
            )
        axes.set_xticks(np.arange(len(groups)), groups)
        axes.grid(axis="x", visible=False)
        axes.set_ylim(bottom=min(0, np.nanmin(np.nan_to_num(values))))
        axes.set(xlabel="Group of the catalogue", ylabel=f"{metric}, interval", title=title)
        if len(reports) > 1:
            axes.legend(fontsize=9, ncols=1 + (len(reports) > 4))
    said = [
        f"{report.model}: "
        + ", ".join(
            f"{group} {_shown(value)} [{_shown(low)}, {_shown(high)}]"
            for group, (value, low, high) in zip(groups, rows, strict=True)
        )
        for report, rows in zip(reports, values, strict=True)
    ]
    picture.alt_text = (
        f"{metric} by group of the catalogue, with intervals, on {about['dataset']} "
        f"({about['part']}). {'; '.join(said)}."
    )
    return picture


def _shown(number: float) -> str:
    return "not defined" if np.isnan(number) else f"{number + 0.0:.3f}"
