"""Lines over shares of the data: every seed is drawn, the line goes through their means."""

import numpy as np
import pytest

from longtail_course.pictures import share_lines

POINTS = {
    "scratch": [(0.01, 0.02, 0.01, 0.03), (0.01, 0.04, 0.03, 0.05), (1.0, 0.2, 0.18, 0.21)],
    "pretrained": [(0.01, 0.08, 0.07, 0.09), (0.1, 0.12, 0.1, 0.14)],
}


def test_seeds_are_drawn_and_the_line_is_their_mean():
    axes = share_lines(POINTS).axes[0]
    lines = {line.get_label(): line for line in axes.lines}
    assert np.allclose(lines["scratch"].get_ydata(), [0.03, 0.2])
    assert np.allclose(axes.containers[0].lines[0].get_ydata(), [0.02, 0.04, 0.2])
    assert axes.get_xscale() == "log"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1%", "10%", "100%"]
    assert axes.get_ylim()[0] == 0
    assert lines["scratch"].get_linestyle() != lines["pretrained"].get_linestyle()


def test_alt_text_has_the_means_and_the_levels():
    said = share_lines(POINTS, levels={"Popularity": 0.05}, digits=2).alt_text
    assert "scratch: 0.03, –, 0.20." in said
    assert "Popularity: 0.05 throughout." in said


def test_bad_input():
    with pytest.raises(ValueError, match="nothing to draw"):
        share_lines({"scratch": []})
    with pytest.raises(ValueError, match="got 0 to 1"):
        share_lines({"scratch": [(0, 0, 0, 0), (1, 0, 0, 0)]})
