"""Every exercise of the course: solution, stub and each classic mistake, found by themselves."""

import inspect
from importlib import import_module

import pytest

from longtail_course.checks import FunctionExercise
from longtail_course.checks.comparison import same
from longtail_course.checks.exercise import find_exercises

EXERCISES = dict(find_exercises())
MISTAKES = [
    pytest.param(name, place, id=f"{name}-{mistake.name}".replace(" ", "_"))
    for name, exercise in EXERCISES.items()
    for place, mistake in enumerate(exercise.mistakes)
]


LESSONS = sorted({name.split(".")[0] for name in EXERCISES})


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_ends_with_a_quiz(lesson):
    asked = import_module(f"longtail_course.checks.{lesson}").lesson_quiz()
    assert len(asked.choices) >= 3
    assert asked.question.strip().endswith(("?", "."))


def test_exercises_are_found():
    assert {"start_here.item_count", "start_here.top_share"} <= set(EXERCISES)


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_passes(name):
    verdict = EXERCISES[name](EXERCISES[name].solution)
    assert verdict, verdict
    assert verdict.message != "That is the answer.", "say what the answer means"
    assert "{" not in verdict.message


@pytest.mark.parametrize("stub", [..., None], ids=["ellipsis", "none"])
@pytest.mark.parametrize("name", EXERCISES)
def test_stub_is_told_what_to_do(name, stub):
    exercise = EXERCISES[name]
    for answer in [stub, *([lambda *_: stub] if isinstance(exercise, FunctionExercise) else [])]:
        verdict = exercise(answer)
        assert not verdict
        assert verdict.message == exercise.task


@pytest.mark.parametrize(("name", "place"), MISTAKES)
def test_mistake_gets_its_own_hint(name, place):
    exercise = EXERCISES[name]
    mistake, answer = exercise.wrong_answers[place]
    verdict = exercise(answer)
    assert not verdict, f"{mistake.name!r} passes as the solution"
    assert verdict.hint == mistake.hint


@pytest.mark.parametrize("name", EXERCISES)
def test_mistakes_are_distinct_and_documented(name):
    exercise = EXERCISES[name]
    assert exercise.mistakes, "an exercise recognises at least one classic mistake"
    for field in ("name", "hint"):
        values = [getattr(mistake, field) for mistake in exercise.mistakes]
        assert len(set(values)) == len(values)
    assert exercise.task.strip().endswith((".", "?"))


@pytest.mark.parametrize("name", EXERCISES)
def test_judging_leaves_the_inputs_alone(name):
    exercise = EXERCISES[name]
    before = {key: repr(value) for key, value in exercise.given.items()}
    exercise(exercise.solution)
    for _, answer in exercise.wrong_answers:
        exercise(answer)
    assert {key: repr(value) for key, value in exercise.given.items()} == before


@pytest.mark.parametrize("name", EXERCISES)
def test_expected_value_is_no_constant_of_the_test(name):
    exercise = EXERCISES[name]
    if isinstance(exercise, FunctionExercise) or not callable(exercise.expected):
        pytest.skip("the reference is a function, or the answer is a fact")
    assert set(inspect.signature(exercise.expected).parameters) <= set(exercise.given)
    assert same(exercise.solution, exercise.solution)
