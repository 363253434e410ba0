"""The whole test suite as one pytest call, so that it ends with one closing line."""

import subprocess
import sys
from pathlib import Path

from courseware.check import nbval_arguments
from courseware.kernel import install_kernel_config, kernel_environment
from courseware.lesson import find_lessons


def suite_arguments(root: Path, *, fast: bool = False) -> list[str]:
    """pytest's arguments: unit tests, doctests, anatomy, drift, and every stored output.

    Parameters
    ----------
    root : Path
        The checkout.
    fast : bool
        Leave out the stored outputs and the tests marked slow.
    """
    arguments = ["-q", "--durations=10", "--doctest-modules", "tests", "longtail_lib", "courseware"]
    # IPython reads this file with a name of its own in it; nothing else can import it.
    arguments.append("--ignore=courseware/ipython_kernel_config.py")
    if fast:
        return [*arguments, "-m", "not slow"]
    return arguments + nbval_arguments(find_lessons(root))[0]


def run_suite(root: Path, *, fast: bool = False) -> int:
    """Run it; gives pytest's exit code."""
    install_kernel_config()
    command = [sys.executable, "-m", "pytest", *suite_arguments(root, fast=fast)]
    return subprocess.call(command, cwd=root, env=kernel_environment(root))
