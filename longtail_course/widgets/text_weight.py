"""Lesson 14: move the weight of text in a gate by popularity; head and tail pay and gain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from longtail_course.pictures.palette import COLOURS, GROUP_COLOURS
from longtail_course.widgets.control import Control

if TYPE_CHECKING:
    from longtail_lib.evaluation import Report

__all__ = ["text_weight_slider"]

_OVERALL = ("overall", "NDCG@10")
_MOST = 1000


def text_weight_slider(
    reports: Mapping[float, Report],
    half_popularity: float,
    *,
    tail: tuple[str, str] = ("tail", "NDCG@100"),
    keep: float = 0.99,
) -> Control:
    """Show the gate at each weight of text, and where it puts the model between head and tail.

    Parameters
    ----------
    reports : mapping of float to Report
        `text_weight` of a `TextGate` and what was measured with it, two or more in ascending
        order; the first is 0, the model without text.
    half_popularity : float
        Of all of these gates.
    tail : (group, "metric@k")
        Vertical axis on the right.
    keep : float
        Share of overall NDCG@10 without text that has to stay; drawn as a line on the right.

    Returns
    -------
    Control
        One slider, `text_weight`. Its state holds `overall` and `tail` there, and whether the
        condition `keeps`.

    Raises
    ------
    ValueError
        Fewer than two weights, not in ascending order, or not beginning with 0.
    KeyError
        A report without one of the metrics.

    Examples
    --------
    >>> from longtail_lib.evaluation import Report, Value
    >>> def report(overall, tail):
    ...     found = {("overall", "NDCG@10"): overall, ("tail", "NDCG@100"): tail}
    ...     found = {key: Value(value, value, value, 9) for key, value in found.items()}
    ...     return Report("TextGate", (), (), (), found, {})
    >>> slider = text_weight_slider({0.0: report(.40, .00), 0.8: report(.38, .02)}, 2.0)
    >>> slider.move(text_weight=0.8)
    Control 'text weight', text_weight = 0.8. Text weight 0.8: overall NDCG@10 0.38, 95% of that \
without text, below the 99% line; tail NDCG@100 0.02.
    """
    import ipywidgets

    weights = [float(weight) for weight in reports]
    if len(weights) < 2 or any(np.diff(weights) <= 0) or weights[0] != 0:
        raise ValueError(
            "text_weight_slider: give two or more weights in ascending order, the first of them 0, "
            f"got {weights}"
        )
    found = np.array([[report[_OVERALL].value, report[tail].value] for report in reports.values()])
    base = found[0, 0]
    popularity = np.concatenate([[0], np.geomspace(1, _MOST, 60)])

    def compute(text_weight: float) -> dict[str, Any]:
        overall, of_tail = found[weights.index(text_weight)]
        return {
            "overall": float(overall),
            "tail": float(of_tail),
            "keeps": bool(overall >= keep * base),
        }

    def draw(axes: list[Any], text_weight: float, **state: Any) -> None:
        gate = text_weight * half_popularity / (popularity + half_popularity)
        axes[0].plot(popularity, gate, color=GROUP_COLOURS["tail"], label="text")
        axes[0].axhline(1, color=GROUP_COLOURS["head"], linestyle="--", label="behaviour")
        axes[0].set_xscale("symlog", linthresh=1, linscale=0.5)
        axes[0].set_xticks([0, 1, 10, 100, _MOST], ["0", "1", "10", "100", f"{_MOST:,}"])
        axes[0].xaxis.minorticks_off()
        axes[0].set(xlim=(0, _MOST), ylim=(0, 1.1 * max(1, *weights)))
        axes[0].set(xlabel="Train interactions of the item", ylabel="Weight")
        axes[0].set_title(f"text weight {text_weight:g}")
        axes[0].legend(fontsize=9)
        axes[1].plot(found[:, 0], found[:, 1], "o-", color="black", markersize=4)
        axes[1].axvline(keep * base, color=COLOURS[0], linestyle="--", linewidth=1.2)
        axes[1].plot(state["overall"], state["tail"], "D", color=COLOURS[1], markersize=9, zorder=5)
        axes[1].annotate(
            f"{keep:.0%} of that\nwithout text",
            (keep * base, found[:, 1].max()),
            xytext=(-4, 0),
            textcoords="offset points",
            ha="right",
            va="top",
            color=COLOURS[0],
            fontsize=9,
        )
        axes[1].set(xlabel=" ".join(_OVERALL), ylabel=" ".join(tail), title="Head against tail")

    def say(text_weight: float, overall: float, tail: float, keeps: bool) -> str:
        return (
            f"Text weight {text_weight:g}: overall NDCG@10 {overall:.2f}, {overall / base:.0%} of "
            f"that without text, {'above' if keeps else 'below'} the {keep:.0%} line; "
            f"{tail_name} {tail:.2f}."
        )

    tail_name = " ".join(tail)
    slider = ipywidgets.SelectionSlider(
        value=weights[0], options=weights, description="text weight"
    )
    return Control(
        "text weight", {"text_weight": slider}, compute=compute, draw=draw, say=say, panels=2
    )
