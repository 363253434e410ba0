"""A metric against the share of the data that was learned from, one line for each way to learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from longtail_course.pictures.palette import COLOURS, LINE_STYLES, MARKERS, style
from longtail_course.pictures.picture import Picture

__all__ = ["share_lines"]


def share_lines(
    points: Mapping[str, Sequence[tuple[float, float, float, float]]],
    *,
    levels: Mapping[str, float] | None = None,
    metric: str = "NDCG@10",
    quantity: str = "Share of users learned from",
    title: str = "More data",
    digits: int = 3,
) -> Picture:
    """Draw every measurement with its interval, and a line through their means at each share.

    Parameters
    ----------
    points : mapping of str to sequence of (share, value, low, high)
        Of one way; several of one share are several seeds. Shares lie above 0 and at most at 1;
        their axis is logarithmic.
    levels : mapping of str to float, or None
        What needs no share at all, drawn as a level line.
    metric : str
    quantity : str
        What the share is a share of.
    title : str
    digits : int
        Decimals of the numbers in the alt text.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        No points, or a share outside its range.

    Examples
    --------
    >>> share_lines({"new": [(0.1, 0.02, 0.01, 0.03), (1.0, 0.2, 0.19, 0.21)]}, digits=2)
    Picture: More data. NDCG@10 at each share (10%, 100%). new: 0.02, 0.20.
    """
    points = {name: np.array(rows, dtype=np.float64) for name, rows in points.items()}
    if not points or not all(rows.size for rows in points.values()):
        raise ValueError("share_lines: there is nothing to draw; give each way at least one point")
    shares = np.unique(np.concatenate([rows[:, 0] for rows in points.values()]))
    if not (shares[0] > 0 and shares[-1] <= 1):
        raise ValueError(
            f"share_lines: shares must lie above 0 and at most at 1, got {shares[0]:g} to "
            f"{shares[-1]:g}"
        )
    said = []
    with style():
        picture = Picture(figsize=(7.4, 4.2))
        axes = picture.subplots()
        for place, (name, rows) in enumerate(points.items()):
            colour = COLOURS[place % len(COLOURS)]
            own = np.unique(rows[:, 0])
            means = [rows[rows[:, 0] == share, 1].mean() for share in own]
            # Side by side, so that intervals do not hide each other.
            aside = 1.05 ** (place - (len(points) - 1) / 2)
            axes.errorbar(
                rows[:, 0] * aside,
                rows[:, 1],
                yerr=np.maximum(0, [rows[:, 1] - rows[:, 2], rows[:, 3] - rows[:, 1]]),
                color=colour,
                linestyle="none",
                marker=MARKERS[place % len(MARKERS)],
                markersize=5,
                elinewidth=0.9,
            )
            axes.plot(
                own * aside,
                means,
                color=colour,
                linestyle=LINE_STYLES[place % len(LINE_STYLES)],
                marker=MARKERS[place % len(MARKERS)],
                markersize=5,
                label=name,
            )
            shown = dict(zip(own, means, strict=True))
            numbers = (f"{shown[s]:.{digits}f}" if s in shown else "–" for s in shares)
            said.append(f"{name}: {', '.join(numbers)}.")
        for name, level in (levels or {}).items():
            axes.axhline(level, color="#555555", linestyle=":", linewidth=1.2)
            axes.annotate(name, (shares[-1], level), va="bottom", ha="right", fontsize=9)
            said.append(f"{name}: {level:.{digits}f} throughout.")
        axes.set_xscale("log")
        axes.set_xticks(shares, [f"{share:.0%}" for share in shares])
        axes.xaxis.minorticks_off()
        axes.set_ylim(bottom=0)
        axes.set(xlabel=f"{quantity} (logarithmic)", ylabel=metric, title=title)
        axes.legend(fontsize=9)
    listed = ", ".join(f"{share:.0%}" for share in shares)
    picture.alt_text = f"{title}. {metric} at each share ({listed}). {' '.join(said)}"
    return picture
