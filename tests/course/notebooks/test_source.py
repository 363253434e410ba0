"""From py:percent to the two editions."""

import json

import pytest
from nbgrader.nbgraderformat.v3 import MetadataValidatorV3

from longtail_course.build.editions import edition
from longtail_course.build.lesson import Lesson, find_lessons, missing_data, not_run_sentence
from longtail_course.build.source import SourceError, read_source

EXERCISE = (
    '# %% exercise="one"\nx = ...\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n\n'
    '# %% check="one" points=2\nis_one(x)\n'
)


@pytest.fixture
def lesson(course):
    return Lesson("90_sample", course)


def _read(tmp_path, text):
    path = tmp_path / "03_text.py"
    path.write_text(text)
    return read_source(path)


def test_nbgrader_accepts_both_editions(lesson):
    for which in ("solutions", "learner"):
        MetadataValidatorV3().validate_nb(edition(lesson, which))


def test_short_forms_become_nbgrader_metadata(tmp_path):
    exercise, check = _read(tmp_path, EXERCISE).cells
    assert exercise.metadata.nbgrader == {
        "grade": False,
        "grade_id": "one",
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    assert check.metadata.nbgrader == {
        "grade": True,
        "grade_id": "one-check",
        "locked": True,
        "points": 2,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }


def test_a_check_asserts_its_verdict_in_a_hidden_test(tmp_path):
    check = _read(tmp_path, EXERCISE).cells[1]
    assert check.source.splitlines() == [
        "verdict = is_one(x)",
        "### BEGIN HIDDEN TESTS",
        "assert verdict, verdict.message",
        "### END HIDDEN TESTS",
        "verdict",
    ]


def test_a_check_over_several_lines_keeps_its_meaning(tmp_path):
    text = EXERCISE.replace("is_one(x)", "y = x\nis_one(\n    x,\n    y,\n)")
    source = _read(tmp_path, text).cells[1].source
    asked = []
    is_one = lambda x, y: asked.append((x, y)) or True  # noqa: E731
    exec(source, {"x": 1, "is_one": is_one})
    assert asked == [(1, 1)]


def test_learners_see_neither_solutions_nor_hidden_tests(lesson):
    solutions, learner = edition(lesson, "solutions"), edition(lesson, "learner")
    text = "\n".join(cell.source for cell in learner.cells)
    assert "SOLUTION" not in text
    assert "HIDDEN" not in text
    assert "assert" not in text
    cells = {cell.id: cell.source for cell in learner.cells}
    assert cells["largest-share"] == "largest = ...  # replace the dots\n# Your code here"
    assert (
        "largest = share.max()"
        in {cell.id: cell.source for cell in solutions.cells}["largest-share"]
    )


def test_links_to_other_folders_work_from_both_editions(lesson):
    text = lesson.source.read_text().replace("# Lesson 91.", "# [Terms](../docs/glossary.md).")
    lesson.source.write_text(text)
    assert "](../docs/glossary.md)" in str(edition(lesson, "learner"))
    assert "](../../docs/glossary.md)" in str(edition(lesson, "solutions"))


def test_building_twice_gives_the_same_bytes(lesson):
    once, twice = (json.dumps(edition(lesson, "learner")) for _ in range(2))
    assert once == twice


def test_ids_are_unique_and_survive_an_insertion(lesson):
    before = [cell.id for cell in edition(lesson, "solutions").cells]
    assert len(set(before)) == len(before)
    text = lesson.source.read_text()
    lesson.source.write_text(text.replace("counts = np", "1 + 1\n\n# %%\ncounts = np", 1))
    after = [cell.id for cell in edition(lesson, "solutions").cells]
    assert [identity for identity in after if identity in before] == before


def test_equal_cells_have_different_ids(tmp_path):
    cells = _read(tmp_path, "# %%\n1\n\n# %%\n1\n").cells
    assert cells[0].id != cells[1].id


def test_the_header_tells_minutes_and_measured_seconds(lesson):
    unmeasured = edition(lesson, "learner", timings={}).cells[0].source
    measured = edition(lesson, "learner", timings={"90_sample": {"seconds": 41.0}}).cells[0].source
    assert "minutes to work through.\n" in unmeasured
    assert "; runs in 45 s on two cores.\n" in measured


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no cells"),
        ('# %% exercise="one"\nx = 1\n', "one region"),
        (EXERCISE.replace("### END SOLUTION\n", ""), "one region"),
        ("# %%\nx = 1\n### BEGIN SOLUTION\n### END SOLUTION\n", "without exercise"),
        (EXERCISE.split("# %% check")[0], "'one' has no later cell check="),
        ('# %% check="two"\nis_two(x)\n', "has no exercise before it"),
        (EXERCISE.replace("is_one(x)", "y = is_one(x)"), "the call that gives the verdict"),
        (EXERCISE + "\n" + EXERCISE, "'one' is taken"),
        (EXERCISE.replace('exercise="one"', 'exercise="One two"'), "is no name like"),
        ('# %% tags=["nbval-ignore-output"]\n1\n', "wants a reason"),
        ("# %% colour=3\n1\n", "unknown cell metadata"),
    ],
)
def test_a_broken_rule_is_named(tmp_path, text, message):
    with pytest.raises(SourceError, match=message):
        _read(tmp_path, text)


def test_lessons_are_found_by_number_or_name(course, add_lesson):
    add_lesson("03_third", "1")
    names = [lesson.name for lesson in find_lessons(course)]
    assert names == ["03_third", "90_sample"]
    assert [lesson.name for lesson in find_lessons(course, ["3"])] == ["03_third"]
    assert [lesson.name for lesson in find_lessons(course, ["90_sample.ipynb"])] == ["90_sample"]
    with pytest.raises(ValueError, match="no lesson '44'; the lessons are: 03, 90"):
        find_lessons(course, ["44"])


def test_a_lesson_whose_data_is_missing_is_named(tmp_path, monkeypatch):
    notebook = _read(tmp_path, '# %% requires=["movielens-small"]\n1\n')
    assert notebook.metadata.longtail.requires == ["movielens-small"]
    monkeypatch.delenv("LONGTAIL_DATA_HOME", raising=False)
    assert missing_data(["movielens-small"]) == ["movielens-small"]
    monkeypatch.setenv("LONGTAIL_DATA_HOME", str(tmp_path))
    assert missing_data(["movielens-small"]) == ["movielens-small"]
    (tmp_path / "ml-latest-small").mkdir()
    assert missing_data(["movielens-small"]) == []
    sentence = not_run_sentence(Lesson("07_real_data"), ["movielens-small"])
    assert sentence == "not run: 07_real_data (needs MovieLens; set LONGTAIL_DATA_HOME)"
