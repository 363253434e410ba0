"""The lessons themselves: sound, not drifted, and compared strictly."""

import nbformat
import pytest

from longtail_course.build.anatomy import anatomy, strict_share
from longtail_course.build.check import nbval_arguments
from longtail_course.build.drift import drift
from longtail_course.build.editions import EDITIONS
from longtail_course.build.lesson import find_lessons

LESSONS = find_lessons()
LEAST_STRICT = 0.7


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_anatomy(lesson):
    assert anatomy(lesson) == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_notebooks_are_what_the_source_gives(lesson):
    assert drift(lesson) == []


def test_no_notebook_is_without_a_source():
    names = {lesson.name for lesson in LESSONS}
    folder = LESSONS[0].learner.parent
    stored = {path.stem for path in [*folder.glob("*.ipynb"), *folder.glob("solutions/*.ipynb")]}
    # What a person edited here is kept as NAME.mine-1.ipynb.
    assert {stem for stem in stored if ".mine-" not in stem} <= names


def test_most_code_cells_are_compared_strictly(record_property):
    notebooks = [
        nbformat.read(lesson.notebook(which), as_version=4)
        for lesson in LESSONS
        for which in EDITIONS
    ]
    strict, cells = strict_share(notebooks)
    record_property("strictly compared", f"{strict} of {cells}")
    print(f"{strict} of {cells} code cells are compared strictly ({strict / cells:.0%})")
    assert strict >= LEAST_STRICT * cells


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_stored_outputs_are_compared_or_the_reason_is_given(lesson):
    _, left_out = nbval_arguments([lesson])
    if left_out:
        pytest.skip(left_out[0])
