"""Commands for authors: `python -m longtail_course.build --help`."""

import argparse
import os
import sys
from pathlib import Path

from longtail_course.build.lesson import ROOT, find_lessons
from longtail_course.build.processes import signals_stop


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and do what it says; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m longtail_course.build", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, help_text in {
        "build": "execute both editions of these lessons and store them",
        "check": "anatomy, drift and stored outputs of these lessons",
        "run": "execute the solutions edition into build/lessons/",
        "clear": "build both editions without executing them, to look at",
        "spread": "execute lessons under other kernels and store how far their numbers move",
    }.items():
        command = commands.add_parser(name, help=help_text)
        command.add_argument("lessons", nargs="*", help="numbers or names; all when left out")
        command.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
        if name == "run":
            command.add_argument("--dataset", help="for lessons with a parameter `dataset`")
        if name == "build":
            command.add_argument(
                "--kernels", action="store_true", help="measure the spread afterwards, as `spread`"
            )
        if name == "check":
            command.add_argument("--fast", action="store_true", help="leave out the outputs")
            _add_kernel(command)
    test = commands.add_parser("test", help="the whole suite in one pytest call")
    test.add_argument("--fast", action="store_true", help="without stored outputs and slow tests")
    work = commands.add_parser("work", help="put the lessons, without outputs, into work/")
    work.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    datasets = commands.add_parser("datasets", help="make the stored datasets again")
    datasets.add_argument(
        "names",
        nargs="*",
        help="simulated ones when left out; real ones need their source in $LONGTAIL_DATA_HOME",
    )
    datasets.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    _add_kernel(test)
    fuzz = commands.add_parser("fuzz", help="tests of properties at random, again and again")
    fuzz.add_argument("paths", nargs="*", default=["tests"], help="tests; all when left out")
    fuzz.add_argument("--rounds", type=int, default=10, help="each with a seed of its own")
    fuzz.add_argument("--seed", type=int, help="one round, with the seed that a failure told")
    extend = commands.add_parser("extend", help="add models to the stored results of a dataset")
    extend.add_argument("dataset", help="shop, movielens-small or music")
    extend.add_argument("models", nargs="+", help="names, or package.module:Class")
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
        with signals_stop():
            return _COMMANDS[options.command](options)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def _add_kernel(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--kernel",
        default="own",
        metavar="NAME",
        help="lessons with the digits of another processor: own, second, Haswell, ...",
    )


def _build(options: argparse.Namespace) -> int:
    from longtail_course.build.run import update

    status = update(find_lessons(options.root.resolve(), options.lessons))
    return status or (_spread(options) if options.kernels else 0)


def _spread(options: argparse.Namespace) -> int:
    from longtail_course.build.spread import store_spreads

    return store_spreads(find_lessons(options.root.resolve(), options.lessons))


def _fuzz(options: argparse.Namespace) -> int:
    from longtail_course.build.fuzz import fuzz

    return fuzz(ROOT, options.paths, rounds=options.rounds, seed=options.seed)


def _run(options: argparse.Namespace) -> int:
    from longtail_course.build.run import run

    return run(find_lessons(options.root.resolve(), options.lessons), options.dataset)


def _check(options: argparse.Namespace) -> int:
    from longtail_course.build.check import check

    lessons = find_lessons(options.root.resolve(), options.lessons)
    return check(lessons, outputs=not options.fast, kernel=options.kernel)


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

    return run_suite(ROOT, fast=options.fast, kernel=options.kernel)


def _work(options: argparse.Namespace) -> int:
    from longtail_course.build.learner_folder import update_learner_folder

    for sentence in update_learner_folder(options.root.resolve()):
        print(sentence)
    return 0


def _datasets(options: argparse.Namespace) -> int:
    from longtail_course.worlds import STORED_REAL, store_dataset, store_real_dataset
    from longtail_lib.simulation import PRESETS

    for name in options.names or PRESETS:
        store = store_real_dataset if name in STORED_REAL else store_dataset
        print(os.path.relpath(store(name, options.root / "datasets" / name)))
    return 0


def _extend(options: argparse.Namespace) -> int:
    from longtail_course.experiments import extend_results, stored_results
    from longtail_course.experiments.stored import EVIDENCE

    path = EVIDENCE / f"{options.dataset}.json"
    stored = stored_results(options.dataset)
    extend_results(stored, options.dataset, options.models, out=path, say=print, progress=True)
    print(os.path.relpath(path))
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
    "datasets": _datasets,
    "environment": _environment,
    "extend": _extend,
    "evidence": _evidence,
    "fuzz": _fuzz,
    "lock": _lock,
    "picture": _picture,
    "reference": _reference,
    "run": _run,
    "spread": _spread,
    "test": _test,
    "work": _work,
}

if __name__ == "__main__":
    sys.exit(main())
