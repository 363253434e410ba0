"""A small checkout with a one-package lock, so that a whole set-up takes seconds."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

# A build backend of its own: a bare venv has no setuptools that can build.
_PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "tiny-course"
version = "0.1"
"""
_BACKEND = """\
import os, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name, info = "tiny_course-0.1-py3-none-any.whl", "tiny_course-0.1.dist-info"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        wheel.writestr("tiny_course.pth", os.getcwd())
        about = "Metadata-Version: 2.1\\nName: tiny-course\\nVersion: 0.1"
        wheel.writestr(info + "/METADATA", about)
        wheel.writestr(info + "/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any")
        wheel.writestr(info + "/RECORD", "")
    return name
"""

# Stands for the real commands: tells what it was called with, and fails when asked to.
_COMMANDS = """\
import os, sys, tinydep
print("called with", sys.argv[1:])
print("LONGTAIL_DATA_HOME", os.environ.get("LONGTAIL_DATA_HOME"))
print("tinydep", tinydep.VERSION)
sys.exit(1 if "99" in sys.argv else 0)
"""


def make_checkout(folder: Path) -> Path:
    """course.py, a package, and a lock with one wheel, which lies beside `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / "course.py", folder / "course.py")
    (folder / "pyproject.toml").write_text(_PYPROJECT)
    (folder / "backend.py").write_text(_BACKEND)
    build = folder / "longtail_course" / "build"
    build.mkdir(parents=True)
    (build.parent / "__init__.py").write_text("")
    (build / "__init__.py").write_text("")
    (build / "__main__.py").write_text(_COMMANDS)
    write_lock(folder, "1.0")
    return folder


def write_lock(folder: Path, version: str, digest: str | None = None) -> None:
    """Pin tinydep to `version`, with its own hash or the one given."""
    wheel = _wheel(folder.parent / "wheels", version)
    digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = f"tinydep=={version} \\\n    --hash=sha256:{digest}\n"
    (folder / "requirements.lock").write_text(lock)


def environment(folder: Path, **changes: str) -> dict[str, str]:
    """Environment in which pip sees the checkout's wheels and nothing else."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "LONGTAIL_"))}
    kept.update(
        PIP_CONFIG_FILE=os.devnull, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(folder.parent / "wheels")
    )
    kept.update(changes)
    return {name: value for name, value in kept.items() if value}


def course(folder: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess:
    """Call course.py as a user does."""
    return subprocess.run(
        [sys.executable, "course.py", *arguments],
        cwd=folder,
        env=environment(folder, **changes),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _wheel(folder: Path, version: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"tinydep-{version}-py3-none-any.whl"
    if path.exists():
        return path
    info = f"tinydep-{version}.dist-info"
    files = {
        "tinydep.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: tinydep\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record += f"{name},sha256={digest.decode()},{len(text)}\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return path
