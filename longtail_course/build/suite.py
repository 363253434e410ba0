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
from longtail_course.build.processes import end_with_parent
from longtail_course.build.processor_kernels import own_kernel, second_kernel

# Each trains models of its own and needs up to 4 GB.
_MOST_PROCESSES = 4


def suite_arguments(root: Path, *, fast: bool = False, kernel: str = "own") -> list[str]:
    """pytest's arguments: unit tests, doctests, anatomy, drift, and every stored output.

    Parameters
    ----------
    root : Path
        The checkout.
    fast : bool
        Leave out the stored outputs and the tests marked slow.
    kernel : str
        Whose digits the lessons compute, as `processor_kernels.kernel_settings` takes it. Unit
        tests run under the machine's own.
    """
    arguments = ["-q", "--durations=10", "--doctest-modules"]
    paths = ["tests", "longtail_lib", "longtail_course"]
    # IPython reads this file with a name of its own in it; nothing else can import it.
    arguments.append("--ignore=longtail_course/build/ipython_kernel_config.py")
    processes = min(_MOST_PROCESSES, os.cpu_count() or 1)
    if processes > 1:
        # A file stays with one process: cells of a notebook build on each other.
        # Lessons take longest and come first, so that no process is left with one at the end; xdist
        # would put the files with the most tests there.
        arguments += [f"--numprocesses={processes}", "--dist=loadfile", "--no-loadscope-reorder"]
    if fast:
        return [*arguments, *paths, "-m", "not slow"]
    lessons = nbval_arguments(find_lessons(root))[0]
    if lessons:
        arguments += [*lessons, f"--lesson-kernel={kernel}"]
    return arguments + paths


def run_suite(root: Path, *, fast: bool = False, kernel: str = "own") -> int:
    """Run it; gives pytest's exit code."""
    install_kernel_config()
    kernel = second_kernel() if kernel == "second" else kernel
    if not fast:
        print(f"lessons under the kernel: {kernel} (this processor's own is {own_kernel()})")
    arguments = suite_arguments(root, fast=fast, kernel=kernel)
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.call(
        command, cwd=root, env=kernel_environment(root), preexec_fn=end_with_parent()
    )
