"""Lesson 13: what a model believes that sees few negatives, and what calibration makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_course.pictures.palette import COLOURS
from longtail_course.widgets.control import Control
from longtail_lib.models.sequence._sequence_network import gbce_exponent

__all__ = ["calibration_slider"]


def calibration_slider(
    n_negatives: int = 1, n_items: int = 1500, calibration: float = 0.0
) -> Control:
    r"""Show the probability that gBCE is least at, against the true one.

    An item that comes next with probability p adds -p b log s - (1 - p) a log(1 - s) to the loss on
    average, where a is the share of negatives that is drawn and b the exponent. That is least at
    s = b p / (b p + a (1 - p)): above p, unless b = a.

    Parameters
    ----------
    n_negatives, n_items : int
        See `gbce_exponent`.
    calibration : float in [0, 1]
        Where the slider starts.

    Returns
    -------
    Control
        One slider, `calibration`. Its state holds `true` and `believed`, probabilities, and
        `at_hundredth`, what is believed where the truth is 1 in 100.

    Raises
    ------
    ValueError
        A calibration outside the slider, or fewer than two items.

    References
    ----------
    A. V. Petrov and C. Macdonald, "gSASRec: Reducing Overconfidence in Sequential Recommendation
    Trained with Negative Sampling", RecSys 2023.

    Examples
    --------
    >>> control = calibration_slider(1, 1001)
    >>> round(control.state["at_hundredth"], 2)
    0.91
    >>> round(control.move(calibration=1.0).state["at_hundredth"], 2)
    0.01
    """
    import ipywidgets

    if not 0 <= calibration <= 1 or n_items < 2:
        raise ValueError(
            "calibration_slider: calibration must lie between 0 and 1 and the catalogue must hold "
            f"two items, got {calibration} and {n_items}"
        )
    share = min(1.0, n_negatives / (n_items - 1))
    true = np.geomspace(1e-4, 1, 60)

    def believed(p: Any, calibration: float) -> Any:
        exponent = gbce_exponent(n_negatives, n_items, calibration)
        return exponent * p / (exponent * p + share * (1 - p))

    def compute(calibration: float) -> dict[str, Any]:
        return {
            "true": true,
            "believed": believed(true, calibration),
            "at_hundredth": float(believed(0.01, calibration)),
        }

    def draw(panels: list[Any], calibration: float, believed: np.ndarray, **_: Any) -> None:
        axes = panels[0]
        axes.plot(true, true, color="#555555", linestyle=":", label="as it is")
        axes.plot(true, believed, color=COLOURS[1], label=f"believed, t = {calibration:g}")
        axes.set(xscale="log", ylim=(0, 1.02), xlabel="True probability (logarithmic)")
        axes.set(ylabel="Sigmoid of the logit", title="Where the loss is least")
        axes.legend(fontsize=9)

    def say(calibration: float, at_hundredth: float, **_: Any) -> str:
        return (
            f"With calibration {calibration:g} an item that comes next 1 time in 100 is believed "
            f"to do so with probability {at_hundredth:.2f}."
        )

    slider = ipywidgets.FloatSlider(
        value=calibration, min=0.0, max=1.0, step=0.05, description="calibration"
    )
    return Control(
        "calibration of gBCE", {"calibration": slider}, compute=compute, draw=draw, say=say
    )
