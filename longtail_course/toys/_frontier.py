"""Two metrics at once: which recommenders are beaten in both by another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from longtail_lib.evaluation._report import Report, Value
from longtail_lib.evaluation._report_display import show_number

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Frontier", "FrontierPoint", "dominated", "frontier"]


class FrontierPoint(NamedTuple):
    """One report in two metrics."""

    path: str
    label: str
    x: Value
    y: Value
    dominated: bool


@dataclass(frozen=True, eq=False)
class Frontier:
    """What `frontier` found.

    Parameters
    ----------
    x, y : (group, "metric@k")
        What the axes are.
    points : tuple of FrontierPoint
        In the order of the reports.

    Attributes
    ----------
    paths : tuple of str
        Each path once, in order.
    """

    x: tuple[str, str]
    y: tuple[str, str]
    points: tuple[FrontierPoint, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Each path once, in the order of the points."""
        return tuple(dict.fromkeys(point.path for point in self.points))

    @property
    def best(self) -> tuple[FrontierPoint, ...]:
        """The points that no other dominates, from the lowest x to the highest."""
        kept = [point for point in self.points if not point.dominated]
        return tuple(sorted(kept, key=lambda point: (point.x.value, point.y.value)))

    def to_frame(self, digits: int | None = 4) -> pl.DataFrame:
        """All points as a polars frame.

        Parameters
        ----------
        digits : int or None
            Decimals to round to; None leaves numbers as they are.

        Returns
        -------
        polars.DataFrame
            Columns path, label, x, x_low, x_high, y, y_low, y_high, dominated.
        """
        import polars as pl

        def shown(number: float) -> float:
            return number if digits is None else round(number, digits) + 0.0

        rows = [
            (
                point.path,
                point.label,
                *(shown(number) for number in (*point.x[:3], *point.y[:3])),
                point.dominated,
            )
            for point in self.points
        ]
        numbers = [f"{axis}{end}" for axis in "xy" for end in ("", "_low", "_high")]
        schema = {
            **dict.fromkeys(("path", "label"), pl.String),
            **dict.fromkeys(numbers, pl.Float64),
            "dominated": pl.Boolean,
        }
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _rows(self) -> list[tuple[str, ...]]:
        head = ("", " ".join(self.x), " ".join(self.y), "dominated")
        return [
            head,
            *(
                (
                    point.label,
                    show_number(point.x.value),
                    show_number(point.y.value),
                    "yes" if point.dominated else "no",
                )
                for point in self.points
            ),
        ]

    def __repr__(self) -> str:
        rows = self._rows()
        widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )

    def _repr_html_(self) -> str:
        from html import escape

        head, *rows = self._rows()
        cells = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
        body = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
            + "</tr>"
            for row in rows
        )
        return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def frontier(
    reports: Sequence[Report] | Mapping[str, Report | Sequence[Report]],
    x: tuple[str, str] | str = ("overall", "NDCG@10"),
    y: tuple[str, str] | str = ("overall", "TailShare@10"),
) -> Frontier:
    """Set reports against each other in two metrics.

    A point is dominated where another is at least as good in both metrics and better in one, by
    the values alone; look at the intervals before you call a small step a difference. Whether
    higher or lower is better, each metric says: `Metric.better`.

    Parameters
    ----------
    reports : sequence of Report, or mapping of str to Report or sequence of Report
        In a mapping, the reports of one name make one path, such as one recommender re-ranked
        with several weights. In a sequence, each report is a path of its own.
    x, y : (group, "metric@k"), or "metric@k" overall

    Returns
    -------
    Frontier

    Raises
    ------
    ValueError
        No report, reports that were not measured alike, a metric that is not defined in one, or
        one of your own that does not say what is better.
    KeyError
        A group or metric that a report does not hold.

    Examples
    --------
    >>> from longtail_lib.evaluation import evaluate
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> from longtail_lib.models import Popularity
    >>> parts = tiny_parts()
    >>> reports = [evaluate(model, parts, k=2) for model in (tiny_model(), Popularity().fit(parts))]
    >>> frontier(reports, x="NDCG@2", y="Coverage@2")
                overall NDCG@2  overall Coverage@2  dominated
    Tiny        0.4623          0.6667              yes
    Popularity  0.5436          0.6667              no
    """
    x, y = (("overall", key) if isinstance(key, str) else tuple(key) for key in (x, y))
    named = _named(reports)
    first = named[0][1]
    for _, report in named:
        for what in ("part", "fingerprint", "groups fingerprint"):
            if report.protocol.get(what) != first.protocol.get(what):
                raise ValueError(
                    f"frontier: {report.model} and {first.model} were measured differently "
                    f"({what}: {report.protocol.get(what)} and {first.protocol.get(what)}); "
                    "evaluate all on the same split, part and groups"
                )
    values = [(report[x], report[y]) for _, report in named]
    for (_, report), pair in zip(named, values, strict=True):
        for key, found in zip((x, y), pair, strict=True):
            if np.isnan(found.value):
                raise ValueError(
                    f"frontier: {' '.join(key)} of {report.model} is not defined, so the point "
                    "has no place; choose another metric or group"
                )
    signs = [first.metric(key[1]).sign("frontier") for key in (x, y)]
    coordinates = np.array([[found.value for found in pair] for pair in values]) * signs
    beaten = dominated(coordinates)
    return Frontier(
        x,
        y,
        tuple(
            FrontierPoint(path, report.model, *pair, bool(flag))
            for (path, report), pair, flag in zip(named, values, beaten, strict=True)
        ),
    )


def dominated(coordinates: Any) -> np.ndarray:
    """Which points another point dominates, where higher is better in both.

    From the largest first coordinate down, a point is dominated unless its second coordinate is
    higher than all that came before.
    """
    points = np.asarray(coordinates, dtype=np.float64)
    beaten = np.zeros(len(points), dtype=bool)
    best = -np.inf
    # From the best x down; among equal x only the best y stays.
    for value in np.unique(points[:, 0])[::-1]:
        same = points[:, 0] == value
        top = points[same, 1].max()
        beaten[same] = (points[same, 1] < top) | (top <= best)
        best = max(best, top)
    return beaten


def _named(reports: Any) -> list[tuple[str, Report]]:
    if isinstance(reports, Mapping):
        named = [
            (path, report)
            for path, group in reports.items()
            for report in ([group] if isinstance(group, Report) else group)
        ]
    else:
        named = [(report.model, report) for report in reports]
    if not named:
        raise ValueError("frontier: no reports were given; pass what evaluate returned")
    return named
