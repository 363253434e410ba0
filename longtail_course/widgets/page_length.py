"""Lesson 07: make the page longer and see when items of the tail are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from longtail_course.pictures.palette import COLOURS, HATCHES
from longtail_course.widgets.control import Control

if TYPE_CHECKING:
    from longtail_course.toys.relevant_ranks import RelevantRanks
    from longtail_lib.tail import Groups

__all__ = ["PAGES", "page_slider"]

PAGES = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def page_slider(found: Mapping[str, RelevantRanks], groups: Groups, k: int = 10) -> Control:
    """Show which share of the relevant items of each group stands on a page of k places.

    Parameters
    ----------
    found : mapping of str to RelevantRanks
        Name of each model and what `relevant_ranks` gave for it; all of one part of one split.
    groups : Groups
        Of the same catalogue; a group needs a relevant item.
    k : int
        Length of the page at the start, one of `PAGES`.

    Returns
    -------
    Control
        One slider, `k`. Its state holds `shares`, for each model the share of each group, and
        `by_chance`, the same for a random order: the mean of k / candidates.

    Raises
    ------
    ValueError
        No model, a k that is not offered, ranks of different parts, or a group without a relevant
        item.

    Examples
    --------
    >>> from longtail_course.toys.relevant_ranks import RelevantRanks
    >>> from longtail_lib.tail import popularity_groups
    >>> ranks = RelevantRanks(*np.array([[0, 0, 1], [0, 1, 2], [3, 30, 80], [100, 100, 100]]))
    >>> groups = popularity_groups([9, 4, 0], head=0.3, tail=0.4)
    >>> page_slider({"EASE": ranks}, groups, k=50)
    Control 'length of the page', k = 50. A page of 50 holds, of the relevant items in head, mid \
and tail: EASE 100.0%, 100.0%, 0.0%; a random order 50.0%, 50.0%, 50.0%.
    """
    import ipywidgets

    if not found:
        raise ValueError("page_slider: no ranks were given; pass for example {'EASE': ranks}")
    if k not in PAGES:
        raise ValueError(f"page_slider: k must be one of {', '.join(map(str, PAGES))}, got {k}")
    first = next(iter(found.values()))
    for name, ranks in found.items():
        if not np.array_equal(ranks.items, first.items):
            raise ValueError(
                f"page_slider: the ranks of {name!r} are of other interactions than the first; "
                "take one part of one split for all"
            )
    inside = {group: groups.mask(group)[first.items] for group in groups.names}
    for group, mask in inside.items():
        if not mask.any():
            raise ValueError(
                f"page_slider: no relevant item is {group}, so there is no share to show"
            )

    def compute(k: int) -> dict[str, Any]:
        def means(values: np.ndarray) -> list[float]:
            return [float(values[mask].mean()) for mask in inside.values()]

        return {
            "shares": {name: means(ranks.ranks <= k) for name, ranks in found.items()},
            "by_chance": means(np.minimum(1, k / first.candidates)),
        }

    def draw(axes: list[Any], k: int, shares: dict[str, list[float]], by_chance: Any) -> None:
        ax = axes[0]
        width = 0.8 / len(shares)
        places = np.arange(len(inside))
        for place, (name, values) in enumerate(shares.items()):
            x = places + (place - (len(shares) - 1) / 2) * width
            bars = ax.bar(
                x,
                values,
                width * 0.92,
                color=COLOURS[place % len(COLOURS)],
                hatch=HATCHES[place % len(HATCHES)],
                edgecolor="white",
                linewidth=0,
                label=name,
            )
            ax.bar_label(bars, [f"{value:.1%}" for value in values], padding=2, fontsize=8)
        ax.hlines(
            by_chance,
            places - 0.45,
            places + 0.45,
            color="black",
            linestyle="--",
            linewidth=1.2,
            label="a random order",
        )
        ax.set_xticks(places, list(inside))
        ax.set(ylim=(0, 1.3), yticks=np.linspace(0, 1, 6), ylabel="share of relevant items found")
        ax.set(xlabel="group of the catalogue", title=f"a page of {k:,} places")
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        ax.grid(axis="x", visible=False)
        ax.legend(loc="upper right", ncols=len(shares) + 1, fontsize=8)

    def say(k: int, shares: dict[str, list[float]], by_chance: Any) -> str:
        rows = [*shares.items(), ("a random order", by_chance)]
        *before, last = inside
        said = [f"{name} {', '.join(f'{value:.1%}' for value in values)}" for name, values in rows]
        return (
            f"A page of {k:,} holds, of the relevant items in {', '.join(before)} and {last}: "
            f"{'; '.join(said)}."
        )

    slider = ipywidgets.SelectionSlider(value=k, options=PAGES, description="page k")
    return Control("length of the page", {"k": slider}, compute=compute, draw=draw, say=say)
