"""Build both editions of a lesson, execute them, and store them all or none."""

import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import nbformat

from longtail_course.build.cell_spread import keep_spread
from longtail_course.build.editions import EDITIONS, edition, read_timings, write_notebook
from longtail_course.build.edits import keep_edits
from longtail_course.build.execution import LessonFailed, Timing, execute
from longtail_course.build.header import tell_seconds
from longtail_course.build.lesson import Lesson

# A measurement within a third of the stored one is noise; the header would change for nothing.
TOLERANCE = 0.33


def build(
    lessons: Iterable[Lesson],
    *,
    progress: Callable[[Lesson, str, int, int], None] = lambda lesson, which, cell, cells: None,
    finished: Callable[[Lesson, float, str], None] = lambda lesson, seconds, failure: None,
    say: Callable[[str], None] = print,
) -> dict[str, str]:
    """Execute both editions and store them once every one of them has passed.

    Parameters
    ----------
    lessons : iterable of Lesson
        The lessons.
    progress : callable
        Called with lesson, edition, number of the code cell and number of code cells.
    finished : callable
        Called with lesson, seconds for both editions, and the failure or "".
    say : callable
        Told, in one line, where a notebook is kept that was edited and is written anew.

    Returns
    -------
    dict
        Lesson name to failure. Where it is not empty, no committed notebook was touched; what
        was executed lies under `build/update/`.
    """
    lessons, failures, measured = list(lessons), {}, {}
    if not lessons:
        return failures
    root = lessons[0].root
    staged: list[tuple[Path, Lesson, str]] = []
    for lesson in lessons:
        begun = time.monotonic()
        # A folder for each lesson: authors build side by side.
        staging = root / "build" / "update" / lesson.name
        for which in EDITIONS:
            # The table of a failed build sends people here.
            keep_edits(staging / f"{which}.ipynb", say=say)
            (staging / f"{which}.ipynb").unlink(missing_ok=True)
        try:
            for which in EDITIONS:
                notebook = edition(lesson, which)
                draft = staging / f"{which}.ipynb"
                staged.append((draft, lesson, which))
                try:
                    spent = execute(
                        notebook,
                        lesson.notebook(which).parent,
                        root=root,
                        progress=lambda cell, cells, which=which, lesson=lesson: progress(
                            lesson, which, cell, cells
                        ),
                    )
                finally:
                    write_notebook(notebook, draft, say)
                if which == "solutions":
                    measured[lesson.name] = spent
            finished(lesson, time.monotonic() - begun, "")
        except (LessonFailed, ValueError, RuntimeError) as error:
            failures[lesson.name] = f"{which} edition, {error}"
            finished(lesson, time.monotonic() - begun, failures[lesson.name])
    if not failures:
        _store(root, staged, measured, say)
    return failures


def _store(
    root: Path,
    staged: list[tuple[Path, Lesson, str]],
    measured: dict[str, Timing],
    say: Callable[[str], None],
) -> None:
    timings = read_timings(root)
    for name, timing in measured.items():
        stored = timings.get(name, {}).get("seconds")
        if stored is None or abs(timing.seconds - stored) > max(2.0, TOLERANCE * stored):
            timings[name] = {
                "seconds": round(timing.seconds, 1),
                "slowest_cell": round(timing.slowest_cell, 1),
            }
    for draft, lesson, which in staged:
        notebook = nbformat.read(draft, as_version=4)
        if lesson.notebook(which).is_file():
            keep_spread(nbformat.read(lesson.notebook(which), as_version=4), notebook)
        tell_seconds(notebook, timings[lesson.name])
        write_notebook(notebook, draft, say)
        keep_edits(lesson.notebook(which), notebook, say)
    for draft, lesson, which in staged:
        lesson.notebook(which).parent.mkdir(parents=True, exist_ok=True)
        draft.replace(lesson.notebook(which))
    path = root / "notebooks" / "timings.json"
    part = path.with_name(f".timings.{os.getpid()}.part")
    current = read_timings(root)
    current.update({name: timings[name] for name in measured})
    part.write_text(json.dumps(current, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(path)
