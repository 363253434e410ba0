"""The packages that the lessons need are read from the library's own metadata."""

import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.version import Version

from longtail_course.checks.packages import find_version, is_older, needed_packages

PROJECT = Path(__file__).parents[3] / "pyproject.toml"


def test_agrees_with_the_project_file():
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra in ("keras", "notebooks", "pandas"):
        lines += project["optional-dependencies"][extra]
    wanted = dict(line.split(">=") for line in lines)
    assert needed_packages() == wanted


def test_what_only_builds_the_course_is_not_needed():
    assert "ruff" not in needed_packages()


@pytest.mark.parametrize("version", ["2.9.1", "2.21", "2.21.0", "2.21.0rc1.dev3", "3.0", "10.1"])
@pytest.mark.parametrize("minimum", ["2.21", "2.9", "3"])
def test_order_agrees_with_packaging(version, minimum):
    release = Version(version).release
    assert is_older(version, minimum) == (Version(".".join(map(str, release))) < Version(minimum))


def test_missing_package_has_no_version():
    def find(name):
        raise metadata.PackageNotFoundError(name)

    assert find_version("x", find) is None
    assert find_version("numpy") == metadata.version("numpy")
