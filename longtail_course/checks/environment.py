"""Say whether this machine is ready for the course, and if not, how to mend it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

from longtail_course.checks.inline_code import to_html
from longtail_course.checks.machine import free_disk, free_memory
from longtail_course.checks.packages import find_version, is_older, needed_packages

__all__ = ["Environment", "Row", "check_environment"]

PYTHON = (3, 11)
GIB = 1024**3
MEMORY = 2 * GIB
DISK = 1 * GIB
DATASETS = ("shop", "video", "music", "social")
LAB = "stop JupyterLab and start it with `python3 course.py lab`, which installs what is missing"


@dataclass(frozen=True)
class Row:
    """One thing that was checked.

    Parameters
    ----------
    name : str
        What was checked.
    remedy : str
        How to mend it; empty where it is fine.
    found : str
        What was found on this machine; shown on request, because it differs between machines.
    """

    name: str
    remedy: str = ""
    found: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing needs mending."""
        return not self.remedy


@dataclass(frozen=True)
class Environment:
    """What `check_environment` found; truthy where everything is ready.

    Parameters
    ----------
    rows : tuple of Row
    details : bool
        Whether to show what was found; it differs from machine to machine.
    """

    rows: tuple[Row, ...]
    details: bool = False

    @property
    def problems(self) -> list[Row]:
        """The rows that need mending."""
        return [row for row in self.rows if not row.ok]

    def __bool__(self) -> bool:
        return not self.problems

    @property
    def _summary(self) -> str:
        if not self.problems:
            return "Everything is ready."
        many = len(self.problems)
        return f"{many} {'thing needs' if many == 1 else 'things need'} mending."

    def _cells(self) -> list[tuple[str, ...]]:
        cells = []
        for row in self.rows:
            state = "ok" if row.ok else "mend"
            # What is wrong is said even without details: it is the point of the check.
            wrong = f"{row.found}: {row.remedy}" if row.found else row.remedy
            cells.append((row.name, state, row.found if row.ok and self.details else ""))
            if not row.ok:
                cells[-1] = (row.name, state, wrong)
        return cells

    def __repr__(self) -> str:
        width = max((len(row.name) for row in self.rows), default=0)
        lines = [
            f"{name:<{width}}  {state:<4}  {text}".rstrip() for name, state, text in self._cells()
        ]
        return "\n".join([*lines, self._summary])

    def _repr_html_(self) -> str:
        body = "".join(
            f'<tr><th scope="row" style="text-align: left">{escape(name)}</th>'
            f'<td style="text-align: left">{state.replace("mend", "<strong>mend</strong>")}</td>'
            f'<td style="text-align: left">{to_html(text)}</td></tr>'
            for name, state, text in self._cells()
        )
        names = ("Checked", "State", "Found, and how to mend it")
        head = "".join(f'<th scope="col" style="text-align: left">{name}</th>' for name in names)
        return (
            f'<table><caption style="text-align: left">{self._summary}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def check_environment(details: bool = False) -> Environment:
    """Check Python, packages, memory, disk, datasets, TensorFlow and widgets.

    It takes about ten seconds, most of them for starting TensorFlow in a process of its own. It
    changes nothing and needs no network.

    Parameters
    ----------
    details : bool
        Whether to show versions, sizes and folders also where they are fine.

    Returns
    -------
    Environment
        Shown as a table; the same on every machine that is ready, unless details are asked for.
    """
    return Environment(
        rows=(
            check_python(sys.version_info),
            *(
                check_package(name, minimum, find_version(name))
                for name, minimum in needed_packages().items()
            ),
            check_space("Free memory", free_memory(), MEMORY, "close other programs or notebooks"),
            check_space("Free disk", free_disk(), DISK, "make room on the disk of this folder"),
            check_datasets(_open_dataset),
            check_data_home(os.environ),
            check_tensorflow(),
            check_widgets(),
        ),
        details=details,
    )


def check_python(version: tuple[int, ...]) -> Row:
    """Check Python's version."""
    found = ".".join(map(str, version[:3]))
    if tuple(version[:2]) >= PYTHON:
        return Row("Python", found=found)
    wanted = ".".join(map(str, PYTHON))
    return Row("Python", f"install Python {wanted}, delete the folder .venv, then {LAB}", found)


def check_package(name: str, minimum: str, version: str | None) -> Row:
    """Check one package's version against what the library needs."""
    if version is None:
        return Row(
            name, f"in JupyterLab choose Kernel > Change Kernel > Python 3; or {LAB}", "missing"
        )
    if is_older(version, minimum):
        return Row(name, f"{minimum} or newer is needed; {LAB}", f"version {version}")
    return Row(name, found=f"version {version}")


def check_space(name: str, free: int | None, needed: int, remedy: str) -> Row:
    """Check free bytes; a system that does not tell them passes."""
    if free is None:
        return Row(name, found="this system does not tell")
    found = f"{free / GIB:.1f} GiB"
    if free >= needed:
        return Row(name, found=found)
    return Row(name, f"{needed / GIB:.0f} GiB are needed; {remedy}", found)


def check_datasets(open_dataset: Callable[[str], Any]) -> Row:
    """Open every stored dataset."""
    for name in DATASETS:
        try:
            open_dataset(name)
        except Exception as error:
            first = str(error).splitlines()[0] if str(error) else type(error).__name__
            return Row(
                "Stored datasets",
                f"restore the folder datasets/{name} (`git checkout -- datasets`), or make it "
                f"anew: `longtail data simulate {name} --seed 7 --out datasets/{name}`",
                f"{name} does not open ({first})",
            )
    return Row("Stored datasets", found=", ".join(DATASETS))


def check_data_home(environment: Mapping[str, str]) -> Row:
    """Check the folder of downloaded datasets, where one is set."""
    name, home = "LONGTAIL_DATA_HOME", environment.get("LONGTAIL_DATA_HOME", "")
    if not home:
        return Row(name, found="not set; downloads go to the user's cache")
    if not Path(home).is_dir():
        return Row(
            name,
            "unset the variable, or point it to the folder that holds ml-latest-small, then start "
            "JupyterLab again",
            f"{home} is no folder",
        )
    there = "holds" if (Path(home) / "ml-latest-small").is_dir() else "does not hold"
    return Row(name, found=f"{home}, which {there} ml-latest-small")


def check_tensorflow(code: str = "import keras, tensorflow", timeout: float = 180.0) -> Row:
    """Start TensorFlow in a process of its own: a crash there does not take the kernel along."""
    name = "TensorFlow starts"
    remedy = f"{LAB}; if it persists, look for this message in the README under Troubleshooting"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            env={**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
    except subprocess.TimeoutExpired:
        return Row(
            name, "close other programs and run this cell again", f"no start in {timeout:.0f} s"
        )
    if done.returncode == 0:
        return Row(name, found="yes")
    lines = done.stderr.strip().splitlines()
    return Row(name, remedy, lines[-1] if lines else f"it ended with code {done.returncode}")


def check_widgets(load: Callable[[str], Any] = import_module) -> Row:
    """Check the two packages that show sliders: one in the kernel, one in the page."""
    for package in ("ipywidgets", "jupyterlab_widgets"):
        try:
            load(package)
        except ImportError as error:
            return Row("Widgets", f"{LAB}, then reload the page", str(error))
    return Row("Widgets", found="yes")


def _open_dataset(name: str) -> Any:
    from longtail_lib.datasets import load_dataset

    return load_dataset(name, truth=False)
