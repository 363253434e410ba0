"""Which values a model's scores take, for one or several models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.ticker import PercentFormatter

from longtail_course.pictures.palette import COLOURS, LINE_STYLES, style
from longtail_course.pictures.picture import Picture

__all__ = ["score_distribution"]


def score_distribution(
    scores: Mapping[str, Any] | Any,
    *,
    bins: int = 60,
    xlabel: str = "Score",
    title: str = "Distribution of scores",
) -> Picture:
    """Draw the outline of a histogram for each set of scores, over common bins.

    Parameters
    ----------
    scores : array-like, or mapping of str to array-like
        Any shape; scores of -inf (seen items) are left out.
    bins : int
    xlabel : str
        What a score is, with its range where it has one.
    title : str

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        No finite score.

    Examples
    --------
    >>> score_distribution({"as printed": [0.5, 0.6, 0.9], "repaired": [-1, 0, 0.5, 1]})
    Picture: Distribution of scores. as printed: from 0.500 to 0.900, mean 0.667, standard \
deviation 0.170, 0.0% below zero. repaired: from -1.000 to 1.000, mean 0.125, standard deviation \
0.740, 25.0% below zero.
    """
    named = scores if isinstance(scores, Mapping) else {"scores": scores}
    finite = {}
    for name, values in named.items():
        values = np.asarray(values, dtype=np.float64).ravel()
        finite[name] = values[np.isfinite(values)]
        if not finite[name].size:
            raise ValueError(f"score_distribution: {name!r} holds no finite score")
    if not finite:
        raise ValueError("score_distribution: nothing to draw; pass an array of scores")
    low = min(values.min() for values in finite.values())
    high = max(values.max() for values in finite.values())
    edges = np.linspace(low, high if high > low else low + 1, bins + 1)
    said = []
    with style():
        picture = Picture(figsize=(6.2, 3.3))
        axes = picture.subplots()
        for place, (name, values) in enumerate(finite.items()):
            share = np.histogram(values, edges)[0] / values.size
            colour = COLOURS[place % len(COLOURS)]
            line = LINE_STYLES[place % len(LINE_STYLES)]
            axes.stairs(share, edges, color=colour, linestyle=line, linewidth=1.8, label=name)
            axes.stairs(share, edges, color=colour, fill=True, alpha=0.15)
            said.append(
                f"{name}: from {values.min():.3f} to {values.max():.3f}, mean "
                f"{values.mean() + 0.0:.3f}, standard deviation {values.std():.3f}, "
                f"{(values < 0).mean():.1%} below zero."
            )
        if low < 0 < high:
            axes.axvline(0, color="#444444", linewidth=1, linestyle=":")
        axes.set(xlabel=xlabel, ylabel="Share of scores", title=title)
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        if len(finite) > 1:
            axes.legend(fontsize=9)
    picture.alt_text = f"{title}. {' '.join(said)}"
    return picture
