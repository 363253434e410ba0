"""How popularity falls from the most popular item to the least, with head, mid and tail."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_course.pictures.palette import GROUP_COLOURS, HATCHES, style
from longtail_course.pictures.picture import Picture
from longtail_lib.tail import popularity_groups

__all__ = ["popularity_curve"]


def popularity_curve(
    counts: Any, groups: Any | None = None, *, log: bool = True, title: str = "Popularity"
) -> Picture:
    """Draw popularity by rank, most popular item first.

    Parameters
    ----------
    counts : array-like, shape (n_items,)
        Train interactions of every catalogue item; `Split.popularity`.
    groups : Groups or None
        Head, mid and tail; `popularity_groups(counts)` if None. Labels by anything else than
        popularity cannot be shaded.
    log : bool
        Both axes logarithmic, where a straight line is a power law; cold items are then named in
        the legend, since 0 has no place on such an axis.
    title : str

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        Bad counts, or groups that do not follow popularity.

    Examples
    --------
    >>> popularity_curve([40, 1, 8, 0, 2, 1, 0, 3, 1, 0])
    Picture: Popularity of 10 items, most popular first, both axes logarithmic. The most popular \
item has 40 train interactions, the median item 1, and 3 items have none. head: 2 items hold \
85.7% of the interactions; mid: 3 items hold 10.7%; tail: 5 items hold 3.6%.
    """
    groups = popularity_groups(counts) if groups is None else groups
    counts = np.asarray(counts, dtype=np.float64)
    order = np.lexsort((np.arange(len(counts)), groups.labels, -counts))
    ranked, labels = counts[order], groups.labels[order]
    if (np.diff(labels) < 0).any():
        raise ValueError(
            "popularity_curve: the groups do not follow popularity, so they are no stretches of "
            "the curve; make them with popularity_groups(counts)"
        )
    sizes = groups.sizes
    ends = np.cumsum(sizes)
    total = max(ranked.sum(), 1)
    shares = [ranked[end - size : end].sum() / total for size, end in zip(sizes, ends, strict=True)]
    cold = int((ranked == 0).sum())
    with style():
        picture = Picture(figsize=(6.6, 3.6))
        axes = picture.subplots()
        ranks = np.arange(1, len(ranked) + 1)
        drawn = ranked > 0 if log else np.ones(len(ranked), dtype=bool)
        floor = 0.7 if log else 0.0
        colours = list(GROUP_COLOURS.values())[1:]
        for place, name in enumerate(groups.names):
            start, end = ends[place] - sizes[place], ends[place]
            if start == end:
                continue
            colour = GROUP_COLOURS.get(name, colours[place % len(colours)])
            # Half a step further on each side, so that the stretches touch.
            x = np.concatenate(([start + 0.5], ranks[start:end], [end + 0.5]))
            y = np.concatenate((ranked[[start]], ranked[start:end], ranked[[end - 1]]))
            axes.fill_between(
                x,
                np.maximum(y, floor),
                floor,
                color=colour,
                alpha=0.35,
                linewidth=0,
                hatch=HATCHES[place],
                label=f"{name}: {sizes[place]:,} items, {shares[place]:.1%} of interactions",
            )
        axes.plot(ranks[drawn], ranked[drawn], color="black", linewidth=1.4)
        if log:
            axes.set(xscale="log", yscale="log", xlim=(0.9, len(ranked) * 1.1))
            axes.set_ylim(bottom=floor)
            axes.xaxis.set_major_formatter("{x:,.0f}")
            axes.yaxis.set_major_formatter("{x:,.0f}")
            if cold:
                axes.plot([], [], " ", label=f"{cold:,} items have no interaction")
        else:
            axes.set(xlim=(0.5, len(ranked) + 0.5))
            axes.set_ylim(bottom=0)
        axes.set(
            xlabel="Item, by rank of popularity",
            ylabel="Train interactions",
            title=title,
        )
        axes.legend(loc="lower left" if log else "upper right", fontsize=9)
    named = zip(groups.names, sizes, shares, strict=True)
    held = [f"{name}: {size:,} items hold {share:.1%}" for name, size, share in named]
    held[0] += " of the interactions"
    picture.alt_text = (
        f"{title} of {len(ranked):,} items, most popular first, "
        f"{'both axes logarithmic' if log else 'linear axes'}. The most popular item has "
        f"{ranked[0]:,.0f} train interactions, the median item {np.median(ranked):,.0f}, and "
        f"{cold:,} items have none. {'; '.join(held)}."
    )
    return picture
