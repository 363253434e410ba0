"""Check single lessons: anatomy, drift, and every stored output."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from longtail_course.build.anatomy import anatomy
from longtail_course.build.drift import drift
from longtail_course.build.kernel import install_kernel_config, kernel_environment
from longtail_course.build.lesson import Lesson, missing_data, not_run_sentence
from longtail_course.build.processes import end_with_parent
from longtail_course.build.source import read_source

SANITISE = Path(__file__).with_name("nbval.cfg")


def nbval_arguments(lessons: Iterable[Lesson]) -> tuple[list[str], list[str]]:
    """pytest's arguments that compare stored outputs, and a line for each lesson left out.

    A lesson is named by its solutions; the plugin adds the learner's exercises and checks.
    """
    paths, left_out = [], []
    for lesson in lessons:
        missing = missing_data(read_source(lesson.source).metadata.longtail.requires)
        if missing:
            left_out.append(not_run_sentence(lesson, missing))
        else:
            paths.append(str(lesson.solutions))
    options = [
        "-p",
        "longtail_course.build.nbval_plugin",
        "--nbval",
        f"--nbval-sanitize-with={SANITISE}",
        "--nbval-cell-timeout=120",
    ]
    return (options + paths if paths else []), left_out


def check(lessons: Iterable[Lesson], *, outputs: bool = True, kernel: str = "own") -> int:
    """Print every defect of these lessons; 0 if there is none."""
    lessons, status = list(lessons), 0
    for lesson in lessons:
        defects = anatomy(lesson) + drift(lesson)
        print(f"{lesson.name}: {len(defects)} defects" if defects else f"{lesson.name}: sound")
        for defect in defects:
            print(f"  - {defect}")
        status |= bool(defects)
    if not outputs or not lessons:
        return int(status)
    arguments, left_out = nbval_arguments(lessons)
    print("\n".join(left_out), end="\n" if left_out else "")
    if arguments:
        install_kernel_config()
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        command.append(f"--lesson-kernel={kernel}")
        root = lessons[0].root
        status |= subprocess.call(
            command, cwd=root, env=kernel_environment(root), preexec_fn=end_with_parent()
        )
    return int(bool(status))
