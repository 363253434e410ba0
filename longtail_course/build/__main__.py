"""Commands for authors: `python -m longtail_course.build --help`."""

import argparse
import os
import sys
from pathlib import Path

from longtail_course.build.lesson import ROOT, find_lessons


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and do what it says; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m longtail_course.build", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, help_text in {
        "build": "execute both editions of these lessons and store them",
        "check": "anatomy, drift and stored outputs of these lessons",
        "run": "execute the solutions edition into build/lessons/",
        "clear": "build both editions without executing them, to look at",
    }.items():
        command = commands.add_parser(name, help=help_text)
        command.add_argument("lessons", nargs="*", help="numbers or names; all when left out")
        command.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
        if name == "run":
            command.add_argument("--dataset", help="for lessons with a parameter `dataset`")
        if name == "check":
            command.add_argument("--fast", action="store_true", help="leave out the outputs")
    test = commands.add_parser("test", help="the whole suite in one pytest call")
    test.add_argument("--fast", action="store_true", help="without stored outputs and slow tests")
    work = commands.add_parser("work", help="put the lessons, without outputs, into work/")
    work.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    commands.add_parser("environment", help="write environment.yml from requirements.lock")
    commands.add_parser(
        "architecture", help="make the drawing and tables of docs/architecture.md from the imports"
    )
    commands.add_parser("reference", help="make docs/reference/ from the library's docstrings")
    commands.add_parser("picture", help="take the README's picture from the stored lesson")
    commands.add_parser(
        "evidence", help="make the tables of docs/evidence.md from the stored results"
    )
    lock = commands.add_parser("lock", help="write requirements.lock from pyproject.toml with uv")
    lock.add_argument("--upgrade", action="store_true", help="take the newest versions")
    options = parser.parse_args(arguments)
    try:
        return _COMMANDS[options.command](options)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def _build(options: argparse.Namespace) -> int:
    from longtail_course.build.run import update

    return update(find_lessons(options.root.resolve(), options.lessons))


def _run(options: argparse.Namespace) -> int:
    from longtail_course.build.run import run

    return run(find_lessons(options.root.resolve(), options.lessons), options.dataset)


def _check(options: argparse.Namespace) -> int:
    from longtail_course.build.check import check

    return check(find_lessons(options.root.resolve(), options.lessons), outputs=not options.fast)


def _clear(options: argparse.Namespace) -> int:
    from longtail_course.build.editions import EDITIONS, edition, write_notebook

    for lesson in find_lessons(options.root.resolve(), options.lessons):
        for which in EDITIONS:
            path = lesson.root / "build" / "clear" / which / f"{lesson.name}.ipynb"
            write_notebook(edition(lesson, which), path)
            print(os.path.relpath(path))
    return 0


def _test(options: argparse.Namespace) -> int:
    from longtail_course.build.suite import run_suite

    return run_suite(ROOT, fast=options.fast)


def _work(options: argparse.Namespace) -> int:
    from longtail_course.build.learner_folder import update_learner_folder

    for sentence in update_learner_folder(options.root.resolve()):
        print(sentence)
    return 0


def _environment(options: argparse.Namespace) -> int:
    from longtail_course.build.environment import write_environment

    print(write_environment(ROOT))
    return 0


def _architecture(options: argparse.Namespace) -> int:
    from longtail_course.build.architecture import write_architecture

    print(os.path.relpath(write_architecture(ROOT)))
    return 0


def _reference(options: argparse.Namespace) -> int:
    from longtail_course.build.reference import write_reference

    for path in write_reference(ROOT):
        print(os.path.relpath(path))
    return 0


def _picture(options: argparse.Namespace) -> int:
    from longtail_course.build.readme_picture import write_readme_picture

    print(os.path.relpath(write_readme_picture(ROOT)))
    return 0


def _evidence(options: argparse.Namespace) -> int:
    from longtail_course.build.evidence import write_evidence

    for path in write_evidence(ROOT):
        print(os.path.relpath(path))
    return 0


def _lock(options: argparse.Namespace) -> int:
    from longtail_course.build.lock_file import lock

    return lock(ROOT, upgrade=options.upgrade)


_COMMANDS = {
    "architecture": _architecture,
    "build": _build,
    "check": _check,
    "clear": _clear,
    "environment": _environment,
    "evidence": _evidence,
    "lock": _lock,
    "picture": _picture,
    "reference": _reference,
    "run": _run,
    "test": _test,
    "work": _work,
}

if __name__ == "__main__":
    sys.exit(main())
