"""The `longtail` command: reads the command line, runs a sub-command, words its errors."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any, NoReturn

import longtail_lib
from longtail_lib.cli import _benchmark as benchmark
from longtail_lib.cli import _data as data
from longtail_lib.cli import _encoder as encoder
from longtail_lib.cli import _evaluate as evaluate
from longtail_lib.cli import _language as language
from longtail_lib.cli import _recommend as recommend
from longtail_lib.cli._log_options import in_options

__all__ = ["main"]

# Each module adds one command, or a group of them, by its `add_to(groups)`.
GROUPS = (evaluate, recommend, benchmark, data, encoder, language)


# What the library raises where files, values or models are not as they must be.
_TOLD = (
    ValueError,
    KeyError,
    TypeError,
    OSError,
    MemoryError,
    ImportError,
    NotImplementedError,
)


class _UsageError(Exception):
    """The command line was not understood."""


class _Help(argparse.RawDescriptionHelpFormatter):
    """Keeps line breaks, and each command on one line."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _UsageError(f"{message}; see {self.prog} --help")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the `longtail` command.

    Parameters
    ----------
    argv : sequence of str or None
        The words after `longtail`; those of the process if None.

    Returns
    -------
    int
        0 where all went well; 1 where a file, a column, a value in it or a model is not as it must
        be; 2 where the command line was not understood; 130 after an interruption. Of what went
        wrong one line says on standard error what and where.
    """
    arguments = None
    try:
        arguments = _parser().parse_args(argv)
        with warnings.catch_warnings():
            warnings.showwarning = _tell
            arguments.run(arguments)
        sys.stdout.flush()
    except SystemExit as exit_:
        # argparse leaves by SystemExit after --help and --version.
        return int(exit_.code or 0)
    except BrokenPipeError:
        # The reader, such as `head`, has gone: nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt as stop:
        _say("; ".join(["interrupted", *map(str, stop.args)]))
        return 130
    except (_UsageError, argparse.ArgumentError) as error:
        _say(error)
        return 2
    except _TOLD as error:
        _say(in_options(_words_of(error), arguments))
        return 1
    return 0


def _words_of(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])
    return str(error) or type(error).__name__


def _tell(message: Warning | str, *_: Any) -> None:
    _say(f"warning: {message}")


def _say(said: Any) -> None:
    """One line on standard error, whatever line breaks a message has."""
    print(f"longtail: {' '.join(str(said).split())}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="longtail",
        description="Recommendation whose numbers can be trusted, for head and long tail.\n\n"
        "Start with `evaluate`: it takes a log with one row an interaction, the names of its\n"
        "columns, and says how well simple recommenders do on it. `--save` keeps a model, and\n"
        "`recommend` serves it. `benchmark` searches settings at length and stores what it found;\n"
        "`data` has logs to try, `encoder` has models that read texts, `language` a small one\n"
        "that also writes. Each command has a --help of its own.\n\n"
        "Exit codes: 0, all went well; 1, a file, a column, a value or a model is not as it must\n"
        "be; 2, the command line was not understood; 130, interrupted.",
        epilog="examples:\n"
        "  longtail evaluate log.csv --user uid --item sku --timestamp ts\n"
        "  longtail evaluate log.csv --user uid --item sku --models EASE --save ease.npz\n"
        "  longtail recommend ease.npz --user 7 9\n"
        "  longtail benchmark --dataset shop --models Popularity EASE --out results.json\n"
        "  longtail data list\n",
        formatter_class=_Help,
    )
    parser.add_argument(
        "--version", action="version", version=f"longtail {longtail_lib.__version__}"
    )
    groups = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in GROUPS:
        group.add_to(groups)
    return parser
