"""What course.py says where it cannot go on; one sentence each, from the inside."""

import ast
import errno
import shutil
import sys
from collections import namedtuple
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
Usage = namedtuple("Usage", "total used free")


def test_another_python_is_refused_in_one_sentence(course_module, monkeypatch, capsys):
    monkeypatch.setattr(course_module.sys, "version_info", (3, 13, 1, "final", 0))
    assert course_module.main(["run"]) == 2
    said = capsys.readouterr().err
    assert "needs Python 3.11 and this is Python 3.13" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 12)])
def test_only_python_311_passes(course_module, version):
    course_module.check_python((3, 11))
    with pytest.raises(course_module.SetupError):
        course_module.check_python(version)


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_missing_venv_module(course_module, monkeypatch, tmp_path, module):
    _inputs(tmp_path)
    monkeypatch.setattr(
        course_module.importlib.util, "find_spec", lambda name: None if name == module else name
    )
    with pytest.raises(course_module.SetupError, match=f"no module {module}.*apt install"):
        course_module.set_up(tmp_path)


def test_full_disk_before_the_set_up(course_module, monkeypatch, tmp_path):
    _inputs(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**11, 10**11, 3 * 10**8))
    with pytest.raises(course_module.SetupError, match=r"0\.3 GB are free"):
        course_module.set_up(tmp_path)
    assert not (tmp_path / ".venv").exists()


def test_disk_that_fills_up_while_course_py_writes(course_module, monkeypatch, tmp_path):
    _inputs(tmp_path)

    def full(steps):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(course_module, "_make", full)
    with pytest.raises(course_module.SetupError, match="disk is too full"):
        course_module.set_up(tmp_path)


def test_a_missing_lock(course_module, tmp_path):
    with pytest.raises(course_module.SetupError, match=r"requirements\.lock is missing"):
        course_module.set_up(tmp_path)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left", "disk"),
        ("OSError: [WinError 112] There is not enough space on the disk", "disk"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n"
            "    numpy==2.4.6 from https://example.org/numpy.whl#sha256=00:\n"
            "        Expected sha256 aa\n",
            "numpy==2.4.6 does not match its hash",
        ),
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError(...)'\n"
            "ERROR: No matching distribution found for numpy==2.4.6",
            "cannot be reached",
        ),
        ("ERROR: No matching distribution found for jax==9.9", "has no jax==9.9"),
        ("ERROR: Something else went wrong.", "Something else went wrong; the details"),
        ("", "without a word"),
    ],
)
def test_what_pip_says_is_explained(course_module, output, expected):
    said = course_module.explain(output, ROOT)
    assert expected in said
    assert "\n" not in said


def test_packages_of_another_platform_are_not_counted(course_module, tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "one==1 ; python_version > '3'\n    --hash=sha256:00\n"
        f"two==2 ; sys_platform == '{sys.platform}'\nthree==3 ; sys_platform == 'none'\n"
    )
    assert course_module.count_packages(lock) == 2


def test_old_pythons_can_read_it_and_it_needs_the_standard_library_alone():
    tree = ast.parse((ROOT / "course.py").read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.split(".")[0])
    assert imported <= set(sys.stdlib_module_names)


def test_no_shell_is_used():
    source = (ROOT / "course.py").read_text(encoding="utf-8")
    assert "shell=" not in source
    assert "os.system" not in source


def _inputs(folder):
    for name in ("requirements.lock", "pyproject.toml"):
        (folder / name).write_text("")
