"""The learner's folder: lessons without outputs, and nothing of the learner's is ever lost."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from longtail_course.build import learner_folder
from longtail_course.build.__main__ import main
from longtail_course.build.learner_folder import update_learner_folder, without_outputs
from longtail_course.build.lesson import find_lessons

ROOT = Path(__file__).resolve().parents[3]


def _lesson(text="Expected: 6.", output="6"):
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": f"# One\n{text}"},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {"execution": {"at": 1}, "nbgrader": {"points": 1}},
            "source": "count = ...",
            "execution_count": 3,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": output}],
        },
    ]
    metadata = {"kernelspec": {"name": "python3"}, "widgets": {"state": {"value": output}}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def root(tmp_path):
    """A checkout with two lessons that have been handed out."""
    (tmp_path / "notebooks").mkdir()
    for name in ("00_one", "01_two"):
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text(_lesson())
    said = update_learner_folder(tmp_path)
    assert len(said) == 1
    assert said[0].startswith("2 lessons lie in work/, without outputs.")
    return tmp_path


def _changed(root, text="Expected: 7."):
    """The course has a newer lesson 00; gives it as a learner gets it."""
    lesson = _lesson(text)
    (root / "notebooks" / "00_one.ipynb").write_text(lesson)
    return without_outputs(lesson)


def _files(root):
    return sorted(path.name for path in (root / "work").glob("*"))


def test_copies_have_no_outputs_and_all_else(root):
    notebook = json.loads((root / "work" / "00_one.ipynb").read_text())
    code = notebook["cells"][1]
    assert (code["outputs"], code["execution_count"]) == ([], None)
    assert code["metadata"] == {"nbgrader": {"points": 1}}
    assert notebook["metadata"] == {"kernelspec": {"name": "python3"}}
    assert "Expected: 6" in notebook["cells"][0]["source"]
    assert _files(root) == [".lessons.json", "00_one.ipynb", "01_two.ipynb"]


def test_a_second_start_changes_and_says_nothing(root):
    before = {path: path.stat().st_mtime_ns for path in (root / "work").iterdir()}
    assert update_learner_folder(root) == []
    assert {path: path.stat().st_mtime_ns for path in (root / "work").iterdir()} == before


def test_an_untouched_lesson_is_replaced_without_a_word(root):
    newer = _changed(root)
    assert update_learner_folder(root) == []
    assert (root / "work" / "00_one.ipynb").read_bytes() == newer
    assert update_learner_folder(root) == []


def test_new_outputs_alone_change_nothing_for_the_learner(root):
    (root / "work" / "00_one.ipynb").write_text("mine")
    (root / "notebooks" / "00_one.ipynb").write_text(_lesson(output="another machine's"))
    assert update_learner_folder(root) == []


def test_an_edited_lesson_stays_and_the_newer_one_is_offered_once(root):
    mine = root / "work" / "00_one.ipynb"
    mine.write_text("mine")
    assert update_learner_folder(root) == []
    newer = _changed(root)
    (said,) = update_learner_folder(root)
    assert said.startswith("Lesson 00 has changed since you began it. Yours stays work/00_one")
    assert mine.read_text() == "mine"
    offer = root / "work" / "00_one.new.ipynb"
    assert offer.read_bytes() == newer
    assert update_learner_folder(root) == []
    # Whoever does not want it removes it, and is not asked again.
    offer.unlink()
    assert update_learner_folder(root) == []
    assert not offer.exists()
    # An offer that nobody touched makes room for a newer one; the learner's notes in it do not.
    _changed(root, "Expected: 8.")
    update_learner_folder(root)
    newest = _changed(root, "Expected: 9.")
    (said,) = update_learner_folder(root)
    assert said.endswith("work/00_one.new.ipynb")
    assert offer.read_bytes() == newest
    offer.write_text("notes")
    last = _changed(root, "Expected: 10.")
    (said,) = update_learner_folder(root)
    assert said.endswith("work/00_one.new2.ipynb")
    assert offer.read_text() == "notes"
    assert (root / "work" / "00_one.new2.ipynb").read_bytes() == last
    assert mine.read_text() == "mine"


def test_an_offer_that_was_taken_is_the_learners_lesson(root):
    mine = root / "work" / "00_one.ipynb"
    mine.write_text("mine")
    _changed(root)
    update_learner_folder(root)
    (root / "work" / "00_one.new.ipynb").replace(mine)
    assert update_learner_folder(root) == []
    newer = _changed(root, "Expected: 8.")
    assert update_learner_folder(root) == []
    assert mine.read_bytes() == newer


def test_a_deleted_lesson_comes_back_fresh(root):
    (root / "work" / "01_two.ipynb").unlink()
    (said,) = update_learner_folder(root)
    assert said == "work/01_two.ipynb was not there any more: a fresh one is."
    assert (root / "work" / "01_two.ipynb").read_bytes() == without_outputs(_lesson())


def test_a_lesson_that_the_course_gains_or_drops(root):
    (root / "notebooks" / "01_two.ipynb").rename(root / "notebooks" / "02_two.ipynb")
    assert sorted(update_learner_folder(root)) == [
        "work/01_two.ipynb is gone: the course has no such lesson any more.",
        "work/02_two.ipynb is new.",
    ]
    (root / "work" / "02_two.ipynb").write_text("mine")
    (root / "notebooks" / "02_two.ipynb").unlink()
    (said,) = update_learner_folder(root)
    assert "yours stays" in said
    assert (root / "work" / "02_two.ipynb").read_text() == "mine"
    assert update_learner_folder(root) == []


@pytest.mark.parametrize(
    "record",
    [b"", b"{", b"\xff\xfe", b"[]", b'{"00_one": 3}', b'{"00_one": {"given": 1}}', None],
    ids=["empty", "cut", "not-text", "a-list", "a-number", "no-hash", "gone"],
)
def test_a_damaged_record_costs_nothing(root, record):
    path = root / "work" / ".lessons.json"
    path.unlink() if record is None else path.write_bytes(record)
    (root / "work" / "00_one.ipynb").write_text("mine")
    (root / "work" / "01_two.ipynb").unlink()
    (said,) = update_learner_folder(root)
    assert "was damaged and is made anew" in said
    assert (root / "work" / "00_one.ipynb").read_text() == "mine"
    assert _files(root) == [".lessons.json", "00_one.ipynb", "01_two.ipynb"]
    # From here on everything is as before.
    assert update_learner_folder(root) == []
    _changed(root)
    assert "has changed since" in update_learner_folder(root)[0]


def test_a_lesson_is_there_whole_or_not_at_all(root, monkeypatch):
    before = (root / "work" / "00_one.ipynb").read_bytes()
    _changed(root)

    def full(path, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ValueError, match=r"cannot be put into work/ \(No space left on device\)"):
        update_learner_folder(root)
    assert (root / "work" / "00_one.ipynb").read_bytes() == before
    assert _files(root) == [".lessons.json", "00_one.ipynb", "01_two.ipynb"]
    monkeypatch.undo()
    assert update_learner_folder(root) == []


def test_a_folder_that_cannot_be_written(root, monkeypatch, capsys):
    (root / "work" / "00_one.ipynb").unlink()

    def refuse(path, content):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(learner_folder.Path, "write_bytes", refuse)
    assert main(["work", "--root", str(root)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: The lessons cannot be put into work/ (Permission denied)")
    assert said.count("\n") == 1


def test_a_file_in_the_place_of_the_folder(tmp_path, capsys):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "00_one.ipynb").write_text(_lesson())
    (tmp_path / "work").write_text("")
    assert main(["work", "--root", str(tmp_path)]) == 2
    assert "cannot be put into work/" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3, "metadata": {}}'])
def test_a_damaged_lesson_is_named(root, capsys, text):
    (root / "notebooks" / "01_two.ipynb").write_text(text)
    assert main(["work", "--root", str(root)]) == 2
    assert "notebooks/01_two.ipynb is damaged" in capsys.readouterr().err


def test_no_lessons_at_all(tmp_path):
    with pytest.raises(ValueError, match="holds no lessons"):
        update_learner_folder(tmp_path)


def test_the_folder_is_filled_without_a_second_of_imports():
    """`course.py lab` does so before JupyterLab starts, each time."""
    code = "import sys, longtail_course.build.learner_folder; print('nbformat' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
    assert found.stdout.strip() == b"False"


@pytest.fixture(scope="module")
def lessons():
    paths = [lesson.learner for lesson in find_lessons(ROOT)]
    return {path.name: json.loads(without_outputs(path.read_text("utf-8"))) for path in paths}


def test_links_of_the_real_lessons_work_from_work(lessons):
    assert len(lessons) >= 17
    found = set()
    for name, notebook in lessons.items():
        for cell in notebook["cells"]:
            if cell["cell_type"] != "markdown":
                continue
            text = "".join(cell["source"])
            links = re.findall(r"\]\(([^)#:\s]+)[^)]*\)|(?:href|src)=\"([^\"#:]+)\"", text)
            for link in filter(None, (one or other for one, other in links)):
                here = link in lessons or (ROOT / "work" / link).resolve().exists()
                assert here, f"{name} links to {link}"
                found.add(link)
    assert "../docs/glossary.md" in found
    assert len(found) > 10


def test_no_answer_stands_in_a_real_copy(lessons):
    for notebook in lessons.values():
        assert all(
            cell["outputs"] == [] and cell["execution_count"] is None
            for cell in notebook["cells"]
            if cell["cell_type"] == "code"
        )
        assert "widgets" not in notebook["metadata"]


@pytest.mark.slow
def test_check_cells_give_their_verdicts_in_work(tmp_path, lessons):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.from_dict(lessons["00_start_here.ipynb"])
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "item-count":
            cell.source = "count = 6"
    folder = tmp_path / "work"
    folder.mkdir()
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    verdicts = {
        cell.metadata.nbgrader.grade_id: str(cell.outputs)
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert "Right" in verdicts["item-count-check"]
    assert "Not yet" in verdicts["top-share-check"]
