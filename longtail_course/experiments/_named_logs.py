"""The command line of experiments that run on the real logs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from longtail_course.experiments.stored import LOGS

__all__ = ["named_logs"]


def named_logs(
    arguments: Sequence[str] | None, about: str, known: Sequence[str] = LOGS
) -> Sequence[str]:
    """Read which logs are named, or take all; an unknown name ends the command with one line."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("logs", nargs="*", metavar="LOG", help=", ".join(known))
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.logs) - set(known))
    if unknown:
        parser.error(f"unknown log {', '.join(unknown)}; known are {', '.join(known)}")
    return options.logs or known
