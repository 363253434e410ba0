"""Cost of text: slide how many fits share one encoding, and see what a point of NDCG costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from longtail_course.pictures.palette import COLOURS
from longtail_course.widgets.control import Control

if TYPE_CHECKING:
    from longtail_course.experiments import TextControls

__all__ = ["cost_slider"]


def cost_slider(
    found: TextControls,
    *,
    baseline: str = "EaseScaled",
    metric: tuple[str, str] = ("tail", "NDCG@100"),
    fits: Sequence[int] = (1, 3, 10, 30, 100, 365),
) -> Control:
    """Show extra processor seconds for each fit and each point of NDCG gained over a baseline.

    Parameters
    ----------
    found : TextControls
        From `longtail_course.experiments.text_controls`.
    baseline : str
    metric : (str, str)
        Group and metric that is paid for.
    fits : sequence of int
        Stops of the slider: how many fits share one encoding of the texts.

    Returns
    -------
    Control
        One slider, `fits`. Its state holds `cost`: seconds a point for each model whose gain is
        decided.

    Raises
    ------
    KeyError
        As `cost_table`.
    ValueError
        No model's gain is decided.
    """
    import ipywidgets

    from longtail_course.experiments import cost_table

    def compute(fits: int) -> dict[str, Any]:
        table = cost_table(found, baseline=baseline, metric=metric, fits=fits)
        rows = table.drop_nulls("seconds a point").select("model", "seconds a point").rows()
        return {"cost": dict(rows)}

    if not compute(1)["cost"]:
        raise ValueError(
            f"cost_slider: no model gains {' '.join(metric)} over {baseline} on {found.dataset}; "
            "there is no price to show"
        )

    def draw(axes: list[Any], fits: int, cost: dict[str, float]) -> None:
        [ax] = axes
        places = np.arange(len(cost))[::-1]
        ax.barh(places, list(cost.values()), color=COLOURS[0], height=0.6)
        for place, seconds in zip(places, cost.values(), strict=True):
            ax.annotate(
                f"{seconds:.1f}",
                (max(seconds, 0), place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
        ax.set_yticks(places, list(cost))
        ax.grid(axis="y", visible=False)
        ax.margins(x=0.15)
        ax.set(
            xlabel=f"extra processor seconds a fit, for a point of {' '.join(metric)}",
            title=f"{found.dataset}: {fits} fit{'s' if fits > 1 else ''} from one encoding",
        )

    def say(fits: int, cost: dict[str, float]) -> str:
        prices = ", ".join(f"{name} {seconds:.1f}" for name, seconds in cost.items())
        return (
            f"With {fits} fit{'s' if fits > 1 else ''} from one encoding, a point of "
            f"{' '.join(metric)} over {baseline} costs so many processor seconds a fit: {prices}."
        )

    slider = ipywidgets.SelectionSlider(value=fits[0], options=list(fits), description="fits")
    return Control("cost of text", {"fits": slider}, compute=compute, draw=draw, say=say)
