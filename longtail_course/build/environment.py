"""Write `environment.yml`, for conda and Binder, from the lock."""

from pathlib import Path

from longtail_course.build.lock_file import Pin, read_lock

_HEAD = """\
# For conda and Binder: the versions of requirements.lock.
# Made by: python -m longtail_course.build environment
# The weights of the text encoder are not here: pip would install their dependencies too. Binder
# gets them by postBuild; elsewhere call ./postBuild once, or let lesson 12 download them.
name: longtail
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.11
  - pip
  - pip:
"""


def environment_text(root: Path) -> str:
    """What `environment.yml` has to say."""
    lines = [f"      - {_requirement(pin)}\n" for pin in read_lock(root) if not pin.alone]
    return _HEAD + "".join(lines) + "      - -e .\n      - -e ./longtail_course\n"


def write_environment(root: Path) -> Path:
    """Write the file and give its path."""
    path = root / "environment.yml"
    path.write_text(environment_text(root), encoding="utf-8", newline="\n")
    return path


# conda has fixed the Python version, so this marker, which most pins carry, is always true.
_ALWAYS = (
    "python_full_version < '3.12' and "
    "(sys_platform == 'darwin' or sys_platform == 'linux' or sys_platform == 'win32')"
)


def _requirement(pin: Pin) -> str:
    if pin.marker in ("", _ALWAYS):
        return f"{pin.name}=={pin.version}"
    return f'"{pin.name}=={pin.version} ; {pin.marker}"'
