"""Run the tests of properties longer and at random, which the suite does not.

In the suite Hypothesis draws the same examples each time, so that a learner's first test cannot
fail by chance. Here each round has a seed of its own, which is printed, and a failure ends it.
"""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from longtail_course.build.processes import end_with_parent

__all__ = ["RANDOM", "fuzz"]

# Read by tests/conftest.py.
RANDOM = "LONGTAIL_COURSE_RANDOM"
_NO_TESTS = 5


def fuzz(root: Path, paths: Iterable[str], *, rounds: int = 10, seed: int | None = None) -> int:
    """Run the tests that use Hypothesis; gives pytest's exit code of the round that failed, or 0.

    Parameters
    ----------
    root : Path
        The checkout.
    paths : iterable of str
        Files or folders of tests.
    rounds : int
        How often; a round takes as long as these tests take in the suite.
    seed : int, optional
        Run one round, with this seed.
    """
    seeds = [secrets.randbelow(2**32) for _ in range(rounds)] if seed is None else [seed]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "hypothesis", *paths]
    for number, each in enumerate(seeds, start=1):
        print(f"round {number} of {len(seeds)}, seed {each}", flush=True)
        status = subprocess.call(
            [*command, f"--hypothesis-seed={each}"],
            cwd=root,
            env={**os.environ, RANDOM: "1"},
            preexec_fn=end_with_parent(),
        )
        if status == _NO_TESTS:
            print("no test here uses Hypothesis", flush=True)
        if status:
            return status
    return 0
