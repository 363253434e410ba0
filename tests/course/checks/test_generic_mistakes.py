"""Each generic mistake gets its own hint, and a merely wrong answer gets none."""

import numpy as np
import pytest

from longtail_course.checks.generic_mistakes import generic_hint

SHARES = np.array([0.5, 0.3, 0.2])


@pytest.mark.parametrize(
    ("answer", "expected", "words"),
    [
        (77.0, 0.77, "percentage"),
        (SHARES * 100, SHARES, "percentage"),
        (-2.5, 2.5, "sign is wrong"),
        (-np.array([1.5, -2.0]), np.array([1.5, -2.0]), "sign is wrong"),
        (0.23, 0.77, "one minus the answer"),
        (5, 4, "Off by one"),
        (3, 4, "Off by one"),
        ([1, 2, 4], np.array([0, 1, 3]), "Every value is off by one"),
        (0.4, 2.5, "upside down"),
        (0.33, 1 / 3, "rounded"),
        ([0.333, 0.667], np.array([1 / 3, 2 / 3]), "rounded"),
        ("0.77", 0.77, "quotes"),
        ([0.77], 0.77, "sits in an array"),
        ([3, 2, 1], np.array([1, 2, 3]), "reversed"),
        ([2, 3, 1], np.array([1, 2, 3]), "order is not"),
        ([False, True, True], np.array([True, False, False]), "swapped everywhere"),
        (np.array([5, 3, 2]), SHARES, "add up to 1"),
        (SHARES, np.array([5, 3, 2]), "counts are asked"),
        (np.arange(6).reshape(2, 3).T, np.arange(6).reshape(2, 3), "Rows and columns"),
        (np.arange(4).reshape(2, 2).T, np.arange(4).reshape(2, 2), "Rows and columns"),
        ([5, 4, 3, 2], np.array([5, 4]), "too many"),
        ([2, 3, 4, 5], np.array([5, 4]), "ascending"),
        ([5], np.array([5, 4]), "missing at the end"),
        ([[5, 4]], np.array([5, 4]), "shape differs"),
    ],
)
def test_mistake_gets_its_hint(answer, expected, words):
    assert words in generic_hint(answer, expected)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (0.9, 0.77),
        ("head", 0.77),
        ("head", "tail"),
        ([1, 1, 1], np.array([1, 2, 3])),
        ([], np.array([])),
        (object(), 1.0),
        (abs, 1.0),
        (float("nan"), 0.5),
    ],
)
def test_other_answers_get_none(answer, expected):
    assert generic_hint(answer, expected) is None
