"""What a person edited in a notebook outlives every command that writes one in its place."""

import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from longtail_course.build.__main__ import main
from longtail_course.build.build import build
from longtail_course.build.drift import drift
from longtail_course.build.editions import write_notebook
from longtail_course.build.edits import hash_of_cells, is_edited, keep_edits
from longtail_course.build.execution import LessonFailed, Timing, settle
from longtail_course.build.learner_folder import update_learner_folder, without_outputs


@pytest.fixture(autouse=True)
def no_kernels(monkeypatch):
    """Cells are not executed; one with the word "missing" fails."""

    def execute(notebook, folder, **options):
        settle(notebook)
        if any("missing" in cell.source for cell in notebook.cells):
            raise LessonFailed("code cell 2 of 2: NameError")
        return Timing(1.0, 1.0)

    monkeypatch.setattr("longtail_course.build.build.execute", execute)
    monkeypatch.setattr("longtail_course.build.run.execute", execute)


@pytest.fixture
def lesson(add_lesson):
    """A lesson that takes no time, with an exercise."""
    lesson = add_lesson("03_small", "print(1)")
    exercise = '# %% exercise="one"\nx = ...\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n\n'
    lesson.source.write_text(f'{exercise}# %% check="one"\nstr(x)\n')
    return lesson


def change(path, source, cell=0):
    """As a person does in JupyterLab: other source, and what Jupyter adds when it saves."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[cell].source = source
    run_by_hand(notebook)
    nbformat.write(notebook, path)
    return path.read_bytes()


def run_by_hand(notebook):
    """What stays in a notebook that was only run and saved."""
    notebook.metadata["kernelspec"]["display_name"] = "Python 3.11"
    notebook.metadata["widgets"] = {"state": {}}
    for number, cell in enumerate(notebook.cells):
        cell.metadata.update(collapsed=False, scrolled=True, tags=cell.metadata.get("tags", []))
        if cell.cell_type == "code":
            cell.metadata["execution"] = {"iopub.status.busy": "2026-11-27T12:00:00Z"}
            cell.execution_count = number + 40
            cell.outputs = [nbformat.v4.new_output("stream", text="another output\n")]


def files(folder):
    return sorted(path.name for path in folder.rglob("*.ipynb"))


def command(root, name):
    """The command, and the notebook that it writes, by name."""
    where = {
        "build": root / "notebooks" / "03_small.ipynb",
        "build-solutions": root / "notebooks" / "solutions" / "03_small.ipynb",
        "run": root / "build" / "lessons" / "03_small.ipynb",
        "clear": root / "build" / "clear" / "learner" / "03_small.ipynb",
    }
    return (lambda: main([name.partition("-")[0], "--root", str(root), "03"])), where[name]


@pytest.mark.parametrize("name", ["build", "build-solutions", "run", "clear"])
def test_an_edit_outlives_every_command(course, lesson, capsys, name):
    write, path = command(course, name)
    assert write() == 0
    once = files(course)
    assert write() == 0
    assert files(course) == once

    # A filled exercise, then another one; each is kept under a name of its own.
    first = change(path, "x = 1 + 0")
    capsys.readouterr()
    assert write() == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "mine-" in line]
    mine = path.with_name("03_small.mine-1.ipynb")
    assert len(told) == 1
    assert str(path.name) in told[0]
    assert told[0].endswith(mine.name)
    assert mine.read_bytes() == first
    assert write() == 0
    second = change(path, "x = 2 - 1")
    assert write() == 0
    assert path.with_name("03_small.mine-2.ipynb").read_bytes() == second
    assert mine.read_bytes() == first
    assert len(files(course)) == len(once) + 2
    assert not is_edited(path.read_bytes())


@pytest.mark.parametrize("name", ["build", "run", "clear"])
def test_a_notebook_that_was_only_run_is_written_anew(course, lesson, capsys, name):
    write, path = command(course, name)
    assert write() == 0
    once = files(course)
    notebook = nbformat.read(path, as_version=4)
    run_by_hand(notebook)
    nbformat.write(notebook, path)
    assert write() == 0
    assert files(course) == once
    assert "mine" not in capsys.readouterr().out
    assert "another output" not in path.read_text()


def test_a_failed_build_keeps_what_was_edited_in_its_draft(course, lesson, capsys):
    lesson.source.write_text(lesson.source.read_text().replace("str(x)", "str(missing)"))
    assert main(["build", "--root", str(course), "03"]) == 1
    draft = course / "build" / "update" / "03_small" / "solutions.ipynb"
    edited = change(draft, "missing = x = 1")
    assert main(["build", "--root", str(course), "03"]) == 1
    assert draft.with_name("solutions.mine-1.ipynb").read_bytes() == edited


def test_the_advice_of_the_check_says_what_becomes_of_the_edit(course, lesson):
    assert build([lesson]) == {}
    assert drift(lesson) == []
    edited = change(lesson.learner, "x = 1")
    (said,) = drift(lesson)
    assert said.endswith(
        "mend: python -m longtail_course.build build 03, which keeps the edited notebook as "
        "notebooks/03_small.mine-1.ipynb; to change the lesson, edit notebooks/source/03_small.py"
    )
    assert build([lesson]) == {}
    assert drift(lesson) == []
    assert lesson.learner.with_name("03_small.mine-1.ipynb").read_bytes() == edited
    # A source that has changed since is another reason to build; nothing is there to keep.
    lesson.source.write_text(lesson.source.read_text().replace("str(x)", "str(x + 1)"))
    assert all(said.endswith("build 03") for said in drift(lesson))
    assert len(drift(lesson)) == 2


def test_what_is_kept_is_no_lesson(course, lesson):
    assert build([lesson]) == {}
    change(lesson.learner, "x = 1")
    assert build([lesson]) == {}
    update_learner_folder(course)
    assert files(course / "work") == ["03_small.ipynb"]


def test_learners_do_not_get_the_hash(course, lesson):
    assert build([lesson]) == {}
    given = json.loads(without_outputs(lesson.learner.read_text()))
    assert given["metadata"]["longtail"] == {"lesson": "03_small", "requires": []}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"cells": 3, "metadata": {}}'])
def test_a_file_that_is_no_notebook_is_kept(tmp_path, content):
    path = tmp_path / "one.ipynb"
    path.write_bytes(content)
    write_notebook(new_notebook(), path)
    assert (tmp_path / "one.mine-1.ipynb").read_bytes() == content


def test_a_notebook_without_a_hash_is_kept_unless_it_has_the_same_cells(tmp_path):
    path, notebook = tmp_path / "one.ipynb", new_notebook(cells=[new_code_cell("1")])
    nbformat.write(notebook, path)
    write_notebook(new_notebook(cells=[new_code_cell("1")]), path)
    assert files(tmp_path) == ["one.ipynb"]
    nbformat.write(notebook, path)
    write_notebook(new_notebook(cells=[new_code_cell("2")]), path)
    assert files(tmp_path) == ["one.ipynb", "one.mine-1.ipynb"]


def test_the_same_edit_is_kept_once(tmp_path):
    """As after an interruption between keeping and writing."""
    path, said = tmp_path / "one.ipynb", []
    nbformat.write(new_notebook(), path)
    for _ in range(2):
        keep_edits(path, say=said.append)
    assert files(tmp_path) == ["one.ipynb", "one.mine-1.ipynb"]
    assert said[0] == said[1]
    keep_edits(tmp_path / "not there.ipynb", say=said.append)
    assert len(said) == 2


CELLS = st.lists(
    st.tuples(st.sampled_from([new_code_cell, new_markdown_cell]), st.text(max_size=8)), max_size=4
)


@given(CELLS, CELLS)
def test_cells_have_one_hash_if_and_only_if_they_are_the_same(one, other):
    hashes = [hash_of_cells(new_notebook(cells=[make(text) for make, text in cells]))
              for cells in (one, other)]  # fmt: skip
    assert (hashes[0] == hashes[1]) == (one == other)


@given(CELLS, st.integers(0, 3), st.text(min_size=1, max_size=4))
def test_the_hash_outlives_the_file_and_sees_every_edit(tmp_path_factory, cells, at, text):
    path = tmp_path_factory.mktemp("one") / "one.ipynb"
    write_notebook(new_notebook(cells=[make(text) for make, text in cells]), path)
    # Jupyter writes sources as lists of lines.
    notebook = nbformat.read(path, as_version=4)
    nbformat.write(notebook, path)
    assert not is_edited(path.read_bytes())
    if at < len(cells):
        notebook.cells[at].source += text
        nbformat.write(notebook, path)
        assert is_edited(path.read_bytes())
