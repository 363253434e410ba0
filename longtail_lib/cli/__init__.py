"""The `longtail` command: reads the command line, runs a sub-command, words its errors."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import longtail_lib
from longtail_lib.cli import _benchmark as benchmark
from longtail_lib.cli import _data as data

__all__ = ["main"]

# Each module adds one group of sub-commands by its `add_to(groups)`.
GROUPS = (data, benchmark)


class _UsageError(Exception):
    """The command line was not understood."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _UsageError(f"{message}; see {self.prog} --help")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the `longtail` command."""
    try:
        arguments = _parser().parse_args(argv)
        arguments.run(arguments)
        sys.stdout.flush()
    except SystemExit as exit_:
        # argparse leaves by SystemExit after --help and --version.
        return int(exit_.code or 0)
    except BrokenPipeError:
        # The reader, such as `head`, has gone: nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("longtail: interrupted", file=sys.stderr)
        return 130
    except (_UsageError, ValueError, KeyError, TypeError, OSError) as error:
        said = error.args[0] if isinstance(error, KeyError) and error.args else error
        print(f"longtail: {said}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="longtail",
        description="Long-tail recommendation: data, and what can be learnt from it.",
        epilog="examples:\n  longtail data list\n  longtail data info shop\n"
        "  longtail benchmark --dataset shop --models Popularity EASE --out results.json\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action="version", version=f"longtail {longtail_lib.__version__}"
    )
    groups = parser.add_subparsers(title="groups", metavar="GROUP", required=True)
    for group in GROUPS:
        group.add_to(groups)
    return parser
