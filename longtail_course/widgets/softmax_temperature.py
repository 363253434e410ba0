"""Lesson 05: move the temperature and see what a softmax makes of the same cosines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from longtail_course.pictures.palette import COLOURS
from longtail_course.widgets.control import Control

__all__ = ["temperature_slider"]

BLUE = COLOURS[0]
VERMILION = COLOURS[1]
ORANGE = COLOURS[4]
SKY = COLOURS[5]


def temperature_slider(
    cosines: Sequence[float] = (0.9, 0.7, 0.2, -0.3, -0.8),
    temperature: float = 1.0,
    *,
    n_items: int = 4000,
) -> Control:
    """Show cosines of a user with some items, and their softmax at a temperature.

    Parameters
    ----------
    cosines : sequence of float in [-1, 1], length 2 to 10
        The first is the item that the user chose.
    temperature : float
        Where the slider starts, from .05 to 2.
    n_items : int
        Size of the catalogue for `ceiling`.

    Returns
    -------
    Control
        One slider, `temperature`. Its state holds `probabilities`, the `loss` (cross-entropy of
        the first item) and the `ceiling`: the largest probability that any cosines can give the
        chosen item of a catalogue, which is 1 for it and -1 for all others.

    Raises
    ------
    ValueError
        Cosines out of range or of a wrong number, or a temperature outside the slider.

    Examples
    --------
    >>> control = temperature_slider([1.0, 0.0], temperature=1.0, n_items=2)
    >>> control
    Control 'temperature', temperature = 1. At temperature 1.00 the chosen item has probability \
0.731, and its cross-entropy is 0.313. Among 2 items it can reach 0.881 at most.
    >>> round(float(control.move(temperature=0.1).state["probabilities"][0]), 5)
    0.99995
    """
    import ipywidgets

    values = np.asarray(cosines, dtype=np.float64)
    if values.ndim != 1 or not 2 <= len(values) <= 10 or np.abs(values).max() > 1:
        raise ValueError(
            f"temperature_slider: give 2 to 10 cosines between -1 and 1, got {cosines!r}"
        )
    if not 0.05 <= temperature <= 2:
        raise ValueError(
            f"temperature_slider: temperature must lie between .05 and 2, got {temperature}"
        )

    def compute(temperature: float) -> dict[str, Any]:
        powers = np.exp((values - values.max()) / temperature)
        probabilities = powers / powers.sum()
        ceiling = 1 / (1 + (n_items - 1) * np.exp(-2 / temperature))
        loss = float(-np.log(probabilities[0]))
        return {"probabilities": probabilities, "loss": loss, "ceiling": float(ceiling)}

    names = ["chosen", *(f"item {place}" for place in range(2, len(values) + 1))]

    def draw(axes: list[Any], temperature: float, probabilities: np.ndarray, **_: float) -> None:
        left, right = axes
        for panel, heights in ((left, values), (right, probabilities)):
            bars = panel.bar(names, heights, color=SKY, edgecolor=BLUE)
            bars[0].set(facecolor=ORANGE, edgecolor=VERMILION, hatch="//")
            panel.axhline(0, color="black", linewidth=0.8)
        left.set(ylim=(-1.05, 1.05), ylabel="cosine, from -1 to 1")
        left.set_title("what the towers give")
        right.set(ylim=(0, 1.12), ylabel="probability")
        right.bar_label(right.containers[0], fmt="%.2f")
        right.set_title(f"softmax at temperature {temperature:.2f}")

    def say(temperature: float, probabilities: np.ndarray, loss: float, ceiling: float) -> str:
        return (
            f"At temperature {temperature:.2f} the chosen item has probability "
            f"{probabilities[0]:.3f}, and its cross-entropy is {loss:.3f}. "
            f"Among {n_items:,} items it can reach {ceiling:.3f} at most."
        )

    slider = ipywidgets.FloatSlider(
        value=temperature, min=0.05, max=2.0, step=0.05, description="temperature"
    )
    return Control(
        "temperature", {"temperature": slider}, compute=compute, draw=draw, say=say, panels=2
    )
