"""A report and a comparison as compact HTML tables and pictures, in colours that all can tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "MARKERS",
    "MARKS",
    "comparison_html",
    "plot_report",
    "protocol_html",
    "report_html",
    "rounded",
    "show_number",
    "table_html",
    "value_html",
]

# Okabe and Ito (2002), "Color Universal Design": distinct for all common kinds of colour vision.
# Yellow is left out, because a thin yellow line is hard to see on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
# Behind a value in a table of text, where its paired difference is decided.
MARKS = {"higher": " ▲", "lower": " ▼"}

_CELL = "text-align:right;padding:2px 8px;vertical-align:top"
_WORD = "text-align:left;padding:2px 8px;vertical-align:top"
_SMALL = "font-size:80%;opacity:.75;white-space:nowrap"


def show_number(number: float, digits: int = 4) -> str:
    """Round for readers; a dash for what is not defined, and no minus before zero."""
    return "–" if isnan(number) else f"{round(number, digits) + 0.0:.{digits}f}"


def value_html(value: float, low: float, high: float, title: str = "") -> str:
    """A number with its interval in small print below."""
    interval = (
        ""
        if isnan(low)
        else f"<br><span style='{_SMALL}'>[{show_number(low)}, {show_number(high)}]</span>"
    )
    return f"<td style='{_CELL}' title='{escape(title)}'>{show_number(value)}{interval}</td>"


def table_html(
    caption: str, columns: Sequence[str], rows: Iterable[tuple[str, str]], words: int = 0
) -> str:
    """A table from ready cells."""
    head = "".join(
        f"<th scope='col' style='{_WORD if place < words else _CELL}'>{escape(name)}</th>"
        for place, name in enumerate(columns)
    )
    body = "".join(
        f"<tr><th scope='row' style='text-align:left;padding:2px 8px'>{escape(name)}</th>"
        f"{cells}</tr>"
        for name, cells in rows
    )
    return (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def protocol_html(protocol: Mapping[str, Any]) -> str:
    """The protocol, folded away."""
    lines = "".join(
        f"<dt><b>{escape(name)}</b></dt><dd>{escape(str(words))}</dd>"
        for name, words in protocol.items()
    )
    return f"<details><summary>How this was measured</summary><dl>{lines}</dl></details>"


def report_html(report: Any) -> str:
    """One table for each cut-off: metrics by groups, intervals in small print."""
    tables = []
    for cut in report.ks:
        rows = []
        for metric in report.metrics:
            found = [report.values[group, f"{metric}@{cut}"] for group in report.groups]
            rows.append(
                (metric, "".join(value_html(*one[:3], title=f"n = {one.n:,}") for one in found))
            )
        tables.append(table_html(f"k = {cut}", report.groups, rows))
    return (
        f"<div><p><b>{escape(report.heading)}</b></p>"
        f"<div style='display:flex;flex-wrap:wrap;gap:1.5em'>{''.join(tables)}</div>"
        f"{protocol_html(report.protocol)}</div>"
    )


def comparison_html(comparison: Any) -> str:
    """One table: a row for each model, metric and group, with its difference from the baseline."""
    rows = []
    for row in comparison.rows:
        base = row.model == comparison.baseline
        numbers = f"<td style='{_CELL}'>{show_number(row.value)}</td>" + (
            f"<td style='{_CELL}'>baseline</td>"
            if base
            else value_html(row.difference, row.low, row.high, title=f"n = {row.n:,}")
        )
        words = (row.metric, row.group)
        cells = "".join(f"<td style='{_WORD}'>{escape(word)}</td>" for word in words)
        verdict = "" if base else row.verdict
        rows.append((row.model, f"{cells}{numbers}<td style='{_WORD}'>{verdict}</td>"))
    return table_html(
        f"Difference from {comparison.baseline}, same users, "
        f"{100 * comparison.confidence:g}% intervals",
        ("metric", "group", "value", "difference", "verdict"),
        rows,
        words=2,
    )


# Black in place of the pale colours, which are hard to see as thin lines; markers tell apart on
# paper.
_STYLES = tuple(zip((*COLOURS[:4], COLOURS[-1]), MARKERS, strict=False))


def plot_report(report: Any, metrics: tuple[str, ...]) -> Figure:
    """Draw one or several metrics by group."""
    # Matplotlib is slow to import and not needed for numbers.
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
    if axes.get_ylim()[0] > 0 or all((report.metric(name).range[0] or 0) >= 0 for name in metrics):
        axes.set_ylim(bottom=0)
    axes.set_xlabel("Group of the catalogue")
    axes.set_ylabel("Value (bars: interval)" if len(metrics) > 1 else f"{metrics[0]}, interval")
    axes.set_title(f"{report.model} on {report.protocol['dataset']} ({report.protocol['part']})")
    axes.grid(axis="y", alpha=0.3)
    if len(metrics) > 1:
        axes.legend()
    return figure


def rounded(frame: Any, digits: int | None) -> Any:
    """Round the float columns of a polars frame; NaN becomes null, and no minus is before zero."""
    import polars as pl

    numbers = pl.col(pl.Float64)
    frame = frame.with_columns(numbers.fill_nan(None))
    if digits is None:
        return frame
    # Adding zero does not mend a minus before it: polars skips the addition.
    shown = numbers.round(digits)
    return frame.with_columns(pl.when(shown == 0).then(0.0).otherwise(shown).name.keep())
