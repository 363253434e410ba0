"""Lesson 09: what drawn negatives teach, with the logQ correction from wrong sign to right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from longtail_course.pictures.palette import COLOURS
from longtail_course.widgets.control import Control

__all__ = ["correction_slider"]

_NAMES = ("bestseller", "popular", "middling", "niche", "rare")


def correction_slider(
    chosen: Sequence[float] = (0.40, 0.30, 0.22, 0.06, 0.02),
    drawn: Sequence[float] = (0.55, 0.25, 0.15, 0.04, 0.01),
    correction: float = 0.0,
) -> Control:
    r"""Show the order of items that a softmax with drawn negatives learns for one user.

    With negatives drawn with probabilities q and `correction` s times log q subtracted from every
    logit, the loss is least where the logit of item i is :math:`\log p_i - (1 - s) \log q_i`,
    up to a constant: p is what the user chooses. So s = 1 learns p, s = 0 learns p / q and
    s = -1 learns p / q².

    Parameters
    ----------
    chosen : sequence of float, length 2 to 5
        p, from the most to the least popular item; sums to 1.
    drawn : sequence of float, the same length
        q, how often each item is a negative; sums to 1.
    correction : float in [-1, 1]
        Where the slider starts.

    Returns
    -------
    Control
        One slider, `correction`. Its state holds `learnt`, the softmax of the learnt logits, and
        `order`, the items from first to last.

    Raises
    ------
    ValueError
        Probabilities that are not positive, do not sum to 1 or differ in number; a correction
        outside the slider.

    References
    ----------
    X. Yi et al., "Sampling-bias-corrected neural modeling for large corpus item recommendations",
    RecSys 2019.

    Examples
    --------
    >>> control = correction_slider(correction=1.0)
    >>> control.state["order"].tolist()
    [0, 1, 2, 3, 4]
    >>> control.move(correction=-1.0).state["order"].tolist()
    [4, 3, 2, 1, 0]
    """
    import ipywidgets

    p, q = (np.asarray(values, dtype=np.float64) for values in (chosen, drawn))
    usable = p.ndim == 1 and p.shape == q.shape and 2 <= len(p) <= len(_NAMES)
    if not usable or min(p.min(), q.min()) <= 0 or not np.allclose([p.sum(), q.sum()], 1):
        raise ValueError(
            "correction_slider: chosen and drawn must be 2 to 5 positive probabilities each that "
            f"sum to 1, got {chosen!r} and {drawn!r}"
        )
    if not -1 <= correction <= 1:
        raise ValueError(
            f"correction_slider: correction must lie between -1 and 1, got {correction}"
        )
    names = _NAMES[: len(p)]

    def compute(correction: float) -> dict[str, Any]:
        learnt = p * q ** (correction - 1)
        learnt /= learnt.sum()
        return {"learnt": learnt, "order": np.argsort(-learnt, kind="stable")}

    def draw(axes: list[Any], correction: float, learnt: np.ndarray, **_: Any) -> None:
        left, right = axes
        x = np.arange(len(names))
        left.bar(x - 0.2, p, 0.4, color=COLOURS[0], label="chosen by the user, p")
        left.bar(x + 0.2, q, 0.4, color=COLOURS[4], hatch="//", label="drawn as negative, q")
        left.legend(fontsize=8)
        left.set(title="what the loss is given")
        right.bar(x, learnt, 0.6, color=COLOURS[2])
        right.bar_label(right.containers[0], fmt="%.2f")
        right.set(title=f"what it learns, correction {_signed(correction)}")
        for panel in axes:
            panel.set(ylim=(0, 1), ylabel="probability")
            panel.set_xticks(x, names, rotation=20)

    def say(correction: float, learnt: np.ndarray, order: np.ndarray) -> str:
        listed = ", ".join(f"{names[place]} {learnt[place]:.2f}" for place in order)
        return f"With correction {_signed(correction)} the learnt order is: {listed}."

    slider = ipywidgets.FloatSlider(
        value=correction, min=-1.0, max=1.0, step=0.1, description="correction"
    )
    return Control(
        "logQ correction",
        {"correction": slider},
        compute=compute,
        draw=draw,
        say=say,
        panels=2,
    )


def _signed(correction: float) -> str:
    return f"{correction:+.1f}" if abs(correction) > 0.04 else "0"
