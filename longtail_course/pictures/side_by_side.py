"""Histograms of the same quantity in two or more datasets, beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.ticker import PercentFormatter

from longtail_course.pictures.palette import COLOURS, HATCHES, style
from longtail_course.pictures.picture import Picture

__all__ = ["side_by_side"]


def side_by_side(
    values: Mapping[str, Any],
    quantity: str,
    *,
    of: str = "users",
    log: bool = False,
    bins: int | Any = 24,
    title: str | None = None,
) -> Picture:
    """Draw one histogram for each dataset, with common bins and a common axis.

    Parameters
    ----------
    values : mapping of str to array-like
        Name of the dataset and its numbers: activity of each user, rating of each interaction.
    quantity : str
        What the numbers are, with their unit; it labels the horizontal axis.
    of : str
        What is counted: "users", "interactions", "items".
    log : bool
        Bins of equal width on a logarithmic axis, for counts that span several powers of ten.
    bins : int or array-like
        Their number or their edges. Ratings want edges between the steps of the scale.
    title : str or None

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        No numbers, numbers that are not finite, or a logarithm of what is not positive.

    Examples
    --------
    >>> side_by_side({"shop": [1, 2, 3, 10], "films": [5, 6, 7, 8]}, "Interactions per user")
    Picture: Interactions per user, as shares of users. shop: median 2.5, middle half from 1.75 \
to 4.75, largest 10 (n = 4). films: median 6.5, middle half from 5.75 to 7.25, largest 8 (n = 4).
    """
    arrays = {name: np.asarray(numbers, dtype=np.float64) for name, numbers in values.items()}
    for name, numbers in arrays.items():
        if numbers.size == 0 or not np.isfinite(numbers).all():
            raise ValueError(
                f"side_by_side: {name!r} must hold finite numbers, got {numbers.size} of which "
                f"{int((~np.isfinite(numbers)).sum())} are not finite; drop missing values first"
            )
        if log and numbers.min() <= 0:
            raise ValueError(
                f"side_by_side: {name!r} holds {numbers.min():g}, which has no logarithm; leave "
                "such values out or pass log=False"
            )
    if not arrays:
        raise ValueError("side_by_side: nothing to draw; pass a mapping of names to numbers")
    edges = _edges(np.concatenate(list(arrays.values())), bins, log)
    said = []
    with style():
        picture = Picture(figsize=(min(3.5 * len(arrays), 10) + 0.2, 3.0))
        panels = picture.subplots(1, len(arrays), sharex=True, sharey=True, squeeze=False)[0]
        for place, (axes, (name, numbers)) in enumerate(zip(panels, arrays.items(), strict=True)):
            share = np.histogram(numbers, edges)[0] / numbers.size
            axes.bar(
                edges[:-1],
                share,
                np.diff(edges),
                align="edge",
                color=COLOURS[place % len(COLOURS)],
                hatch=HATCHES[place % len(HATCHES)],
                edgecolor="white",
                linewidth=0.5,
            )
            low, middle, high = np.quantile(numbers, [0.25, 0.5, 0.75])
            axes.axvline(middle, color="black", linewidth=1.2, linestyle="--")
            axes.set_title(f"{name}: median {middle:g}", fontsize=10)
            if log:
                axes.set_xscale("log")
                axes.xaxis.set_major_formatter("{x:,.0f}")
            axes.set_xlabel(quantity)
            said.append(
                f"{name}: median {middle:g}, middle half from {low:g} to {high:g}, "
                f"largest {numbers.max():g} (n = {numbers.size:,})."
            )
        panels[0].set_ylabel(f"Share of {of}")
        panels[0].yaxis.set_major_formatter(PercentFormatter(1))
        if title:
            picture.suptitle(title, fontsize=11, x=0.01, ha="left")
    picture.alt_text = f"{title or quantity}, as shares of {of}. {' '.join(said)}"
    return picture


def _edges(numbers: np.ndarray, bins: Any, log: bool) -> np.ndarray:
    if np.ndim(bins):
        return np.asarray(bins, dtype=np.float64)
    low, high = numbers.min(), numbers.max()
    if low == high:
        low, high = low - 0.5 if not log else low / 2, high + 0.5 if not log else high * 2
    return np.geomspace(low, high, bins + 1) if log else np.linspace(low, high, bins + 1)
