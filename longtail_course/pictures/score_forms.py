"""The article's two scoring forms against each other, and where they agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from longtail_course.article import agreeing_scores, sigmoid
from longtail_course.pictures.palette import COLOURS, LINE_STYLES, MARKERS, style
from longtail_course.pictures.picture import Picture

__all__ = ["score_forms"]


def score_forms(
    forms: Sequence[tuple[float, float]] = ((1.0, 0.0), (8.0, -4.0)),
    *,
    mark: float | None = None,
    reach: tuple[float, float] = (-0.5, 1.5),
    title: str = "The two sides of the article's score",
) -> Picture:
    """Draw uᵀi as a straight line, σ(W3·uᵀi + b3) as curves, and a mark where they meet.

    Parameters
    ----------
    forms : sequence of (float, float)
        W3 and b3 of each curve, one number each.
    mark : float or None
        A value of uᵀi to point out with a vertical line.
    reach : (float, float)
        Range of uᵀi to draw; it holds 0 to 1, where the sides can meet.
    title : str

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        No form, or a reach that does not hold 0 to 1.

    Examples
    --------
    >>> score_forms([(1.0, 0.0)], mark=1.25)
    Picture: The two sides of the article's score. W3 = 1, b3 = 0: equal at uᵀi = 0.659, nowhere \
else. At uᵀi = 1.250 the right side gives 0.777.
    """
    if not forms:
        raise ValueError("score_forms: nothing to draw; pass pairs (W3, b3)")
    low, high = reach
    if not (low <= 0 and high >= 1):
        raise ValueError(f"score_forms: reach must hold 0 to 1, got {reach}")
    line = np.linspace(low, high, 401)
    said, at_mark = [], []
    with style():
        picture = Picture(figsize=(6.2, 3.8))
        axes = picture.subplots()
        axes.plot(line, line, color="black", linewidth=1.2, label="left side: uᵀi itself")
        for place, (weight, bias) in enumerate(forms):
            colour = COLOURS[place % len(COLOURS)]
            meet = agreeing_scores(weight, bias)
            name = f"W3 = {weight:g}, b3 = {bias:g}"
            axes.plot(
                line,
                sigmoid(weight * line + bias),
                color=colour,
                linestyle=LINE_STYLES[(place + 1) % len(LINE_STYLES)],
                label=f"right side: {name}",
            )
            axes.plot(
                meet,
                meet,
                MARKERS[place % len(MARKERS)],
                color=colour,
                markersize=7,
                markeredgecolor="black",
                linestyle="none",
            )
            said.append(f"{name}: equal at uᵀi = {_listed(meet)}, nowhere else.")
            if mark is not None:
                at_mark.append(f"{float(sigmoid(weight * mark + bias)):.3f}")
        if mark is not None:
            axes.axvline(mark, color="#666666", linewidth=1, linestyle=":")
            axes.annotate(
                f"uᵀi = {mark:g}",
                (mark, low),
                xytext=(-4, 3),
                textcoords="offset points",
                ha="right",
                va="bottom",
                fontsize=9,
                color="#444444",
            )
            said.append(f"At uᵀi = {mark:.3f} the right side gives {' and '.join(at_mark)}.")
        axes.set(
            xlim=(low, high),
            ylim=(low, high),
            xlabel="uᵀi (dot product of user and item)",
            ylabel="value of each side",
            title=title,
        )
        axes.legend(loc="upper left", fontsize=9)
    picture.alt_text = f"{title}. {' '.join(said)}"
    return picture


def _listed(numbers: np.ndarray) -> str:
    words = [f"{number:.3f}" for number in numbers]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
