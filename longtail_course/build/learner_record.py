"""What was put into the learner's folder, so that their own changes can be told from ours."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["FOLDER", "Handed", "read_record", "write_record"]

FOLDER = "work"
_NAME = ".lessons.json"


@dataclass(frozen=True)
class Handed:
    """One lesson as the learner got it.

    Parameters
    ----------
    given : str
        sha256 of the file that was written.
    offered : str or None
        sha256 of the newer edition that was put beside it.
    """

    given: str
    offered: str | None = None


def read_record(folder: Path) -> tuple[dict[str, Handed], bool]:
    """The record by name of lesson, and whether there was one that could not be read."""
    path = folder / _NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        # Lessons without a record: someone has removed it.
        return {}, any(folder.glob("[0-9][0-9]_*.ipynb"))
    except UnicodeDecodeError:
        return {}, True
    try:
        record = {name: Handed(**handed) for name, handed in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError):
        return {}, True
    if not all(isinstance(handed.given, str) for handed in record.values()):
        return {}, True
    return record, False


def write_record(folder: Path, record: dict[str, Handed]) -> None:
    """Write the record whole or not at all; nothing is written where nothing changed."""
    path = folder / _NAME
    content = {name: asdict(handed) for name, handed in sorted(record.items())}
    text = json.dumps(content, indent=1) + "\n"
    if path.is_file() and path.read_bytes() == text.encode():
        return
    part = path.with_name(f"{_NAME}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
