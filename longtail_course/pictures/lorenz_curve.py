"""Which share of the interactions the least popular share of the items holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.ticker import PercentFormatter

from longtail_course.pictures.palette import COLOURS, LINE_STYLES, style
from longtail_course.pictures.picture import Picture
from longtail_lib.tail import gini, lorenz

__all__ = ["lorenz_curve"]


def lorenz_curve(
    counts: Any, *, top: float = 0.2, title: str = "Lorenz curve of popularity"
) -> Picture:
    """Draw one or several Lorenz curves, with the Gini coefficient of each.

    Parameters
    ----------
    counts : array-like, shape (n_items,), or mapping of str to such arrays
        Popularity or exposure of every catalogue item, zeros included.
    top : float
        The share of the most popular items whose part is read off the curve, in (0, 1).
    title : str

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        Bad counts, no counts at all, or top outside (0, 1).

    Examples
    --------
    >>> lorenz_curve({"even": [5, 5, 5, 5], "long tail": [20, 2, 1, 1]}, top=0.25)
    Picture: Lorenz curve of popularity. even: Gini 0.000, the top 25% of items hold 25.0%. long \
tail: Gini 0.604, the top 25% of items hold 83.3%.
    """
    if not 0 < top < 1:
        raise ValueError(f"lorenz_curve: top must be a share between 0 and 1, got {top}")
    curves = dict(counts) if isinstance(counts, Mapping) else {"": counts}
    if not curves:
        raise ValueError("lorenz_curve: no counts were given; pass for example parts.popularity")
    said = []
    with style():
        picture = Picture(figsize=(5.4, 4.2))
        axes = picture.subplots()
        axes.plot([0, 1], [0, 1], color="#666666", linewidth=1, label="all items equal: Gini 0")
        for place, (name, values) in enumerate(curves.items()):
            x, y = lorenz(values)
            coefficient = gini(values)
            held = 1 - np.interp(1 - top, x, y)
            label = f"{name}: " if name else ""
            colour = COLOURS[place % len(COLOURS)]
            axes.plot(
                x,
                y,
                color=colour,
                linestyle=LINE_STYLES[place % len(LINE_STYLES)],
                label=f"{label}Gini {coefficient:.3f}",
            )
            axes.plot([1 - top], [1 - held], "o", color=colour, markersize=5)
            said.append(
                f"{label}Gini {coefficient:.3f}, the top {top:.0%} of items hold {held:.1%}."
            )
        axes.axvline(1 - top, color="#666666", linewidth=0.8, linestyle=":")
        axes.annotate(
            f"top {top:.0%} of items",
            (1 - top, 1),
            xytext=(-4, -2),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=9,
            color="#444444",
        )
        axes.set(
            xlim=(0, 1),
            ylim=(0, 1),
            xlabel="Share of items, least popular first",
            ylabel="Share of interactions they hold",
            title=title,
        )
        axes.xaxis.set_major_formatter(PercentFormatter(1))
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        # Below the headline of the vertical line, above the curves.
        axes.legend(loc="upper left", bbox_to_anchor=(0.0, 0.93), fontsize=9)
    picture.alt_text = f"{title}. {' '.join(said)}"
    return picture
