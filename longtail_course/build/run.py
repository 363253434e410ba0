"""Execute lessons for `course.py run`: progress while they run, a table at the end."""

import sys
import time
from collections.abc import Iterable
from pathlib import Path

from longtail_course.build.build import build
from longtail_course.build.editions import edition, read_timings, write_notebook
from longtail_course.build.execution import LessonFailed, execute
from longtail_course.build.lesson import DATA_FOLDERS, Lesson, missing_data, not_run_sentence
from longtail_course.build.parameters import set_dataset
from longtail_course.build.source import SourceError, read_source

UNMEASURED = 30.0


class Progress:
    """One line that tells lesson, cell, seconds gone by and seconds that may remain."""

    def __init__(self, lessons: list[Lesson], runs_each: int = 1):
        timings = read_timings(lessons[0].root) if lessons else {}
        self.expected = {
            lesson.name: timings.get(lesson.name, {}).get("seconds", UNMEASURED) * runs_each
            for lesson in lessons
        }
        self.begun = time.monotonic()
        self.pending = sum(self.expected.values())
        self.live = sys.stdout.isatty()
        self.width = 0

    def cell(self, lesson: Lesson, cell: int, cells: int, which: str = "") -> None:
        """Show that a code cell starts."""
        elapsed = time.monotonic() - self.begun
        # The lesson in hand counts in full until it ends: an estimate that errs is better long.
        remaining = max(self.pending - self.expected[lesson.name] * (cell - 1) / cells, 0)
        label = f"{lesson.name} {which}".strip()
        line = f"{label}: cell {cell}/{cells}, {elapsed:.0f} s gone, about {remaining:.0f} s to go"
        if self.live:
            print("\r" + line.ljust(self.width), end="", flush=True)
            self.width = len(line)
        elif cell == 1:
            print(line, flush=True)

    def lesson(self, lesson: Lesson, text: str) -> None:
        """Show that a lesson has ended."""
        self.pending -= self.expected[lesson.name]
        self.say(f"{lesson.name}: {text}")

    def say(self, text: str) -> None:
        """Print a line that stays."""
        if self.live:
            print("\r" + " " * self.width + "\r", end="")
            self.width = 0
        print(text, flush=True)


def run(lessons: Iterable[Lesson], dataset: str | None = None) -> int:
    """Execute the solutions edition of each lesson into `build/lessons/`; 1 if one failed.

    With a `dataset`, the lessons that have it as a parameter run on that one. A notebook that lies
    there and was edited is kept beside the new one.

    Raises
    ------
    ValueError
        The dataset has to be fetched first.
    """
    if dataset in DATA_FOLDERS and missing_data([dataset]):
        raise ValueError(
            f"{dataset} is not here; set LONGTAIL_DATA_HOME to the folder that holds "
            f"{DATA_FOLDERS[dataset]}, or leave --dataset out."
        )
    chosen, rows = _partition(list(lessons))
    progress = Progress(chosen)
    for lesson in chosen:
        target = lesson.root / "build" / "lessons" / f"{lesson.name}.ipynb"
        begun = time.monotonic()
        notebook, other_data = None, False
        try:
            notebook = edition(lesson, "solutions")
            other_data = bool(dataset) and set_dataset(notebook, dataset)
            execute(
                notebook,
                target.parent,
                root=lesson.root,
                progress=lambda cell, cells, lesson=lesson: progress.cell(lesson, cell, cells),
            )
            result = f"passed on {dataset}" if other_data else "passed"
        except (LessonFailed, SourceError) as error:
            result = f"failed in {error}"
        finally:
            if notebook is not None:
                write_notebook(notebook, target, progress.say)
        seconds = time.monotonic() - begun
        progress.lesson(lesson, result)
        rows.append((lesson.name, f"{seconds:.1f}", result, _show(target)))
    return _table(rows)


def update(lessons: Iterable[Lesson]) -> int:
    """Execute both editions and store the committed notebooks; 1 if a lesson failed."""
    chosen, rows = _partition(list(lessons))
    progress = Progress(chosen, runs_each=2)

    def finished(lesson: Lesson, seconds: float, failure: str) -> None:
        result = f"failed in {failure}" if failure else "passed"
        place = lesson.root / "build" / "update" if failure else lesson.learner
        progress.lesson(lesson, result)
        rows.append((lesson.name, f"{seconds:.1f}", result, _show(place)))

    failures = build(
        chosen,
        progress=lambda lesson, which, cell, cells: progress.cell(lesson, cell, cells, which),
        finished=finished,
        say=progress.say,
    )
    status = _table(rows)
    if failures:
        print("Nothing was stored: the notebooks are as they were.")
    return status


def _partition(lessons: list[Lesson]) -> tuple[list[Lesson], list[tuple[str, str, str, str]]]:
    """Lessons that can run here, and table rows for those whose data is not here."""
    chosen, rows = [], []
    for lesson in lessons:
        try:
            missing = missing_data(read_source(lesson.source).metadata.longtail.requires)
        except SourceError:
            missing = []
        if missing:
            sentence = not_run_sentence(lesson, missing)
            print(sentence, flush=True)
            rows.append((lesson.name, "-", sentence, "-"))
        else:
            chosen.append(lesson)
    return chosen, rows


def _show(path: Path) -> str:
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else str(path)


def _table(rows: list[tuple[str, str, str, str]]) -> int:
    heads = ("lesson", "seconds", "result", "where to look")
    rows = sorted(rows)
    short = [(name, seconds, result.split(" ")[0], place) for name, seconds, result, place in rows]
    short = [row if row[2] != "not" else (*row[:2], "not run", row[3]) for row in short]
    widths = [max(len(row[i]) for row in [heads, *short]) for i in range(3)]
    print()
    for row in [heads, *short]:
        cells = [row[0].ljust(widths[0]), row[1].rjust(widths[1]), row[2].ljust(widths[2]), row[3]]
        print("  ".join(cells).rstrip())
    failed = [row for row in rows if row[2].startswith("failed")]
    for name, _, result, _ in rows:
        if result != "passed":
            print(result if result.startswith("not run") else f"{name} {result}")
    total = sum(float(row[1]) for row in rows if row[1] != "-")
    count = f"{len(rows)} lesson{'s' if len(rows) != 1 else ''}"
    print(f"{count}, {total:.0f} s, {len(failed)} failed.", flush=True)
    return 1 if failed else 0
