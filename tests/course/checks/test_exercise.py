"""A check never raises, and says what went wrong."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail_course.checks import Exercise, FunctionExercise, Mistake


class Hostile:
    """An answer on which every operation fails."""

    def __repr__(self):
        raise RuntimeError("repr")

    def __array__(self, *_, **__):
        raise RuntimeError("array")

    def __eq__(self, other):
        raise RuntimeError("eq")

    __hash__ = None


SUM = Exercise(
    "Set `total`.",
    lambda counts: counts.sum(),
    given={"counts": np.array([1, 2, 4])},
    mistakes=[
        Mistake("mean", "That is the mean.", produces=lambda counts: counts.mean()),
        Mistake("negative", "No count is negative.", recognises=lambda a, counts: a < 0, sample=-1),
    ],
    means="The total is {expected}.",
)
MEAN = FunctionExercise("Write `mean(x)`.", np.mean, cases=[([1.0, 2.0],), ([4.0],)])
ANSWERS = [7, "7", [7], {"a": 1}, {1}, abs, print, int, np.nan, 1j, b"7", object(), Hostile()]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
@pytest.mark.parametrize("exercise", [SUM, MEAN])
def test_never_raises(exercise, answer):
    verdict = exercise(answer)
    assert bool(verdict) is (exercise is SUM and type(answer) is int)
    assert verdict.message


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
        max_leaves=8,
    )
)
def test_never_raises_on_anything(answer):
    passed = bool(SUM(answer))
    assert passed is (type(answer) in (int, float) and abs(answer - 7) < 1e-5)


def test_inputs_can_be_replaced():
    assert SUM(30, counts=np.array([10, 20]))
    assert SUM(15, counts=np.array([10, 20])).hint == "That is the mean."
    assert "no input 'count'" in SUM(7, count=1).message


def test_input_that_is_itself_a_stub_is_named():
    assert "`counts` is still `...`" in SUM(7, counts=...).message


def test_mistake_that_fails_on_other_inputs_is_passed_over():
    exercise = Exercise(
        "Set `first`.",
        lambda counts: counts[0],
        given={"counts": [1, 5]},
        mistakes=[Mistake("second", "That is the second.", produces=lambda counts: counts[1])],
    )
    assert exercise(5).hint == "That is the second."
    assert "too large" in exercise(9, counts=[3]).message


def test_own_mistakes_come_before_generic_ones():
    assert SUM(-7).hint == "No count is negative."
    assert "Off by one" in SUM(8).hint
    assert SUM(100).hint is None


def test_several_right_answers():
    even = Exercise(
        "Name an even number.", 2, accepts=lambda answer: answer % 2 == 0, means="Even."
    )
    assert even(2)
    assert even(10)
    assert not even(3)
    assert not even("x")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: x[5], "input [1., 2.] your function raised IndexError: list index out of range"),
        (lambda x: sys.exit("bye"), "raised SystemExit: bye"),
        (lambda: 1, "raised TypeError"),
        (lambda x: None if len(x) == 1 else np.mean(x), "input [4.] your function returns None"),
        (lambda x: "a", "returns 'a'"),
        (lambda x: 1.5, "input [4.] your function returns 1.5; expected is 4"),
        (lambda x: [x.pop() and 1.5, 1.5][1] if len(x) == 2 else x[0], "changes its input"),
        (3.0, "no function"),
        (lambda x: ..., "Write `mean(x)`."),
    ],
)
def test_function_is_told_what_it_did(function, words):
    verdict = MEAN(function)
    assert not verdict
    assert words in verdict.message


def test_function_that_raises_not_implemented_is_a_stub():
    def mean(x):
        raise NotImplementedError

    assert MEAN(mean).message == MEAN.task


def test_learners_prints_and_warnings_are_not_shown(capfd, recwarn):
    def mean(x):
        print("inside")
        np.float64(1) / np.float64(0)
        return np.mean(x)

    assert MEAN(mean)
    assert capfd.readouterr() == ("", "")
    assert not recwarn


def test_wrong_function_must_agree_everywhere():
    exercise = FunctionExercise(
        "Write it.",
        lambda x: x * x,
        cases=[(2,), (3,)],
        mistakes=[Mistake("doubled", "You doubled.", produces=lambda x: 2 * x)],
    )
    assert exercise(lambda x: 2 * x).hint == "You doubled."
    assert exercise(lambda x: 4).hint != "You doubled."
    assert exercise(lambda x: x**2)


def test_function_exercise_needs_a_case():
    with pytest.raises(ValueError, match="at least one case"):
        FunctionExercise("Write it.", abs, cases=[])
