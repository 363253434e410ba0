"""Lesson 08: move the popularity exponent of EASE and see overall, tail and coverage follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from longtail_course.pictures.palette import COLOURS, GROUP_COLOURS
from longtail_course.widgets.control import Control

if TYPE_CHECKING:
    from longtail_lib.evaluation import Report

__all__ = ["exponent_slider"]

_OVERALL, _COVERAGE = ("overall", "NDCG@10"), ("overall", "Coverage@10")


def exponent_slider(
    reports: Mapping[float, Report],
    *,
    tail: tuple[str, str] = ("tail", "NDCG@100"),
    keep: float = 0.99,
) -> Control:
    """Show overall accuracy, accuracy on the tail and coverage at each exponent.

    Parameters
    ----------
    reports : mapping of float to Report
        Exponent and what was measured with it, two or more in ascending order, all with NDCG and
        coverage at 10 and with `tail`.
    tail : (group, "metric@k")
        Drawn on the right.
    keep : float
        Share of the best overall value that has to stay; drawn as a line on the left.

    Returns
    -------
    Control
        One slider, `exponent`. Its state holds `overall`, `tail` and `coverage` there, and
        whether the condition `keeps`.

    Raises
    ------
    ValueError
        Fewer than two exponents, or not in ascending order.
    KeyError
        A report without one of the metrics.

    Examples
    --------
    >>> from longtail_lib.evaluation import Report, Value
    >>> def report(overall, tail, coverage):
    ...     found = {("overall", "NDCG@10"): overall, ("tail", "NDCG@100"): tail,
    ...              ("overall", "Coverage@10"): coverage}
    ...     found = {key: Value(value, value, value, 9) for key, value in found.items()}
    ...     return Report("EASE", (), (), (), found, {})
    >>> exponent_slider({0.0: report(.30, .00, .1), 0.2: report(.29, .02, .2)}).move(exponent=0.2)
    Control 'popularity exponent', exponent = 0.2. Exponent 0.2: overall NDCG@10 0.290, 96.7% of \
the best, below the 99% line; tail NDCG@100 0.020; lists reach 20% of the catalogue.
    """
    import ipywidgets

    exponents = [float(exponent) for exponent in reports]
    if len(exponents) < 2 or any(np.diff(exponents) <= 0):
        raise ValueError(
            f"exponent_slider: give two or more exponents in ascending order, got {exponents}"
        )
    keys = {"overall": _OVERALL, "tail": tail, "coverage": _COVERAGE}
    found = {
        name: np.array([report[key][:3] for report in reports.values()])
        for name, key in keys.items()
    }
    best = found["overall"][:, 0].max()

    def compute(exponent: float) -> dict[str, Any]:
        place = exponents.index(exponent)
        values = {name: float(line[place, 0]) for name, line in found.items()}
        return {**values, "keeps": bool(values["overall"] >= keep * best)}

    def draw(axes: list[Any], exponent: float, **state: Any) -> None:
        for ax, name, group in zip(axes, ("overall", "tail"), ("overall", "tail"), strict=True):
            colour, line = GROUP_COLOURS[group], found[name]
            ax.fill_between(exponents, line[:, 1], line[:, 2], color=colour, alpha=0.15, lw=0)
            ax.plot(exponents, line[:, 0], "o-", color=colour, markersize=4)
            ax.axvline(exponent, color="#444444", linewidth=1, linestyle=":")
            ax.plot([exponent], [state[name]], "D", color=COLOURS[1], markersize=9, zorder=5)
            ax.set(xlabel="popularity exponent", ylim=(0, line[:, 2].max() * 1.08))
            ax.set(ylabel=" ".join(keys[name]), title=f"{' '.join(keys[name])}")
        axes[0].axhline(keep * best, color=COLOURS[0], linestyle="--", linewidth=1.2)
        axes[0].annotate(
            f"{keep:.0%} of the best",
            (exponents[0], keep * best),
            xytext=(2, -4),
            textcoords="offset points",
            va="top",
            color=COLOURS[0],
            fontsize=9,
        )
        axes[1].set_title(f"{' '.join(tail)}; coverage {state['coverage']:.0%}")

    def say(exponent: float, overall: float, tail: float, coverage: float, keeps: bool) -> str:
        return (
            f"Exponent {exponent:g}: overall NDCG@10 {overall:.3f}, {overall / best:.1%} of the "
            f"best, {'above' if keeps else 'below'} the {keep:.0%} line; "
            f"{' '.join(keys['tail'])} {tail:.3f}; "
            f"lists reach {coverage:.0%} of the catalogue."
        )

    slider = ipywidgets.SelectionSlider(
        value=exponents[0], options=exponents, description="exponent"
    )
    return Control(
        "popularity exponent",
        {"exponent": slider},
        compute=compute,
        draw=draw,
        say=say,
        panels=2,
    )
