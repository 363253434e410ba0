"""Two packages, one direction: what may import what, as docs/architecture.md draws it."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from longtail_course.build.architecture import FLOORS, architecture_text
from longtail_course.build.imports import cycles, import_graph, module_files, room_graph, room_of

ROOT = Path(__file__).resolve().parents[2]
GRAPH = import_graph(ROOT, *FLOORS)
ROOMS = {
    package: room_graph({m: t for m, t in GRAPH.items() if m.partition(".")[0] == package})
    for package in FLOORS
}
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def imported(path):
    """Names of everything that a file imports, in words of its text too."""
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: an import that counts dots hides where it leads"
            yield str(node.module)


def test_the_library_knows_no_course_and_no_tests():
    for path in module_files(ROOT, "longtail_lib").values():
        assert not {name.partition(".")[0] for name in imported(path)} & {
            "longtail_course",
            "notebooks",
            "tests",
            "benchmarks",
        }, path


def test_lessons_are_imported_by_nobody_and_the_build_by_itself_alone():
    for module, path in module_files(ROOT, "longtail_course").items():
        names = set(imported(path))
        assert not {name.partition(".")[0] for name in names} & {"notebooks", "tests"}, path
        if room_of(module) != "build":
            assert not any(name.startswith("longtail_course.build") for name in names), path


@pytest.mark.parametrize("package", FLOORS)
def test_every_room_stands_on_one_floor(package):
    rooms = [room for floor in FLOORS[package] for room in floor]
    assert sorted(rooms) == sorted(room for room in ROOMS[package] if room)


@pytest.mark.parametrize("package", FLOORS)
def test_a_room_imports_only_from_floors_below_its_own(package):
    height = {room: n for n, floor in enumerate(FLOORS[package]) for room in floor}
    upward = {
        (module, target)
        for module, targets in GRAPH.items()
        for target in targets
        if module.partition(".")[0] == target.partition(".")[0] == package
        and room_of(module) in height
        and room_of(target) in height
        and room_of(module) != room_of(target)
        and height[room_of(target)] >= height[room_of(module)]
    }
    assert upward == set()


def test_no_circles():
    assert cycles(GRAPH) == []
    assert [cycles(rooms) for rooms in ROOMS.values()] == [[]] * len(FLOORS)


def sizes(page):
    """Counts of files and lines, and the page without them."""
    found = re.compile(r"\| (\d+) \| ([\d,]+) \|")
    numbers = [int(n.replace(",", "")) for pair in found.findall(page) for n in pair]
    return numbers, found.sub("| | |", page)


def test_the_page_is_what_the_imports_give():
    """Words, drawing and imports exactly; sizes to a tenth, because they change with each line."""
    stored, words = sizes(PAGE)
    now, fresh = sizes(architecture_text(ROOT))
    assert words == fresh, "run: python -m longtail_course.build architecture"
    assert now == pytest.approx(stored, rel=0.1, abs=20)


def test_the_course_installs_the_folders_that_there_are():
    """Its package list is written by hand, because it is installed from its own folder."""
    project = tomllib.loads((ROOT / "longtail_course" / "pyproject.toml").read_text("utf-8"))
    there = {name for name, path in module_files(ROOT, "longtail_course").items()
             if path.name == "__init__.py"}  # fmt: skip
    assert set(project["tool"]["setuptools"]["packages"]) == there
    for package, patterns in project["tool"]["setuptools"]["package-data"].items():
        folder = ROOT / package.replace(".", "/")
        assert all(list(folder.glob(pattern)) for pattern in patterns), package
