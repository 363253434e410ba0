"""Hypothesis draws the same examples in the suite, and others in `longtail_course.build fuzz`."""

import pytest
from hypothesis import settings

from longtail_course.build.fuzz import RANDOM, fuzz
from longtail_course.build.lesson import ROOT

PROPERTY = """
from hypothesis import given, settings, strategies as st

def test_no_property():
    raise AssertionError("only properties are asked for")

@settings(max_examples=20)
@given(st.integers())
def test_property(number):
    with open({path!r}, "a") as file:
        print(number, file=file)
    assert {claim}
"""


def test_the_suite_draws_the_same_each_time():
    assert settings().derandomize
    assert settings().database is None


@pytest.mark.parametrize(("claim", "status", "rounds"), [("True", 0, 2), ("number < 0", 1, 1)])
def test_rounds_draw_other_examples_and_a_failure_ends_them(tmp_path, capfd, claim, status, rounds):
    drawn = tmp_path / "drawn.txt"
    path = tmp_path / "test_own.py"
    path.write_text(PROPERTY.format(path=str(drawn), claim=claim))
    assert fuzz(tmp_path, [str(path)], rounds=2) == status
    said = capfd.readouterr().out
    assert said.count("round ") == rounds
    assert "1 deselected" in said
    assert len(set(drawn.read_text().split())) > 5


def test_the_variable_that_conftest_reads_is_the_one_that_fuzz_sets():
    assert RANDOM in (ROOT / "tests" / "conftest.py").read_text()
