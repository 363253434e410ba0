"""Accuracy against the tail: paths of recommenders, and who is beaten by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from longtail_course.pictures.palette import COLOURS, LINE_STYLES, MARKERS, style
from longtail_course.pictures.picture import Picture

if TYPE_CHECKING:
    from longtail_course.toys import Frontier
    from longtail_course.toys._frontier import FrontierPoint

__all__ = ["frontier_plot"]

_SHARES = ("APLT", "TailShare", "ACLT", "Coverage", "HitRate", "Recall", "Precision")

# Where the name of a path may stand beside its last point: offset, and which corner is there.
_SIDES = (
    ((8, 5), "left", "bottom"),
    ((-8, 5), "right", "bottom"),
    ((8, -5), "left", "top"),
    ((-8, -5), "right", "top"),
    ((0, 18), "center", "bottom"),
    ((0, -18), "center", "top"),
    ((24, 24), "left", "bottom"),
    ((-24, 24), "right", "bottom"),
)


def frontier_plot(
    frontier: Frontier, *, title: str = "Accuracy and tail", intervals: bool = True
) -> Picture:
    """Draw a frontier: one line for each path, filled points where nothing dominates.

    Parameters
    ----------
    frontier : Frontier
        From `longtail_lib.evaluation.frontier`.
    title : str
    intervals : bool
        Draw the intervals of points that nothing dominates.

    Returns
    -------
    Picture
        Each path is named at its last point; a dominated point is hollow. A grey step line joins
        the points that nothing dominates: what lies below and left of it is beaten.

    Raises
    ------
    ValueError
        A frontier without points.

    Examples
    --------
    >>> from longtail_course.toys import frontier
    >>> from longtail_lib.evaluation import evaluate
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> from longtail_lib.models import Popularity
    >>> parts = tiny_parts()
    >>> reports = [evaluate(model, parts, k=2) for model in (tiny_model(), Popularity().fit(parts))]
    >>> frontier_plot(frontier(reports, x="NDCG@2", y="Coverage@2"))
    Picture: Accuracy and tail: overall Coverage@2 against overall NDCG@2, 2 points, 1 of them \
dominated. Not dominated, from left to right: Popularity (0.5436, 0.6667). Tiny: 1 point at \
(0.4623, 0.6667), dominated. Popularity: 1 point at (0.5436, 0.6667), not dominated.
    """
    if not frontier.points:
        raise ValueError("frontier_plot: the frontier has no points")
    with style():
        picture = Picture(figsize=(7.4, 4.4))
        axes = picture.subplots()
        _draw_steps(axes, frontier)
        for place, path in enumerate(frontier.paths):
            points = [point for point in frontier.points if point.path == path]
            _draw_path(axes, points, place, intervals)
        axes.margins(x=0.16, y=0.12)
        axes.set(title=title)
        for axis, (group, name) in ((axes.xaxis, frontier.x), (axes.yaxis, frontier.y)):
            metric = name.split("@")[0]
            axis.set_label_text(f"{name}, {group}{_direction(metric)}")
            if metric in _SHARES:
                axis.set_major_formatter(lambda value, _: f"{100 * value:.3g}%")
        axes.plot([], [], "o", color="black", label="not dominated")
        axes.plot([], [], "o", color="black", markerfacecolor="white", label="dominated")
        axes.legend(fontsize=8, loc="best")
        _name_paths(picture, axes, frontier)
    picture.alt_text = _say(frontier, title)
    return picture


def _draw_path(axes: Any, points: list[FrontierPoint], place: int, intervals: bool) -> None:
    colour = COLOURS[place % len(COLOURS)]
    x, y = [point.x.value for point in points], [point.y.value for point in points]
    axes.plot(x, y, color=colour, linestyle=LINE_STYLES[place % len(LINE_STYLES)], linewidth=1.4)
    for point in points:
        if intervals and not point.dominated:
            axes.errorbar(
                point.x.value,
                point.y.value,
                xerr=[[point.x.value - point.x.low], [point.x.high - point.x.value]],
                yerr=[[point.y.value - point.y.low], [point.y.high - point.y.value]],
                color=colour,
                alpha=0.25,
                linewidth=1,
            )
        axes.plot(
            point.x.value,
            point.y.value,
            marker=MARKERS[place % len(MARKERS)],
            markersize=6,
            color=colour,
            markerfacecolor="white" if point.dominated else colour,
        )


def _name_paths(picture: Picture, axes: Any, frontier: Frontier) -> None:
    """Write each path's name at its last point, on the first side that is free."""
    # Only after the layout is known can extents be compared.
    picture.draw_without_rendering()
    places = axes.transData.transform([(point.x.value, point.y.value) for point in frontier.points])
    taken = [Bbox.from_extents(*(place - 5), *(place + 5)) for place in places]
    for number, path in enumerate(frontier.paths):
        last = [point for point in frontier.points if point.path == path][-1]
        label = axes.annotate(
            path,
            (last.x.value, last.y.value),
            xytext=_SIDES[0][0],
            textcoords="offset points",
            color=COLOURS[number % len(COLOURS)],
            fontsize=9,
            fontweight="bold",
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )
        overlaps = []
        for offset, side, height in _SIDES:
            label.set(position=offset, ha=side, va=height)
            extent = label.get_window_extent()
            outside = (
                0 if axes.bbox.contains(*extent.min) and axes.bbox.contains(*extent.max) else 1
            )
            overlaps.append(sum(extent.overlaps(other) for other in taken) + outside)
        offset, side, height = _SIDES[overlaps.index(min(overlaps))]
        label.set(position=offset, ha=side, va=height)
        taken.append(label.get_window_extent())


def _draw_steps(axes: Any, frontier: Frontier) -> None:
    best = frontier.best
    where = "post" if frontier.x[1].split("@")[0] in ("Gini", "ARP") else "pre"
    axes.step(
        [point.x.value for point in best],
        [point.y.value for point in best],
        where=where,
        color="#BBBBBB",
        linewidth=4,
        alpha=0.5,
        zorder=0,
    )


def _direction(metric: str) -> str:
    return " (lower is better)" if metric in ("Gini", "ARP") else ""


def _say(frontier: Frontier, title: str) -> str:
    def at(point: FrontierPoint) -> str:
        return f"({point.x.value:.4f}, {point.y.value:.4f})"

    beaten = sum(point.dominated for point in frontier.points)
    count = len(frontier.points)
    said = [
        f"{title}: {' '.join(frontier.y)} against {' '.join(frontier.x)}, {count} "
        f"point{'s' if count > 1 else ''}, {beaten} of them dominated.",
        "Not dominated, from left to right: "
        + ", ".join(f"{point.label} {at(point)}" for point in frontier.best)
        + ".",
    ]
    for path in frontier.paths:
        points = [point for point in frontier.points if point.path == path]
        if len(points) == 1:
            state = "dominated" if points[0].dominated else "not dominated"
            said.append(f"{path}: 1 point at {at(points[0])}, {state}.")
        else:
            hollow = sum(point.dominated for point in points)
            said.append(
                f"{path}: {len(points)} points from {at(points[0])} to {at(points[-1])}, "
                f"{hollow} dominated."
            )
    return " ".join(said)
