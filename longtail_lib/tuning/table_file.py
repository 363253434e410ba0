"""The trial table of a search on disk, so that a search that was interrupted can go on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from longtail_lib.tuning.result import Tuning
from longtail_lib.tuning.trials import Trial

__all__ = ["read_table_file", "write_table_file"]

# Of the protocol only what decides the values: words may change from version to version.
_SAME_PROTOCOL = {"fingerprint": "split", "groups fingerprint": "groups of the catalogue"}
_SAME = ("model", "space", "fixed", "metric", "constraint", "seed")


def read_table_file(path: Path, blank: Tuning) -> list[Trial]:
    """Return the trials of a file, or none where there is no file yet.

    Parameters
    ----------
    path : Path
    blank : Tuning
        The search that is about to start, without trials.

    Raises
    ------
    FileNotFoundError
        The folder does not exist.
    ValueError
        Not a trial table, or that of another search.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"tune: cannot store trials in {path}: the folder {path.parent} is missing"
        )
    if not path.exists():
        return []
    try:
        text = path.read_text(encoding="utf-8")
        stored = Tuning.from_json(text)
    except (OSError, ValueError) as error:
        raise ValueError(f"tune: storage {path} cannot be read: {error}") from error
    theirs, ours = json.loads(text), json.loads(blank.to_json())
    for what in _SAME:
        _refuse_other(path, what, theirs[what], ours[what])
    for what, words in _SAME_PROTOCOL.items():
        _refuse_other(path, words, theirs["protocol"].get(what), ours["protocol"].get(what))
    return list(stored.records)


def write_table_file(path: Path, tuning: Tuning) -> None:
    """Write the trial table; the file appears whole or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_text(tuning.to_json() + "\n", encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _refuse_other(path: Path, what: str, theirs: Any, ours: Any) -> None:
    if theirs != ours:
        raise ValueError(
            f"tune: storage {path} holds the trials of another search, which differs in {what} "
            f"({_short(theirs)} there, {_short(ours)} here); name another file, or delete it"
        )


def _short(value: Any, longest: int = 120) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= longest else f"{text[:longest]}..."
