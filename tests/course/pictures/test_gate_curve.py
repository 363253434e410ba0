"""A gate over popularity: means where items differ, values in words, labels on the axes."""

import numpy as np
import pytest

from longtail_course.pictures import gate_curve

POPULARITY = np.array([5, 0, 0, 700, 5, 1])


def test_items_of_one_popularity_are_averaged():
    weights = [0.2, 1.0, 0.5, 0.0, 0.4, 0.9]
    line = gate_curve({"text": weights}, POPULARITY).axes[0].get_lines()[0]
    assert line.get_xdata().tolist() == [0, 1, 5, 700]
    assert line.get_ydata() == pytest.approx([0.75, 0.9, 0.3, 0.0])


def test_words_name_the_ends_and_each_curve():
    curves = {"ids": [0.0, 0.1, 0.3, 0.3, 0.4, 0.5], "text": np.ones(6)}
    picture = gate_curve(curves, POPULARITY, ylabel="Share", digits=1)
    assert picture.alt_text == (
        "Share, at popularity 0, 1, 5, 700. ids: 0.2, 0.5, 0.2, 0.3. text: 1.0, 1.0, 1.0, 1.0."
    )
    axes = picture.axes[0]
    assert axes.get_xlabel()
    assert axes.get_ylabel() == "Share"
    assert len({line.get_linestyle() for line in axes.get_lines()}) == 2
    assert len(picture.png()) < 60_000


def test_refuses():
    with pytest.raises(ValueError, match="nothing to draw"):
        gate_curve({}, POPULARITY)
    with pytest.raises(ValueError, match="each of the 6 items"):
        gate_curve({"text": [1, 2]}, POPULARITY)
    with pytest.raises(ValueError, match="finite"):
        gate_curve({"text": [1, 2, 3, np.nan, 5, 6]}, POPULARITY)
