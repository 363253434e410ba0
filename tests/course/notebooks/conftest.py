import shutil
from pathlib import Path

import nbformat
import pytest

from longtail_course.build.build import build
from longtail_course.build.lesson import Lesson

SAMPLE = Path(__file__).resolve().parent / "fixtures" / "90_sample.py"


@pytest.fixture
def course(tmp_path):
    """A checkout with the sample lesson's source, not built."""
    source = tmp_path / "notebooks" / "source"
    source.mkdir(parents=True)
    shutil.copyfile(SAMPLE, source / SAMPLE.name)
    return tmp_path


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The sample lesson, built once; tests read its notebooks and change only copies."""
    root = tmp_path_factory.mktemp("built")
    (root / "notebooks" / "source").mkdir(parents=True)
    shutil.copyfile(SAMPLE, root / "notebooks" / "source" / SAMPLE.name)
    lesson = Lesson(SAMPLE.stem, root)
    assert build([lesson]) == {}
    return lesson


@pytest.fixture
def executed(built):
    """The executed solutions of the sample lesson, to be spoilt."""
    return nbformat.read(built.solutions, as_version=4)


@pytest.fixture
def add_lesson(course):
    """Write another lesson into the checkout, from the text of its cells."""

    def add(name, *cells):
        path = course / "notebooks" / "source" / f"{name}.py"
        path.write_text("\n\n".join(f"# %%\n{cell}" for cell in cells) + "\n")
        return Lesson(name, course)

    return add
