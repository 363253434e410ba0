"""A frontier's picture: hollow where dominated, names that stand apart, and words for all of it."""

import numpy as np
import pytest

from longtail_course.pictures import frontier_plot
from longtail_course.toys import Frontier
from longtail_course.toys._frontier import FrontierPoint
from longtail_lib.evaluation import Value


def point(path, x, y, dominated=False):
    values = [Value(number, number - 0.01, number + 0.01, 5) for number in (x, y)]
    return FrontierPoint(path, f"{path} {x}", *values, dominated)


KEYS = ("overall", "NDCG@10"), ("overall", "TailShare@10")
FRONTIER = Frontier(
    *KEYS,
    (
        point("EASE", 0.30, 0.00),
        point("EASE", 0.28, 0.10),
        point("ItemKNN", 0.27, 0.05, True),
        point("ItemKNN", 0.2795, 0.099, True),
        point("Popularity", 0.20, 0.0, True),
    ),
)


def test_hollow_points_are_the_dominated_ones():
    axes = frontier_plot(FRONTIER).axes[0]
    markers = [
        line
        for line in axes.lines
        if line.get_marker() not in ("None", None, "") and len(line.get_xdata()) == 1
    ]
    hollow = [line.get_xdata()[0] for line in markers if line.get_markerfacecolor() == "white"]
    assert hollow == [0.27, 0.2795, 0.20]
    assert len(markers) == 5


def test_each_path_has_its_line_style_and_its_name_beside_its_last_point():
    axes = frontier_plot(FRONTIER).axes[0]
    labels = {text.get_text(): text for text in axes.texts}
    assert list(labels) == ["EASE", "ItemKNN", "Popularity"]
    assert labels["EASE"].xy == (0.28, 0.10)
    assert len({text.get_color() for text in axes.texts}) == 3
    paths = [line for line in axes.lines if line.get_linewidth() == 1.4]
    assert len({line.get_linestyle() for line in paths}) == 3


def test_names_do_not_lie_on_each_other():
    picture = frontier_plot(FRONTIER)
    extents = [text.get_window_extent() for text in picture.axes[0].texts]
    for place, extent in enumerate(extents):
        assert not any(extent.overlaps(other) for other in extents[:place])


def test_the_grey_line_bounds_what_is_dominated():
    """Every dominated point lies below or on the steps, in either direction of x."""
    for name, sign in (("NDCG@10", 1), ("Gini@10", -1)):
        rng = np.random.default_rng(3)
        found = rng.random((30, 2))
        better = np.array(
            [
                [
                    sign * a[0] >= sign * b[0] and a[1] >= b[1] and tuple(a) != tuple(b)
                    for a in found
                ]
                for b in found
            ]
        ).any(axis=1)
        points = tuple(
            point("path", x, y, bool(flag)) for (x, y), flag in zip(found, better, strict=True)
        )
        picture = frontier_plot(Frontier(("overall", name), KEYS[1], points))
        steps = picture.axes[0].lines[0]
        x, y = steps.get_xdata(), steps.get_ydata()
        after = {"steps-pre": 0, "steps-post": 1}[steps.get_drawstyle()]
        for (px, py), flag in zip(found, better, strict=True):
            if flag and x.min() < px < x.max():
                place = np.searchsorted(x, px)
                assert py <= y[place - after]


def test_words_hold_the_numbers():
    words = frontier_plot(FRONTIER, title="Shop").alt_text
    assert words.startswith("Shop: overall TailShare@10 against overall NDCG@10, 5 points, 3 of")
    assert "EASE 0.28 (0.2800, 0.1000), EASE 0.3 (0.3000, 0.0000)." in words
    assert "ItemKNN: 2 points from (0.2700, 0.0500) to (0.2795, 0.0990), 2 dominated." in words
    assert "Popularity: 1 point at (0.2000, 0.0000), dominated." in words


def test_no_points_are_refused():
    with pytest.raises(ValueError, match="no points"):
        frontier_plot(Frontier(*KEYS, ()))
