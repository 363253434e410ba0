"""Probabilities estimated from a stream, beside the true ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from longtail_course.pictures.palette import COLOURS, MARKERS, style
from longtail_course.pictures.picture import Picture

__all__ = ["estimate_dots"]


def estimate_dots(
    true: np.ndarray,
    estimates: Mapping[str, np.ndarray],
    *,
    title: str = "Probabilities estimated from the stream",
) -> Picture:
    """Draw estimated against true probabilities, on logarithmic axes.

    Parameters
    ----------
    true : ndarray of float, shape (n,)
        Items with probability 0 are left out: a logarithmic axis has no place for them.
    estimates : mapping of str to ndarray of float, shape (n,)
        One colour and marker for each.
    title : str

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        No estimate, lengths that differ, or an estimate that is not positive.

    Examples
    --------
    >>> true = np.array([0.5, 0.25, 0.25])
    >>> estimate_dots(true, {"after 10": np.array([0.5, 0.5, 0.25])})
    Picture: Probabilities estimated from the stream, for 3 items. after 10: half of the items \
are estimated within a factor of 1.00, nine in ten within 1.80.
    """
    true = np.asarray(true, dtype=np.float64)
    if not estimates:
        raise ValueError("estimate_dots: give at least one estimate")
    shown = true > 0
    said = []
    with style():
        picture = Picture(figsize=(5.4, 4.2))
        axes = picture.subplots()
        ends = true[shown].min() / 2, true[shown].max() * 2
        axes.plot(ends, ends, color="black", linewidth=1, label="exact")
        for place, (name, values) in enumerate(estimates.items()):
            values = np.asarray(values, dtype=np.float64)
            if values.shape != true.shape or not (values[shown] > 0).all():
                raise ValueError(
                    f"estimate_dots: {name!r} must give a positive number for each of the "
                    f"{len(true)} items"
                )
            axes.plot(
                true[shown],
                values[shown],
                MARKERS[place % len(MARKERS)],
                color=COLOURS[place % len(COLOURS)],
                markersize=3,
                alpha=0.5,
                label=name,
            )
            factor = np.exp(np.abs(np.log(values[shown] / true[shown])))
            half, most = np.quantile(factor, [0.5, 0.9])
            said.append(
                f"{name}: half of the items are estimated within a factor of {half:.2f}, nine in "
                f"ten within {most:.2f}"
            )
        axes.set(
            xscale="log",
            yscale="log",
            xlabel="True probability",
            ylabel="Estimated probability",
            title=title,
        )
        axes.legend(fontsize=9, markerscale=2)
    picture.alt_text = f"{title}, for {shown.sum():,} items. {'; '.join(said)}."
    return picture
