"""Bars as long as the counts, and the line at what fits."""

import pytest

from longtail_course import pictures as plots
from longtail_course.pictures.parameter_bars import show_bytes


def test_bars_line_and_words():
    picture = plots.model_sizes({"a": 120, "b": 3_000_000}, bytes_each=2, memory_gb=0.004)
    axes = picture.axes[0]
    assert [bar.get_width() for bar in axes.patches] == [120, 3_000_000]
    assert axes.lines[0].get_xdata()[0] == 2_000_000
    assert axes.patches[0].get_facecolor() != axes.patches[1].get_facecolor()
    assert "b: 3,000,000 (6.0 MB). Fits into 0.004 GB: a." in picture.alt_text
    assert axes.get_xscale() == "log"


def test_a_model_without_parameters_is_refused():
    for sizes in ({}, {"a": 0}):
        with pytest.raises(ValueError, match="at least one"):
            plots.model_sizes(sizes)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9_960, "10 kB"),
        (999_600, "1.0 MB"),
        (5e15, "5000 TB"),
    ],
)
def test_bytes_in_words(number, words):
    assert show_bytes(number) == words
