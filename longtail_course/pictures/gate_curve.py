"""What a gate gives to each item, against the item's popularity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from longtail_course.pictures.palette import COLOURS, LINE_STYLES, MARKERS, style
from longtail_course.pictures.picture import Picture

__all__ = ["gate_curve"]

# The alt text names the values at the popularities nearest to these.
_NAMED = (0, 1, 10, 100)


def gate_curve(
    curves: Mapping[str, Any],
    popularity: Any,
    *,
    ylabel: str = "Weight",
    title: str | None = None,
    digits: int = 2,
) -> Picture:
    """Draw one or several weights of each item over its popularity, on a logarithmic axis.

    Parameters
    ----------
    curves : mapping of str to array-like, shape (n_items,)
        Name and weight of each item, such as `TextGate.text_weight_` or `FusedTower.gate_`. Where
        items of one popularity differ, their mean is drawn.
    popularity : array-like of int, shape (n_items,)
        Train interactions; `Split.popularity`.
    ylabel, title : str
    digits : int
        Decimals of the numbers in the alt text.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        No curve, one of another length than popularity, or numbers that are not finite.

    Examples
    --------
    >>> n = np.array([0, 1, 9, 100])
    >>> gate_curve({"text": 2 / (n + 2)}, n, title="Weight of text")
    Picture: Weight of text, at popularity 0, 1, 9, 100. text: 1.00, 0.67, 0.18, 0.02.
    """
    counts = np.asarray(popularity)
    arrays = {name: np.asarray(curve, dtype=np.float64) for name, curve in curves.items()}
    if not arrays:
        raise ValueError("gate_curve: nothing to draw; pass a mapping of names to weights")
    for name, curve in arrays.items():
        if curve.shape != counts.shape or not np.isfinite(curve).all():
            raise ValueError(
                f"gate_curve: {name!r} must hold one finite number for each of the "
                f"{counts.size:,} items, got shape {curve.shape}"
            )
    levels, which = np.unique(counts, return_inverse=True)
    items = np.bincount(which)
    named = list(
        dict.fromkeys([*(int(np.abs(levels - n).argmin()) for n in _NAMED), len(levels) - 1])
    )
    said = []
    with style():
        picture = Picture(figsize=(6.6, 3.4))
        axes = picture.subplots()
        for place, (name, curve) in enumerate(arrays.items()):
            mean = np.bincount(which, weights=curve) / items
            axes.plot(
                levels,
                mean,
                color=COLOURS[place % len(COLOURS)],
                linestyle=LINE_STYLES[place % len(LINE_STYLES)],
                marker=MARKERS[place % len(MARKERS)],
                markersize=3.5,
                markevery=named,
                label=name,
                clip_on=False,
            )
            said.append(f"{name}: {', '.join(f'{mean[at]:.{digits}f}' for at in named)}.")
        axes.set_xscale("symlog", linthresh=1, linscale=0.5)
        axes.set_xlim(0, max(levels[-1], 1))
        ticks = [tick for tick in (0, 1, 3, 10, 30, 100, 300, 1000) if tick <= levels[-1]]
        axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        axes.xaxis.minorticks_off()
        axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
        axes.set(xlabel="Train interactions of the item (logarithmic)", ylabel=ylabel)
        axes.set_title(title or ylabel)
        axes.legend(fontsize=9)
    shown = ", ".join(f"{levels[at]:,}" for at in named)
    picture.alt_text = f"{title or ylabel}, at popularity {shown}. {' '.join(said)}"
    return picture
