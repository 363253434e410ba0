"""A quiz explains every choice, on a screen, on paper and in plain text."""

import re

import pytest

from longtail_course.checks import quiz

CHOICES = [("yes <", True, "because & so"), ("no", False, "since > not")]


def test_each_choice_has_its_own_explanation():
    html = quiz("Which?", CHOICES)._repr_html_()
    blocks = re.findall(r"<details>(.*?)</details>", html)
    assert len(blocks) == 2
    assert "A. yes &lt;" in blocks[0]
    assert "<strong>Right.</strong> because &amp; so" in blocks[0]
    assert "<strong>Not right.</strong> since &gt; not" in blocks[1]
    assert "script" not in html


def test_plain_text_gives_no_answer_before_the_choices_end():
    lines = repr(quiz("Which?", CHOICES)).splitlines()
    assert lines.index("Explanations:") == 3
    assert not any("because" in line for line in lines[:3])


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ([("a", False, "x"), ("b", False, "y")], "0 correct"),
        ([("a", True, "x"), ("b", True, "y")], "2 correct"),
        ([("a", True, " "), ("b", False, "y")], "no explanation"),
        ([(" ", True, "x"), ("b", False, "y")], "no text"),
        ([("a", True, "x"), ("a", False, "y")], "same text"),
        ([("a", True, "x")], "1 choices"),
    ],
)
def test_bad_quiz_is_refused(choices, words):
    with pytest.raises(ValueError, match=words):
        quiz("Which?", choices)


def test_several_correct_choices_only_where_said():
    both = [("a", True, "x"), ("b", True, "y"), ("c", False, "z")]
    assert quiz("Which ones?", both, several=True)._repr_html_().count("<strong>Right.") == 2
