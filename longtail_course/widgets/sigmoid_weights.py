"""Lesson 03: move the weights and the bias, and see the sum and its sigmoid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from longtail_course.article import sigmoid
from longtail_course.pictures.palette import COLOURS
from longtail_course.widgets.control import Control

__all__ = ["sigmoid_sliders"]

BLUE = COLOURS[0]
VERMILION = COLOURS[1]
ORANGE = COLOURS[4]
SKY = COLOURS[5]

REACH = 8.0


def sigmoid_sliders(
    x: Sequence[float] = (1, 1, 1, 1, 0),
    weight: float = 0.5,
    bias: float = 0.0,
    *,
    each: bool = False,
) -> Control:
    """Show W·x + b entry by entry, with its sigmoid beside it.

    Parameters
    ----------
    x : sequence of float, shape (d,)
        Features; by default X_u + X_i of the article's worked example.
    weight, bias : float
        Where the sliders start. The article prints .5 for every weight and 0 for the bias.
    each : bool
        One slider `w1` ... `wd` for each weight, instead of one slider `w` for all of them.

    Returns
    -------
    Control
        Sliders `w` (or `w1` ... `wd`) and `b`. Its state holds `parts` (w·x of each feature), `z`
        (W·x + b) and `output` (σ(z)).

    Raises
    ------
    ValueError
        x is not a vector of 1 to 10 numbers.

    Examples
    --------
    >>> control = sigmoid_sliders()
    >>> control
    Control 'sigmoid', w = 0.5, b = 0. W·x + b = 2.00 and σ(W·x + b) = 0.8808.
    >>> round(control.move(w=0.0, b=-1.0).state["output"], 4)
    0.2689
    """
    import ipywidgets

    features = np.asarray(x, dtype=np.float64)
    if features.ndim != 1 or not 1 <= len(features) <= 10:
        raise ValueError(
            f"sigmoid_sliders: x must be a vector of 1 to 10 numbers, got shape {features.shape}"
        )
    names = [f"w{place}" for place in range(1, len(features) + 1)] if each else ["w"]

    def compute(b: float, **weights: float) -> dict[str, Any]:
        parts = np.array([weights[name] for name in names]) * features
        z = float(parts.sum() + b)
        return {"parts": parts, "z": z, "output": float(sigmoid(z))}

    def draw(axes: list[Any], b: float, parts: np.ndarray, z: float, output: float, **_: float):
        left, right = axes
        labels = [*(f"w·x$_{{{place}}}$" for place in range(1, len(parts) + 1)), "b", "sum"]
        bars = left.bar(labels, [*parts, b, z], color=SKY, edgecolor=BLUE)
        bars[-1].set(facecolor=ORANGE, edgecolor=VERMILION, hatch="//")
        left.axhline(0, color="black", linewidth=0.8)
        height = 1.1 * max(3.0, abs(b), abs(z), np.abs(parts).max())
        left.set_ylim(-height, height)
        left.set_ylabel("part of W·x + b")
        left.set_title(f"W·x + b = {z:.2f}")
        reach = max(REACH, abs(z) + 1)
        line = np.linspace(-reach, reach, 201)
        right.plot(line, sigmoid(line), color=BLUE)
        right.vlines(z, 0, output, color=VERMILION, linestyle="--")
        right.hlines(output, -reach, z, color=VERMILION, linestyle="--")
        right.plot([z], [output], "o", color=VERMILION)
        right.set(xlim=(-reach, reach), ylim=(0, 1.02), xlabel="W·x + b", ylabel="σ(W·x + b)")
        right.set_title(f"σ = {output:.4f}")

    def say(z: float, output: float, **_: Any) -> str:
        return f"W·x + b = {z:.2f} and σ(W·x + b) = {output:.4f}."

    def slider(start: float, label: str) -> Any:
        return ipywidgets.FloatSlider(
            value=start, min=-3.0, max=3.0, step=0.1, description=label, readout_format=".1f"
        )

    sliders = {name: slider(weight, name) for name in names} | {"b": slider(bias, "b")}
    return Control("sigmoid", sliders, compute=compute, draw=draw, say=say, panels=2)
