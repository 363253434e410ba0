"""How the library writes a file: whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

__all__ = ["is_passing", "sweep", "write_file"]

# Unfinished files of one folder, whatever they are to become.
_PREFIX, _SUFFIX = ".longtail-", ".part"
_AN_HOUR = 3600.0
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def write_file(path: str | os.PathLike[str], write: Callable[[IO[bytes]], Any]) -> Path:
    """Give a file its name once `write` has filled it and the disk holds it.

    What stood there before stays until then. What killed writers left in the folder is swept
    after an hour.

    Raises
    ------
    OSError
        Of the kind that the system gave, with the path and what to do.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot save to {path}: the folder {path.parent} is missing")
    # A name of its own, so that two who write the same file do not write into each other's.
    part = path.with_name(f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}")
    try:
        sweep(path.parent, f"{_PREFIX}*{_SUFFIX}", lambda leftover: leftover.unlink())
        with part.open("xb") as file:
            write(file)
            file.flush()
            # Without it a crash of the machine could leave the name on an empty file.
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        advice = "free some space" if error.errno in _FULL else "make the place writable"
        said = f"cannot save to {path}: {error.strerror or error}; {advice}, or write elsewhere"
        raise (OSError(said) if error.errno is None else OSError(error.errno, said)) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return path


def is_passing(error: Exception) -> bool:
    """Whether an error says nothing about what is in a file: no memory, no right to read it.

    EINVAL does: a damaged file sends its reader to places that there are not.
    """
    if isinstance(error, OSError):
        return error.errno not in (None, errno.EINVAL)
    return isinstance(error, MemoryError)


def sweep(folder: Path, pattern: str, remove: Callable[[Path], Any]) -> None:
    """Remove what killed processes left behind; what is younger than an hour may be in use."""
    for leftover in folder.glob(pattern):
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > _AN_HOUR:
                remove(leftover)
