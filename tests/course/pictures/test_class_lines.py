"""Lines over classes: what is drawn is what was measured, and 0 is on the picture."""

import numpy as np
import pytest

from longtail_course.pictures import class_lines
from longtail_lib.evaluation import Report, Value

CLASSES = ("0", "1–9", "10+")


def report(model, numbers, classes=CLASSES):
    values = {
        (name, "NDCG@100"): Value(value, value * 0.8, value * 1.2, 9)
        for name, value in zip(("overall", *classes), (0.9, *numbers), strict=True)
    }
    about = {"dataset": "shop", "part": "test"}
    return Report(model, ("NDCG",), (100,), ("overall", *classes), values, about)


def test_lines_hold_the_values_of_the_classes_without_the_overall_one():
    axes = class_lines([report("ids", [0, 0.02, 0.5]), report("text", [0.03, 0.1, 0.2])]).axes[0]
    assert [line.get_ydata().tolist() for line in axes.get_lines()] == [
        [0, 0.02, 0.5],
        [0.03, 0.1, 0.2],
    ]
    assert [label.get_text() for label in axes.get_xticklabels()] == list(CLASSES)
    assert len({line.get_linestyle() for line in axes.get_lines()}) == 2


def test_nothing_at_0_is_as_visible_as_half():
    axes = class_lines([report("ids", [0, 0.02, 0.5])]).axes[0]
    low, high = axes.get_ylim()
    assert low <= 0 < 0.5 * 1.2 <= high
    spaced = axes.transData.transform([[0, y] for y in (0, 0.005, 0.05, 0.5)])[:, 1]
    # A linear axis would give the step from 0.005 to 0.05 a tenth of the last one.
    assert (spaced[2] - spaced[1]) > 0.5 * (spaced[3] - spaced[2])


def test_words_and_undefined_classes():
    words = class_lines([report("ids", [np.nan, 0.02, 0.5])]).alt_text
    assert "0, 1–9, 10+. ids: –, 0.020, 0.500." in words


def test_refuses():
    with pytest.raises(ValueError, match="no report"):
        class_lines([])
    other = report("text", [1, 1, 1], ("a", "b", "c"))
    with pytest.raises(ValueError, match="different groups"):
        class_lines([report("ids", [0, 0, 0]), other])
