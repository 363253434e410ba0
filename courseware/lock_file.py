"""Make and read `requirements.lock`, which pins every package by version and hash."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_REQUIREMENT = re.compile(
    r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)(?:\s*;\s*(.*?))?\s*\\?$", re.M
)


@dataclass(frozen=True)
class Pin:
    """One line of the lock: a package, its version, and the platforms that want it."""

    name: str
    version: str
    marker: str


def read_lock(root: Path) -> list[Pin]:
    """All pins of the lock, in its order."""
    text = (root / "requirements.lock").read_text(encoding="utf-8")
    return [
        Pin(name, version, marker or "") for name, version, marker in _REQUIREMENT.findall(text)
    ]


def lock(root: Path, *, upgrade: bool = False) -> int:
    """Resolve `pyproject.toml` with uv for all platforms; gives uv's exit code.

    Versions in the lock stay unless `pyproject.toml` rules them out or `upgrade` is set.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise ValueError("uv is not installed; see docs.astral.sh/uv. The lock is made with it.")
    command = [uv, "pip", "compile", "--universal", "--generate-hashes", "--no-emit-index-url"]
    command += ["--python-version", "3.11", "--all-extras", "pyproject.toml"]
    command += ["-o", "requirements.lock", *(["--upgrade"] if upgrade else [])]
    return subprocess.call(command, cwd=root, stdout=subprocess.DEVNULL)
