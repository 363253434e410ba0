"""A picture of one report: metrics by group, with intervals.

Drawn here and not in `longtail_lib.plots`, which stands above evaluation and may not be imported
from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from longtail_lib.evaluation.report import Report

__all__ = ["plot_report"]

# Okabe and Ito's palette, told apart by colour-blind readers; markers tell apart on paper.
_STYLES = (("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^"), ("#CC79A7", "D"), ("#000000", "v"))


def plot_report(report: Report, metrics: tuple[str, ...]) -> Any:
    """Draw one or several metrics by group.

    Parameters
    ----------
    report : Report
    metrics : tuple of str
        Names with cut-off.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    KeyError
        A metric that the report does not hold.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(report.groups))
    shifts = (np.arange(len(metrics)) - (len(metrics) - 1) / 2) * 0.15
    for number, name in enumerate(metrics):
        colour, marker = _STYLES[number % len(_STYLES)]
        found = np.array([report[group, name][:3] for group in report.groups])
        # NaN is drawn as a gap; an interval that does not hold its value must not be negative.
        errors = np.maximum(0, [found[:, 0] - found[:, 1], found[:, 2] - found[:, 0]])
        axes.errorbar(
            places + shifts[number],
            found[:, 0],
            yerr=errors,
            fmt=marker,
            color=colour,
            capsize=4,
            label=name,
        )
    axes.set_xticks(places, report.groups)
    axes.set_xlim(-0.5, len(places) - 0.5)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("Group of the catalogue")
    axes.set_ylabel("Value (bars: interval)" if len(metrics) > 1 else f"{metrics[0]}, interval")
    axes.set_title(f"{report.model} on {report.protocol['dataset']} ({report.protocol['part']})")
    axes.grid(axis="y", alpha=0.3)
    if len(metrics) > 1:
        axes.legend()
    return figure
