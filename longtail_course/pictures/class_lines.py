"""One metric of several models from class to class of the catalogue, rare items to popular ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from longtail_course.pictures.palette import COLOURS, LINE_STYLES, MARKERS, style
from longtail_course.pictures.picture import Picture

if TYPE_CHECKING:
    from longtail_lib.evaluation import Report

__all__ = ["class_lines"]

# Below it the axis is linear, so that 0 can be shown.
_LINEAR = 0.01


def class_lines(
    reports: Sequence[Report],
    metric: str | None = None,
    *,
    quantity: str = "Train interactions of the item",
    title: str | None = None,
    digits: int = 3,
) -> Picture:
    """Draw a metric in each class of the catalogue, one line a model, on a logarithmic axis.

    Tail and head differ by powers of ten, which a linear axis does not show together. Below 0.01
    the axis is linear and reaches 0. Bands are the reports' intervals.

    Parameters
    ----------
    reports : sequence of Report
        From `evaluate`, all with the same `groups`: classes in the order to draw. The overall
        value is not drawn.
    metric : str or None
        Name with cut-off, such as "NDCG@100"; the first of the first report if None.
    quantity : str
        What the classes are classes of; it labels the horizontal axis.
    title : str or None
        The metric, dataset and part if None.
    digits : int
        Decimals of the numbers in the alt text.

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
    >>> from longtail_lib.evaluation import Report, Value
    >>> def report(model, rare, popular):
    ...     found = {("rare", "NDCG@10"): rare, ("popular", "NDCG@10"): popular}
    ...     found = {key: Value(value, value, value, 9) for key, value in found.items()}
    ...     about = {"dataset": "shop", "part": "test"}
    ...     return Report(model, ("NDCG",), (10,), ("overall", "rare", "popular"), found, about)
    >>> class_lines([report("ids", 0, 0.4), report("text", 0.03, 0.2)], digits=2)
    Picture: NDCG@10 on shop (test), by class: rare, popular. ids: 0.00, 0.40. text: 0.03, 0.20.
    """
    reports = list(reports)
    if not reports:
        raise ValueError("class_lines: no report was given; pass what evaluate returned")
    groups = reports[0].groups
    if any(report.groups != groups for report in reports):
        raise ValueError(
            "class_lines: the reports have different groups; evaluate all models with the same "
            "groups"
        )
    classes = [group for group in groups if group != "overall"]
    metric = reports[0].names[0] if metric is None else metric
    about = reports[0].protocol
    title = f"{metric} on {about['dataset']} ({about['part']})" if title is None else title
    said, top = [], _LINEAR
    with style():
        picture = Picture(figsize=(7.0, 3.6))
        axes = picture.subplots()
        places = np.arange(len(classes))
        for place, report in enumerate(reports):
            value, low, high = np.array([report[name, metric][:3] for name in classes]).T
            colour = COLOURS[place % len(COLOURS)]
            axes.fill_between(places, low, high, color=colour, alpha=0.13, linewidth=0)
            axes.plot(
                places,
                value,
                color=colour,
                linestyle=LINE_STYLES[place % len(LINE_STYLES)],
                marker=MARKERS[place % len(MARKERS)],
                markersize=5,
                label=report.model,
                clip_on=False,
            )
            top = max(top, np.nanmax(high, initial=0))
            shown = ("–" if np.isnan(x) else f"{x + 0.0:.{digits}f}" for x in value)
            said.append(f"{report.model}: {', '.join(shown)}.")
        axes.set_yscale("symlog", linthresh=_LINEAR, linscale=0.6)
        ticks = [tick for tick in (0, 0.01, 0.03, 0.1, 0.3, 1.0) if tick <= 1.2 * top]
        axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.yaxis.minorticks_off()
        axes.set_ylim(0, 1.3 * top)
        axes.set_xticks(places, classes)
        axes.set(xlabel=quantity, ylabel=f"{metric} (logarithmic)", title=title)
        axes.legend(fontsize=9)
    picture.alt_text = f"{title}, by class: {', '.join(classes)}. {' '.join(said)}"
    return picture
