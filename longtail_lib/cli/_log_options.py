"""Options that commands share: how one's own log is read, and what counts in it."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

__all__ = [
    "add_keeping",
    "add_reading",
    "chosen_models",
    "command",
    "dataset_name",
    "in_options",
    "model_name",
    "of_reading",
    "place_for",
    "print_models",
    "read_log",
    "understood",
    "whole",
]

_READING = (
    "user",
    "item",
    "rating",
    "timestamp",
    "items",
    "item_id",
    "title",
    "text",
    "separator",
    "quote",
    "columns",
    "item_columns",
    "encoding",
    "on_error",
    "unknown_items",
)


def command(
    groups: Any, name: str, purpose: str, description: str | None, examples: Sequence[str]
) -> argparse.ArgumentParser:
    """Add a command whose help ends with examples; without a description its purpose is one."""
    return groups.add_parser(
        name,
        help=purpose,
        description=description or f"{purpose[0].upper()}{purpose[1:]}.",
        epilog="examples:\n" + "".join(f"  {line}\n" for line in examples),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add what `read_table` takes, but for the log itself."""
    group = parser.add_argument_group("columns of the log and of the catalogue")
    group.add_argument("--user", metavar="COLUMN", help="of user ids; user_id")
    group.add_argument("--item", metavar="COLUMN", help="of item ids; item_id")
    group.add_argument("--rating", metavar="COLUMN", help="of ratings, if there is one")
    group.add_argument("--timestamp", metavar="COLUMN", help="of times, if there is one")
    group.add_argument("--items", type=Path, metavar="FILE", help="table of the catalogue")
    group.add_argument("--item-id", metavar="COLUMN", help="its id column; the name of --item")
    group.add_argument("--title", metavar="COLUMN", help="its title column")
    group.add_argument("--text", nargs="+", metavar="COLUMN", help="its columns of text")
    group = parser.add_argument_group("how files are written")
    group.add_argument(
        "--separator", type=_separator, metavar="SIGN", help=r"between fields, such as ';' or '\t'"
    )
    group.add_argument(
        "--quote", type=_quote, metavar="SIGN", help="around fields; None where quotes mean nothing"
    )
    named = "their names, in order, where {} has no header"
    group.add_argument("--columns", nargs="+", metavar="NAME", help=named.format("the log"))
    group.add_argument("--item-columns", nargs="+", metavar="NAME", help=named.format("--items"))
    group.add_argument("--encoding", help="of text files, such as cp1252; utf-8")
    group.add_argument(
        "--on-error", choices=("raise", "null"), help="keep rows with unreadable values as null"
    )
    group.add_argument(
        "--unknown-items",
        choices=("error", "drop", "add", "keep"),
        help="what becomes of items that the catalogue lacks; error",
    )


def add_keeping(parser: Any, *, otherwise: str) -> None:
    """Add what `prepare` drops."""
    parser.add_argument(
        "--min-rating",
        type=float,
        metavar="RATING",
        help=f"interactions with lower ones are dropped; {otherwise}",
    )
    parser.add_argument(
        "--min-user-interactions", type=whole(1), default=5, metavar="N", help="default 5"
    )


def read_log(path: Path, options: argparse.Namespace) -> Any:
    """Read the log that the options describe."""
    from longtail_lib.data import read_table

    given = {name: getattr(options, name) for name in _READING}
    given["user"], given["item"] = given["user"] or "user_id", given["item"] or "item_id"
    given = {name: value for name, value in given.items() if value is not None}
    if given.get("quote") == _NO_QUOTES:
        given["quote"] = None
    return read_table(path, **given)


def of_reading(options: argparse.Namespace) -> list[str]:
    """The options given that say how a log is read."""
    return [_flag(name) for name in _READING if getattr(options, name) is not None]


def in_options(said: str, options: argparse.Namespace | None) -> str:
    """Word advice that names a function's parameter as the command's option."""
    names = "|".join(sorted(vars(options) if options else (), key=len, reverse=True))
    if not names:
        return said
    value = r"('[^']*'|\"[^\"]*\"|<\w+>|[\w.]+)"
    said = re.sub(rf"\b({names})={value}", lambda m: f"{_flag(m[1])} {m[2]}", said)
    return re.sub(rf"\(argument ({names})\)", lambda m: f"({_flag(m[1])})", said)


def _flag(name: str) -> str:
    """The option that fills a parameter."""
    if name == "how":
        return "--split"
    return f"--{name.replace('_', '-')}"


def whole(least: int) -> Callable[[str], int]:
    """A type of option: whole numbers from the least one."""

    def read(word: str) -> int:
        try:
            number = int(word)
        except ValueError:
            number = least - 1
        if number < least:
            raise argparse.ArgumentTypeError(f"must be a whole number from {least}, got {word!r}")
        return number

    return read


def _separator(word: str) -> str:
    """A separator; a tab is hard to type."""
    return "\t" if word in ("\\t", "tab") else word


# None is what an option holds that was not given.
_NO_QUOTES = ""


def _quote(word: str) -> str:
    """A quote, or the word for none."""
    return _NO_QUOTES if word in ("None", "none") else word


def model_name(word: str) -> str:
    """A type of option: a contestant of the benchmark, or package.module:Class."""
    from longtail_lib.benchmark import contestant

    return word if word in ("all", "list") else understood(contestant, word)


def dataset_name(word: str) -> str:
    """A type of option: a dataset that is known by name."""
    from longtail_lib.datasets._load_dataset import card_of

    return understood(card_of, word)


def understood(find: Callable[[str], Any], word: str) -> str:
    """Take an unknown name for a command line that is not understood."""
    try:
        find(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error).removeprefix("benchmark: ")) from error
    return word


def chosen_models(words: Sequence[str], truth: bool = False) -> list[str]:
    """The models that were named, each once; "all" needs the truth only where there is one."""
    from longtail_lib.benchmark import CONTESTANTS

    every = [each.name for each in CONTESTANTS.values() if truth or not each.needs_truth]
    names = every if list(words) == ["all"] else list(words)
    twice = [name for name in names if names.count(name) > 1]
    if twice or "all" in names or "list" in names:
        what = f"{twice[0]} is named twice" if twice else "all and list stand alone"
        raise argparse.ArgumentError(None, f"--models: {what}")
    return names


def print_models() -> None:
    """Say which models have a name."""
    from longtail_lib.benchmark import CONTESTANTS

    width = max(map(len, CONTESTANTS))
    for each in CONTESTANTS.values():
        print(f"{each.name.ljust(width)}  {each.about}")


def place_for(option: str, path: Path | None) -> None:
    """Refuse a file that could not be written, before the work and not after it."""
    if path is None:
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{option} {path}: the folder does not exist")
    if path.is_dir():
        raise IsADirectoryError(f"{option} {path} is a folder; name a file in it")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise PermissionError(f"{option} {path} cannot be written; name another place")
