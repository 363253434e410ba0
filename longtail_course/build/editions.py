"""The two editions of a lesson: what a learner opens, and the solutions."""

import copy
import json
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

from longtail_course.build.edits import keep_edits, mark_as_written
from longtail_course.build.header import fill_time
from longtail_course.build.lesson import Lesson, find_lessons
from longtail_course.build.lesson_links import link_lessons
from longtail_course.build.source import read_source

STUB = "# Your code here"
EDITIONS = ("solutions", "learner")


def edition(lesson: Lesson, which: str, timings: dict | None = None) -> NotebookNode:
    """Build one edition from the source, without outputs.

    Parameters
    ----------
    lesson : Lesson
        The lesson.
    which : {"solutions", "learner"}
        The edition.
    timings : dict, optional
        Lesson name to measured figures; `notebooks/timings.json` by default.

    Returns
    -------
    NotebookNode
        An unexecuted notebook, the same bytes each time.
    """
    timings = read_timings(lesson.root) if timings is None else timings
    notebook = fill_time(read_source(lesson.source), timings.get(lesson.name))
    names = {other.number: other.name for other in find_lessons(lesson.root)}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = link_lessons(cell.source, names, lesson.number)
    if which == "learner":
        return clear(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            # The solutions lie one folder deeper than the notebooks that links are written for.
            cell.source = cell.source.replace("](../", "](../../")
    return notebook


def clear(notebook: NotebookNode) -> NotebookNode:
    """The learner's edition of a solutions edition, made by nbgrader's own preprocessors."""
    # nbgrader takes a second to import; only the commands that build pay for it.
    from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions

    config = Config()
    config.ClearSolutions.code_stub = {"python": STUB}
    notebook = copy.deepcopy(notebook)
    for preprocessor in (ClearSolutions(config=config), ClearHiddenTests(config=config)):
        notebook, _ = preprocessor.preprocess(notebook, {})
    return notebook


def read_timings(root: Path) -> dict:
    """The measured seconds of each lesson; empty before the first measurement."""
    path = root / "notebooks" / "timings.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def write_notebook(notebook: NotebookNode, path: Path, say: Callable[[str], None] = print) -> None:
    """Validate and write a notebook under a temporary name, then rename it.

    What a person has edited at `path` is kept beside it, and `say` is told where.
    """
    mark_as_written(notebook)
    nbformat.validate(notebook)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    part.write_text(text + "\n", encoding="utf-8", newline="\n")
    keep_edits(path, notebook, say)
    part.replace(path)
