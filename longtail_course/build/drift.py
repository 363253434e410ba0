"""Whether the committed notebooks are what the sources give."""

import json

import nbformat
from nbformat import NotebookNode

from longtail_course.build.cell_spread import without_spread
from longtail_course.build.editions import EDITIONS, edition
from longtail_course.build.edits import is_edited, place_beside, unmarked
from longtail_course.build.lesson import Lesson
from longtail_course.build.shared_outputs import shared_output_defects


def drift(lesson: Lesson) -> list[str]:
    """Differences between a lesson's source and its two notebooks, one sentence each.

    Outputs are not computed anew here: nbval does that, in the solutions. Cells that are the same
    in both editions must have stored the same.
    """
    found, read = [], {}
    for which in EDITIONS:
        path = lesson.notebook(which)
        name = path.relative_to(lesson.root).as_posix()
        if not path.is_file():
            found.append(f"{name} is missing; build it with: {remedy(lesson)}")
            continue
        read[which] = stored = nbformat.read(path, as_version=4)
        built = edition(lesson, which)
        difference = _first_difference(built, stored)
        if difference:
            mend = f"{remedy(lesson)}{_fate(lesson, which, built)}"
            found.append(f"{name} drifts from its source: {difference}; mend: {mend}")
    if not found:
        found += [
            f"{lesson.name}, {defect}; mend: {remedy(lesson)}"
            for defect in shared_output_defects(read["solutions"], read["learner"])
        ]
    return found


def remedy(lesson: Lesson) -> str:
    """The command that rebuilds a lesson."""
    return f"python -m longtail_course.build build {lesson.number}"


def _fate(lesson: Lesson, which: str, built: NotebookNode) -> str:
    """What the command does with a notebook that a person has edited."""
    path = lesson.notebook(which)
    content = path.read_bytes()
    if not is_edited(content, built):
        return ""
    place = place_beside(path, content).relative_to(lesson.root).as_posix()
    source = lesson.source.relative_to(lesson.root).as_posix()
    return f", which keeps the edited notebook as {place}; to change the lesson, edit {source}"


def _first_difference(built: NotebookNode, stored: NotebookNode) -> str:
    metadata = unmarked(stored.metadata)
    metadata.pop("widgets", None)
    if _canonical(metadata) != _canonical(built.metadata):
        return "the notebook's metadata differ"
    for position, (new, old) in enumerate(zip(built.cells, stored.cells, strict=False), start=1):
        # The spread of a cell's numbers is measured, not written in the source.
        old = {**old, "metadata": without_spread(old.metadata)}
        for field in ("cell_type", "source", "metadata", "id"):
            if _canonical(new.get(field)) != _canonical(old.get(field)):
                return f"cell {position} differs in its {field}"
    if len(built.cells) != len(stored.cells):
        return f"{len(stored.cells)} cells stored, {len(built.cells)} in the source"
    return ""


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
