"""Answers are compared as a teacher would: equal values pass, and the words name the difference."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from longtail_course.checks.comparison import difference, same, show


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (4, np.int64(4)),
        (4.0, 4),
        (np.float32(0.1), 0.1),
        ([1, 2], np.array([1.0, 2.0])),
        ((True, False), np.array([True, False])),
        ([1, 0], np.array([True, False])),
        ("head", "head"),
        (np.str_("head"), "head"),
        (["a", "b"], np.array(["a", "b"])),
        ({1, 2}, {2, 1}),
        ({"a": 0.1 + 0.2}, {"a": 0.3}),
        (np.array([np.nan, 1]), np.array([np.nan, 1])),
        (pd.DataFrame({"x": [1.0]}), pl.DataFrame({"x": [1]})),
    ],
)
def test_equal_answers_pass(answer, expected):
    assert difference(answer, expected) is None


@pytest.mark.parametrize(
    ("answer", "expected", "words"),
    [
        (5, 4, "too large"),
        (3, 4, "too small"),
        ("4", 4, "quotes"),
        (True, 4, "True or False"),
        ([4], 4, "one number"),
        (4, np.array([1, 2]), "single value"),
        ([1, 2, 3], np.array([1, 2]), "(2,)"),
        ([1, 9, 9], np.array([1, 2, 3]), "2 of 3 values differ; the first is at position 1"),
        ([[1, 2], [3, 9]], np.array([[1, 2], [3, 4]]), "position (1, 1)"),
        (float("nan"), 1.0, "nan"),
        (abs, 4, "a number is asked"),
        (abs, np.array([4]), "an array or list is asked"),
        ({"a": 1}, 4, "dict"),
        (["a", 1, None], np.array([1, 2, 3]), "asked for"),
        (object(), 4, "a number is asked"),
        (4, "head", "a text is asked"),
        ("tail", "head", "not the answer"),
        ([1], {1}, "a set is asked"),
        ({1, 3}, {1, 2}, "example 3"),
        ({1}, {1, 2}, "lacks 1 of 2"),
        ({"a": 2}, {"a": 1}, "At 'a': 2 is too large"),
        ([1], pl.DataFrame({"x": [1]}), "a frame is asked"),
        (pl.DataFrame({"y": [1]}), pl.DataFrame({"x": [1]}), "no column 'x'"),
        (pl.DataFrame({"x": [1, 2]}), pl.DataFrame({"x": [1]}), "2 rows"),
        (pl.DataFrame({"x": [2]}), pl.DataFrame({"x": [1]}), "Column 'x'"),
        (pl.DataFrame({"x": [1]}), 4, "DataFrame came"),
    ],
)
def test_difference_is_named(answer, expected, words):
    text = difference(answer, expected)
    assert words in text
    assert "a number of numbers" not in text


def test_expected_number_is_not_given_away():
    assert "0.7713" not in difference(0.5, 0.7713)


def test_same_never_raises():
    class Awkward:
        def __array__(self, *_, **__):
            raise RuntimeError("no")

    assert not same(Awkward(), 4)


def test_show_survives_a_broken_repr_and_long_values():
    class Broken:
        def __repr__(self):
            raise RuntimeError("no")

    assert show(Broken()) == "a Broken"
    assert len(show("x" * 1000)) <= 120
    assert "..." in show(np.arange(100_000))
