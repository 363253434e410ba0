"""How far a lesson's numbers move between processors: measured by authors, stored with the cell.

`python -m longtail_course.build spread NN` executes the solutions under other kernels and thread
counts. Where a word, a sign or a whole output differs, the lesson prints too much, and the command
says which cell. A number that moves by more than its last printed digit gets its spread stored.
"""

from collections.abc import Callable, Iterable

import nbformat
from nbformat import NotebookNode

from longtail_course.build.cell_spread import Spread
from longtail_course.build.check import SANITISE
from longtail_course.build.drift import drift
from longtail_course.build.editions import EDITIONS, edition, write_notebook
from longtail_course.build.execution import LessonFailed, execute
from longtail_course.build.lesson import Lesson, missing_data, not_run_sentence
from longtail_course.build.output_comparison import moved_numbers, sanitisers, texts
from longtail_course.build.printed_numbers import read_numbers
from longtail_course.build.processor_kernels import variants
from longtail_course.build.source import read_source

__all__ = ["compare_runs", "set_spreads", "store_spread", "store_spreads"]


def store_spread(
    lesson: Lesson, progress: Callable[[str], None] = lambda variant: None
) -> list[str]:
    """Measure the spread of a lesson that is built, and store it in both editions.

    Parameters
    ----------
    lesson : Lesson
        Its notebooks must not have drifted.
    progress : callable
        Called with the name of each variant before it is executed.

    Returns
    -------
    list of str
        One sentence for each cell that cannot be stored so; then nothing is written.
    """
    drifted = drift(lesson)
    if drifted:
        return drifted
    stored = nbformat.read(lesson.solutions, as_version=4)
    runs = {}
    for name, settings in variants().items():
        progress(name)
        runs[name] = edition(lesson, "solutions")
        try:
            execute(runs[name], lesson.solutions.parent, root=lesson.root, settings=settings)
        except LessonFailed as error:
            return [f"{lesson.name}, {name}: {error}"]
    drifted = drift(lesson)
    if drifted:
        # Somebody has edited it meanwhile.
        return drifted
    spreads, defects = compare_runs(stored, runs)
    if defects:
        return [f"{lesson.name}, {defect}" for defect in defects]
    for which in EDITIONS:
        notebook = nbformat.read(lesson.notebook(which), as_version=4)
        set_spreads(notebook, spreads, stored)
        write_notebook(notebook, lesson.notebook(which))
    return []


def store_spreads(lessons: Iterable[Lesson]) -> int:
    """Do so for several lessons and tell how it goes; 1 if one cannot be stored."""
    status = 0
    for lesson in lessons:
        missing = missing_data(read_source(lesson.source).metadata.longtail.requires)
        if missing:
            print(not_run_sentence(lesson, missing), flush=True)
            continue
        defects = store_spread(
            lesson,
            lambda name, lesson=lesson: print(f"{lesson.name}: {name}", flush=True),
        )
        print("\n".join([f"{lesson.name}: {len(defects)} defects", *defects]), flush=True)
        status |= bool(defects)
    return int(status)


def compare_runs(
    stored: NotebookNode, runs: dict[str, NotebookNode]
) -> tuple[dict[str, Spread], list[str]]:
    """The spreads of the cells by their ids, and a sentence for each cell whose words differ."""
    spreads, defects, number = {}, [], 0
    patterns = sanitisers(SANITISE.read_text(encoding="utf-8"))
    for place, cell in enumerate(stored.cells):
        if cell.cell_type != "code":
            continue
        number += 1
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            continue
        own = texts(cell.outputs, patterns)
        others = {name: texts(run.cells[place].outputs, patterns) for name, run in runs.items()}
        found: Spread = {}
        for kind in sorted({*own}.union(*others.values())):
            counts = {len(shown.get(kind, [])) for shown in (own, *others.values())}
            moved = {} if len(counts) == 1 else None
            offset = 0
            for nth in range(len(own.get(kind, [])) if moved is not None else 0):
                versions = [shown[kind][nth] for shown in (own, *others.values())]
                here = moved_numbers(versions)
                if here is None:
                    moved = None
                    break
                moved.update({str(offset + at): by for at, by in here.items()})
                offset += len(read_numbers(versions[0]))
            if moved is None:
                names = [name for name in others if _words_differ(own, others[name], kind)]
                defects.append(
                    f"code cell {number}: words or signs in {kind} differ under "
                    f"{' and '.join(names) or 'other kernels'}; print fewer digits"
                )
            elif moved:
                found[kind] = moved
        if found:
            spreads[cell.id] = found
    return spreads, defects


def _words_differ(own: dict[str, list[str]], other: dict[str, list[str]], kind: str) -> bool:
    one, two = own.get(kind, []), other.get(kind, [])
    return len(one) != len(two) or any(
        moved_numbers([text, changed]) is None for text, changed in zip(one, two, strict=True)
    )


def set_spreads(notebook: NotebookNode, spreads: dict[str, Spread], measured: NotebookNode) -> None:
    """Put spreads into the cells that show what was measured, and take old ones away."""
    shown = {cell.id: texts(cell.outputs) for cell in measured.cells if cell.cell_type == "code"}
    for cell in notebook.cells:
        cell.metadata.pop("longtail", None)
        if cell.id in spreads and texts(cell.outputs) == shown[cell.id]:
            cell.metadata["longtail"] = NotebookNode(spread=spreads[cell.id])
