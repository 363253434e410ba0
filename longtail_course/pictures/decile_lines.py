"""One metric in each decile of the catalogue by popularity, several models, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from longtail_course.pictures.palette import COLOURS, LINE_STYLES, MARKERS, style
from longtail_course.pictures.picture import Picture

if TYPE_CHECKING:
    from longtail_lib.evaluation import Report

__all__ = ["decile_lines"]


def decile_lines(
    reports: Iterable[Report],
    metric: str,
    *,
    popularity: Sequence[float] | None = None,
    title: str | None = None,
) -> Picture:
    """Draw a metric from the most popular slice of the catalogue to the least.

    Values differ by factors of hundreds, so the scale is logarithmic above a small number and
    linear below it, down to 0.

    Parameters
    ----------
    reports : iterable of Report
        Evaluated with groups from `popularity_deciles`.
    metric : str
        With cut-off, such as "NDCG@100".
    popularity : sequence of float, one for each group, or None
        Mean train interactions of an item; written under the slices.
    title : str or None

    Returns
    -------
    Picture

    Raises
    ------
    KeyError
        A metric that a report does not hold.
    ValueError
        No report, different groups, or popularity of another length.

    Examples
    --------
    >>> from longtail_lib.evaluation import evaluate
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> report = evaluate(tiny_model(), tiny_parts(), k=2, metrics=["NDCG"])
    >>> decile_lines([report], "NDCG@2").alt_text.partition(". ")[0]
    'NDCG@2 by popularity of items, from the most popular slice to the least'
    """
    reports = list(reports)
    if not reports:
        raise ValueError("decile_lines: no report was given; pass what evaluate returned")
    groups = [name for name in reports[0].groups if name != "overall"]
    if any(report.groups != reports[0].groups for report in reports):
        raise ValueError("decile_lines: the reports have different groups; evaluate all with one")
    if popularity is not None and len(popularity) != len(groups):
        raise ValueError(
            f"decile_lines: popularity must have one number for each of the {len(groups)} groups, "
            f"got {len(popularity)}"
        )
    values = np.array([[report[group, metric][:3] for group in groups] for report in reports])
    about = reports[0].protocol
    title = title or f"{metric} by popularity on {about['dataset']} ({about['part']})"
    with style():
        picture = Picture(figsize=(7.4, 4.2))
        axes = picture.subplots()
        for place, report in enumerate(reports):
            value, low, high = values[place].T
            # Side by side, so that intervals do not hide each other.
            x = np.arange(len(groups)) + 0.09 * (place - (len(reports) - 1) / 2)
            axes.errorbar(
                x,
                value,
                yerr=np.maximum(0, [value - low, high - value]),
                color=COLOURS[place % len(COLOURS)],
                linestyle=LINE_STYLES[place % len(LINE_STYLES)],
                marker=MARKERS[place % len(MARKERS)],
                markersize=5,
                elinewidth=0.9,
                linewidth=1.3,
                label=report.model,
            )
        axes.set_yscale("symlog", linthresh=0.005, linscale=0.8)
        axes.yaxis.set_major_formatter(lambda number, _: f"{number:g}")
        axes.set_ylim(bottom=-0.0005)
        names = groups
        if popularity is not None:
            names = [
                f"{name}\n({count:.3g})" for name, count in zip(groups, popularity, strict=True)
            ]
        axes.set_xticks(np.arange(len(groups)), names)
        counts = "" if popularity is None else ", mean train interactions of an item in brackets"
        axes.set(
            xlabel=f"Slice of the catalogue, 1 most popular{counts}",
            ylabel=f"{metric}, interval",
            title=title,
        )
        axes.legend(fontsize=9)
    said = [
        f"{report.model}: "
        + ", ".join(f"{group} {_shown(row[0])}" for group, row in zip(groups, rows, strict=True))
        for report, rows in zip(reports, values, strict=True)
    ]
    picture.alt_text = (
        f"{metric} by popularity of items, from the most popular slice to the least. "
        f"{'; '.join(said)}."
    )
    return picture


def _shown(number: float) -> str:
    return "not defined" if np.isnan(number) else f"{number + 0.0:.4f}"
