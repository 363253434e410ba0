"""The lint of lessons: a sound lesson passes, and each defect alone is caught."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from longtail_course.build.anatomy import anatomy, source_defects, strict_share
from longtail_course.build.check import nbval_arguments
from longtail_course.build.drift import drift
from longtail_course.build.editions import edition
from longtail_course.build.kernel import kernel_environment
from longtail_course.build.lesson import ROOT, Lesson
from longtail_course.build.stored_outputs import output_defects, typed_numbers, verdict_defects


def test_the_sample_lesson_is_sound(built):
    assert anatomy(built) == []
    assert drift(built) == []


# One defect each: what is replaced in the sample's source, and what the lint says.
DEFECTS = {
    "title": ("# # 90. A", "# # A", "starts with '# NN. Title'"),
    "time": ("# {{time}}", "# 40 minutes", "no line {{time}}"),
    "learn": ("## What you will learn", "## Aims", "no '## What you will learn'"),
    "two bullets": ("# - Read a verdict.\n", "", "has 2 bullets"),
    "no verb": ("- Read a verdict", "- What a verdict is", "'What' is no verb"),
    "before": ("# ## Before you start\n# You need nothing but NumPy.\n", "", "Before you start"),
    "used by": ("# Used by: no other lesson.", "#", "used by"),
    "take-aways": ("# ## Take-aways", "# ## Summary", "no '## Take-aways'"),
    "quiz heading": ("# ## Quiz", "# ## Questions", "no '## Quiz'"),
    "quiz": ("quiz(", "print(", "calls quiz"),
    "next": ("# ## What comes next", "# ## Then", "no '## What comes next'"),
    "references": ("# ## References", "# ## Books", "no '## References'"),
    "image": ("# ## Count", "# ## Count\n# ![](a.png)", "image a.png has no alt"),
    "html image": ("# ## Count", "# ## Count\n# <img src='a.png'>", "has no alt text"),
    "placeholder": ("# ## Count", "# ## Count {{minutes}}", "placeholder"),
    "tag": ("# %%\ncounts", '# %% tags=["nbval-skip"]\ncounts', "nbval-skip"),
    "comment": ("# %%\ncounts", "# %%\n# NBVAL_IGNORE_OUTPUT\ncounts", "with a tag, not with"),
    "semicolon": (".sum()\nshare\n", ".sum()\nshare;\n", "ends with ';'"),
    "magic": ("# %%\ncounts", "# %%\n!ls\ncounts", "no plain Python"),
    "stub": (
        "largest = ...  # replace the dots\n### BEGIN SOLUTION\nlargest = share.max()\n",
        "def f():\n    ### BEGIN SOLUTION\n    return 1\n",
        "largest-share: without its solution it is no Python",
    ),
    "long code": ("share = counts / counts.sum()", "a = 1\n" * 130, "lines of code; at most 120"),
    "many cells": ("# %%\ncounts", "# %%\n1\n\n" * 25 + "# %%\ncounts", "code cells; at most 30"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_of_the_source_is_caught(course, defect):
    old, new, expected = DEFECTS[defect]
    lesson = Lesson("90_sample", course)
    text = lesson.source.read_text()
    assert old in text
    lesson.source.write_text(text.replace(old, new, 1))
    defects = source_defects(edition(lesson, "solutions"), edition(lesson, "learner"))
    assert len(defects) == 1, defects
    assert expected in defects[0]


def test_a_link_that_leads_nowhere_is_caught(course):
    lesson = Lesson("90_sample", course)
    (course / "notebooks" / "there.md").write_text("")
    links = "# [a](there.md#part) [b](../gone.md) [c](https://example.org) [d](#here)\n"
    lesson.source.write_text(
        lesson.source.read_text().replace("# ## Count\n", f"# ## Count\n{links}")
    )
    dead = [defect for defect in anatomy(lesson) if "leads nowhere" in defect]
    assert dead == ["the link ../gone.md leads nowhere"]


def test_long_cells_and_missing_exercises_are_caught(course):
    lesson = Lesson("90_sample", course)
    text = lesson.source.read_text()
    start, end = text.index('# %% exercise="number'), text.index("# %% [markdown]\n# ## A picture")
    long_cell = "# %%\n" + "a = 1\n" * 9 + "\n"
    lesson.source.write_text(text[:start] + long_cell * 12 + text[end:])
    defects = source_defects(edition(lesson, "solutions"), edition(lesson, "learner"))
    assert any("2 exercises; at least 3" in defect for defect in defects)
    assert any("median code cell has 9" in defect for defect in defects)


def _cell_with(notebook, kind):
    outputs = ((cell, output) for cell in notebook.cells for output in cell.get("outputs", []))
    return next(cell for cell, output in outputs if kind in output.get("data", {}))


SPOILT = {
    "error": lambda cell: cell.outputs.append(
        new_output("error", ename="E", evalue="e", traceback=[])
    ),
    "stderr": lambda cell: cell.outputs.append(new_output("stream", name="stderr", text="w")),
    "unexecuted": lambda cell: cell.update(execution_count=None),
    "path": lambda cell: cell.outputs.append(new_output("stream", text="read /home/eve/log.csv")),
    "own path": lambda cell: cell.outputs.append(new_output("stream", text="in /course/here")),
    "windows path": lambda cell: cell.outputs.append(new_output("stream", text=r"in C:\Users\e")),
}
SAID = {
    "error": "stored an error",
    "stderr": "writes to stderr",
    "unexecuted": "was not executed",
    "path": "path of this machine: /home/",
    "own path": "path of this machine: /course/here",
    "windows path": "path of this machine: C:",
}


@pytest.mark.parametrize("defect", SPOILT)
def test_a_defect_of_the_outputs_is_caught(executed, defect):
    assert output_defects(executed, 1000, "/course/here") == []
    cell = _cell_with(executed, "text/plain")
    SPOILT[defect](cell)
    found = output_defects(executed, 1000, "/course/here")
    assert len(found) == 1, found
    assert SAID[defect] in found[0]


def test_a_picture_without_alt_text_is_caught(executed):
    cell = _cell_with(executed, "image/png")
    cell.outputs = [output for output in cell.outputs if output.output_type != "stream"]
    assert ["without alt text" in defect for defect in output_defects(executed, 9, "/x")] == [True]


def test_a_large_notebook_is_caught(executed):
    assert "2.0 MB" in output_defects(executed, 2_000_000, "/x")[0]


def test_a_web_address_is_no_machine_path(executed):
    cell = _cell_with(executed, "text/plain")
    cell.outputs.append(new_output("stream", text="see https://example.org/home/tmp/a </var/>"))
    assert output_defects(executed, 9, "/x") == []


def test_verdicts_of_both_editions_are_read(built, executed):
    learner = nbformat.read(built.learner, as_version=4)
    assert verdict_defects(executed, "Right") == []
    assert verdict_defects(learner, "Not yet") == []
    assert len(verdict_defects(executed, "Not yet")) == 3
    assert len(verdict_defects(learner, "Right")) == 3


@pytest.mark.parametrize(
    ("prose", "output", "missing"),
    [
        ("The Gini index is 0.716.", "0.7163", []),
        ("The Gini index is 0.716.", "0.7174", ["0.716"]),
        ("About .88 of it.", "0.8808", []),
        ("It is 0.5 exactly.", "", []),
        ("## References\nLee, arXiv 1234.56789 and 3.14.", "", []),
        ("> The article says 0.77.", "", []),
        ("[It](https://example.org/1.25) is Python 3.11.", "", []),
        ("One 0.25, two 0.25.", "", ["0.25"]),
    ],
)
def test_a_number_typed_into_the_prose_is_caught(prose, output, missing):
    code = new_code_cell("print(x)", outputs=[new_output("stream", text=output)])
    notebook = nbformat.v4.new_notebook(cells=[new_markdown_cell(prose), code])
    assert typed_numbers(notebook) == [
        f"the prose says {number}, which no output shows" for number in missing
    ]


def test_lax_cells_are_counted(executed):
    strict, cells = strict_share([executed])
    assert strict == cells > 5
    _cell_with(executed, "image/png").metadata["tags"] = ["nbval-ignore-output"]
    assert strict_share([executed]) == (strict - 1, cells)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda notebook: notebook.cells[1].update(source="import os"),
            "2 differs in its source",
        ),
        (
            lambda notebook: notebook.cells[2].metadata.update(tags=["x"]),
            "3 differs in its meta",
        ),
        (lambda notebook: notebook.cells.pop(), "stored"),
        (
            lambda notebook: notebook.metadata.update(kernelspec={}),
            "notebook's metadata",
        ),
    ],
)
def test_drift_is_caught(built, change, said):
    original = built.solutions.read_bytes()
    notebook = nbformat.read(built.solutions, as_version=4)
    change(notebook)
    try:
        nbformat.write(notebook, built.solutions)
        defects = drift(built)
    finally:
        built.solutions.write_bytes(original)
    assert len(defects) == 1
    assert said in defects[0]


def test_a_missing_edition_is_drift(course):
    assert ["is missing" in defect for defect in drift(Lesson("90_sample", course))] == [True, True]


def test_another_output_of_a_cell_that_both_editions_share_is_drift(built):
    original = built.learner.read_text()
    try:
        built.learner.write_text(original.replace("0.7, 0.2, 0.1", "0.7, 0.2, 0.3"))
        assert ["code cell 2 shows learners" in defect for defect in drift(built)] == [True]
    finally:
        built.learner.write_text(original)


def test_nbval_passes_on_what_was_stored(built):
    arguments, left_out = nbval_arguments([built])
    assert left_out == []
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    call = {"cwd": ROOT, "env": kernel_environment(ROOT), "capture_output": True, "text": True}
    passing = subprocess.run(command, **call, check=False)
    assert passing.returncode == 0, passing.stdout
    code = [cell for cell in edition(built, "solutions").cells if cell.cell_type == "code"]
    exercises = sum("exercise" in cell.metadata.get("tags", []) for cell in code)
    assert f"{len(code) + 2 * exercises} passed" in passing.stdout
