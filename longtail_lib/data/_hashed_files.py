"""Files whose hashes are known: what is wrong with a folder of them, and a new one in its place."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from longtail_lib._write_file import sweep

__all__ = ["complaint", "file_hash", "install", "staged"]

_LEFTOVER = ".weights."


def file_hash(path: Path, kind: str = "sha256") -> str:
    """Return the hash of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()


def complaint(folder: Path, sha256: Mapping[str, str | None]) -> str:
    """Say what is wrong with files of a folder; empty where nothing is."""
    for name, expected in sha256.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if expected is None:
            continue
        found = file_hash(path)
        if found != expected:
            return f"{name} has sha256 {found}, expected {expected}"
    return ""


def install(fresh: Path, target: Path, aside: Path, sha256: Mapping[str, str | None]) -> None:
    """Give a checked folder its name; an altered one that has it makes way."""
    if target.exists():
        if not complaint(target, sha256):
            return
        target.replace(aside)
    try:
        fresh.replace(target)
    except OSError:
        if not target.exists() and aside.exists():
            aside.replace(target)
        # Another process may have finished first.
        if complaint(target, sha256):
            raise


@contextmanager
def staged(target: Path, sha256: Mapping[str, str | None]) -> Iterator[Path]:
    """Give an empty folder to fill and check; unless that fails, it then gets the target's name.

    What killed processes left beside the target is swept.
    """
    home = target.parent
    home.mkdir(parents=True, exist_ok=True)
    sweep(home, f"{_LEFTOVER}*", shutil.rmtree)
    with tempfile.TemporaryDirectory(prefix=_LEFTOVER, dir=home) as temporary:
        fresh = Path(temporary) / "fresh"
        fresh.mkdir()
        yield fresh
        install(fresh, target, Path(temporary) / "replaced", sha256)
