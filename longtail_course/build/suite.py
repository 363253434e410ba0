"""The whole test suite as one pytest call, so that it ends with one closing line.

It runs in as many processes as there are cores, at most four.
"""

import os
import subprocess
import sys
from pathlib import Path

from longtail_course.build.check import nbval_arguments
from longtail_course.build.kernel import install_kernel_config, kernel_environment
from longtail_course.build.lesson import find_lessons

# Each trains models of its own and needs up to 4 GB.
_MOST_PROCESSES = 4


def suite_arguments(root: Path, *, fast: bool = False) -> list[str]:
    """pytest's arguments: unit tests, doctests, anatomy, drift, and every stored output.

    Parameters
    ----------
    root : Path
        The checkout.
    fast : bool
        Leave out the stored outputs and the tests marked slow.
    """
    arguments = ["-q", "--durations=10", "--doctest-modules"]
    arguments += ["tests", "longtail_lib", "longtail_course"]
    # IPython reads this file with a name of its own in it; nothing else can import it.
    arguments.append("--ignore=longtail_course/build/ipython_kernel_config.py")
    processes = min(_MOST_PROCESSES, os.cpu_count() or 1)
    if processes > 1:
        # A file stays with one process: cells of a notebook build on each other.
        arguments += [f"--numprocesses={processes}", "--dist=loadfile"]
    if fast:
        return [*arguments, "-m", "not slow"]
    return arguments + nbval_arguments(find_lessons(root))[0]


def run_suite(root: Path, *, fast: bool = False) -> int:
    """Run it; gives pytest's exit code."""
    install_kernel_config()
    command = [sys.executable, "-m", "pytest", *suite_arguments(root, fast=fast)]
    return subprocess.call(command, cwd=root, env=kernel_environment(root))
