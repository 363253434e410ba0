"""Lesson 01: move the border of the head and see what the head holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_course.pictures.palette import COLOURS
from longtail_course.widgets.control import Control
from longtail_lib.tail import popularity_groups, top_share

__all__ = ["head_slider"]

BLUE = COLOURS[0]
VERMILION = COLOURS[1]
SKY = COLOURS[5]


def head_slider(counts: Any, share: float = 0.2) -> Control:
    """Show the popularity curve with a slider over the head's definition.

    Parameters
    ----------
    counts : array-like, shape (n_items,)
        Train interactions of every catalogue item.
    share : float
        Where the slider starts: the share of the catalogue that is called head.

    Returns
    -------
    Control
        One slider, `share`. Its state holds `n_head` (items), `held` (share of all interactions
        that the head holds) and `border` (popularity of the head's least popular item).

    Raises
    ------
    ValueError
        Bad counts, or a share outside .01 to 1.

    Examples
    --------
    >>> control = head_slider([60, 20, 10, 5, 5], share=0.2)
    >>> control
    Control 'head definition', share = 0.2. The head is 1 of 5 items (20% of the catalogue). \
It holds 60.0% of the interactions; its least popular item has 60.
    >>> round(control.move(share=0.6).state["held"], 3)
    0.9
    """
    import ipywidgets

    if not 0.01 <= share <= 1:
        raise ValueError(f"head_slider: share must lie between .01 and 1, got {share}")
    counts = np.asarray(counts)
    popularity_groups(counts)  # refuses bad counts before a page is built
    ordered = np.sort(counts)[::-1]

    def compute(share: float) -> dict[str, Any]:
        n_head = int(popularity_groups(counts, head=share, tail=0.0).sizes[0])
        return {
            "n_head": n_head,
            "held": top_share(counts, share),
            "border": ordered[n_head - 1].item(),
        }

    def draw(axes: list[Any], share: float, n_head: int, held: float, border: float) -> None:
        edges = np.arange(len(ordered) + 1) + 0.5
        ax = axes[0]
        ax.stairs(ordered, edges, color=BLUE)
        ax.stairs(
            ordered[:n_head],
            edges[: n_head + 1],
            fill=True,
            facecolor=SKY,
            edgecolor=BLUE,
            hatch="//",
            label=f"head: {n_head:,} of {len(ordered):,} items, {held:.1%} of interactions",
        )
        ax.axvline(n_head + 0.5, color=VERMILION, linestyle="--", label="border of the head")
        ax.set_yscale("symlog", linthresh=1)
        ax.set_ylim(0, 2 * max(ordered[0], 1))
        ax.set_xlabel("catalogue item, by popularity (rank)")
        ax.set_ylabel("popularity (train interactions)")
        ax.xaxis.set_major_formatter("{x:,.0f}")
        ax.yaxis.set_major_formatter("{x:,.0f}")
        # On white, since a border far to the right runs behind the legend.
        ax.legend(loc="upper right", frameon=True, framealpha=1, edgecolor="none")

    def say(share: float, n_head: int, held: float, border: float) -> str:
        return (
            f"The head is {n_head:,} of {len(ordered):,} items ({share:.0%} of the catalogue). It "
            f"holds {held:.1%} of the interactions; its least popular item has {border:,}."
        )

    slider = ipywidgets.FloatSlider(
        value=share,
        min=0.01,
        max=1.0,
        step=0.01,
        readout_format=".0%",
        description="head",
    )
    return Control("head definition", {"share": slider}, compute=compute, draw=draw, say=say)
