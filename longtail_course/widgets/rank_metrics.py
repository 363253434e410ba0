"""Lesson 06: move the relevant item up and down a list of six, and see the metrics change."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_course.pictures.palette import COLOURS
from longtail_course.widgets.control import Control
from longtail_lib.evaluation.metrics.accuracy import accuracy, find_hits

__all__ = ["rank_slider"]

BLUE = COLOURS[0]
VERMILION = COLOURS[1]
ORANGE = COLOURS[4]
SKY = COLOURS[5]

METRICS = ("HitRate", "MRR", "NDCG")
ITEMS = 6


def rank_slider(rank: int = 2, k: int = 3) -> Control:
    """Show a list of six items, one of them relevant, with its metrics beside it.

    Parameters
    ----------
    rank : int
        Place of the relevant item at the start, from 1.
    k : int
        Cut-off at the start: only the first k places are shown to the user.

    Returns
    -------
    Control
        Sliders `rank` and `k`. Its state holds `HitRate`, `MRR` and `NDCG` at the cut-off,
        computed by `longtail_lib.evaluation`.

    Raises
    ------
    ValueError
        A rank or cut-off outside 1 to 6.

    Examples
    --------
    >>> control = rank_slider(rank=2, k=3)
    >>> control
    Control 'rank of the relevant item', rank = 2, k = 3. The relevant item is at rank 2 and the \
cut-off at 3: HitRate@3 = 1.000, MRR@3 = 0.500, NDCG@3 = 0.631.
    >>> control.move(rank=4).state["NDCG"]
    0.0
    """
    import ipywidgets

    for name, value in (("rank", rank), ("k", k)):
        if value not in range(1, ITEMS + 1):
            raise ValueError(f"rank_slider: {name} must lie between 1 and {ITEMS}, got {value}")

    def compute(rank: int, k: int) -> dict[str, float]:
        lists = np.insert(np.arange(1, ITEMS), rank - 1, 0)[None, :]
        relevant = csr_matrix(np.eye(1, ITEMS, dtype=np.float32))
        values = accuracy(find_hits(lists, relevant), np.array([1]), k, METRICS)
        return {name: float(values[name][0]) for name in METRICS}

    def draw(axes: list[Any], rank: int, k: int, **values: float) -> None:
        left, right = axes
        places = np.arange(1, ITEMS + 1)
        bars = left.barh(places, np.ones(ITEMS), color="white", edgecolor=BLUE)
        bars[rank - 1].set(facecolor=ORANGE, hatch="//")
        left.text(
            0.5, rank, "relevant", ha="center", va="center", bbox={"fc": "white", "ec": "none"}
        )
        left.hlines(k + 0.5, 0, 1.04, color=VERMILION, linestyle="--")
        left.text(1.06, k + 0.5, f"k = {k}", va="center", color=VERMILION)
        left.set(ylim=(ITEMS + 0.6, 0.4), xlim=(0, 1.25), xticks=[], ylabel="rank", yticks=places)
        left.set_title("the list")
        shown = right.bar(list(values), list(values.values()), color=SKY, edgecolor=BLUE)
        right.bar_label(shown, fmt="%.3f")
        right.set(ylim=(0, 1.15), ylabel=f"value at k = {k}")
        right.set_title("the metrics")

    def say(rank: int, k: int, **values: float) -> str:
        numbers = ", ".join(f"{name}@{k} = {value:.3f}" for name, value in values.items())
        return f"The relevant item is at rank {rank} and the cut-off at {k}: {numbers}."

    sliders = {
        "rank": ipywidgets.IntSlider(value=rank, min=1, max=ITEMS, description="rank"),
        "k": ipywidgets.IntSlider(value=k, min=1, max=ITEMS, description="cut-off k"),
    }
    return Control(
        "rank of the relevant item", sliders, compute=compute, draw=draw, say=say, panels=2
    )
