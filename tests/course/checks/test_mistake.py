"""A mistake is either a wrong answer or a property with a sample."""

import pytest

from longtail_course.checks import Mistake


def test_wrong_answer_is_computed_from_the_inputs():
    assert Mistake("m", "h", produces=lambda x: x + 1).wrong_answer({"x": 2}) == 3
    assert Mistake("m", "h", produces=None).wrong_answer({}) is None


def test_wrong_function_is_not_called():
    wrong = Mistake("m", "h", produces=abs)
    assert wrong.wrong_answer({}, as_function=True) is abs


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "either produces or recognises"),
        ({"produces": 1, "recognises": bool}, "either produces or recognises"),
        ({"recognises": bool}, "sample"),
    ],
)
def test_incomplete_mistake_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        Mistake("m", "h", **options)


def test_empty_hint_is_refused():
    with pytest.raises(ValueError, match="hint is empty"):
        Mistake("m", " ", produces=1)
