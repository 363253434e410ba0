"""The library's shape: its size, its floors, its names, and what each file is for."""

import ast
import re
from importlib import import_module
from inspect import getdoc, isclass, isfunction
from pathlib import Path

import pytest

from longtail_course.build.imports import code_lines, cycles, import_graph, module_files, room_graph
from longtail_lib.models import Recommender

ROOT = Path(__file__).resolve().parents[2]
# Files whose name says more than any one of the names in them.
FAMILIES = {
    "longtail_lib.debias._estimators": "five estimators of one value",
    "longtail_lib.models._negative_sampling": "machinery; of it only StreamFrequency is public",
}
LIBRARY = "longtail_lib"
FILES = module_files(ROOT, LIBRARY)
MODULES = {name: path for name, path in FILES.items() if path.stem not in ("__init__", "__main__")}
GRAPH = import_graph(ROOT, LIBRARY)


def lines(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def public_names():
    """Each public name with its package and the module where it lives."""
    for package, path in FILES.items():
        if path.name == "__init__.py" and "__all__" in path.read_text(encoding="utf-8"):
            for name in import_module(package).__all__:
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.ImportFrom) and name in {a.name for a in node.names}:
                        yield package, name, node.module


PUBLIC = sorted(public_names())


def test_it_is_small():
    assert len(FILES) <= 230
    assert sum(map(lines, FILES.values())) <= 35_000


def test_files_are_neither_long_nor_fragments():
    assert {name: n for name, path in MODULES.items() if (n := lines(path)) > 300} == {}
    short = [name for name, path in MODULES.items() if code_lines(path) < 30]
    assert len(short) <= len(MODULES) / 10, short


def test_no_import_goes_round_in_a_circle():
    assert cycles(GRAPH) == []
    assert cycles(room_graph(GRAPH)) == []


def test_a_circle_would_be_found():
    assert cycles({**GRAPH, "longtail_lib.data._dataset": {"longtail_lib.evaluation._evaluate"}})


def test_nothing_is_called_after_nothing():
    words = re.compile(r"(^|_)(utils?|helpers?|core|common|misc|base)(_|$)")
    assert [name for name in FILES if words.search(name.rpartition(".")[2])] == []


def plain(name):
    return name.replace("_", "").lower()


def test_a_file_bears_the_name_of_a_public_thing_that_it_holds():
    homes = {}
    for _, name, home in PUBLIC:
        homes.setdefault(home, set()).add(name)
    misnamed = {}
    for home, names in homes.items():
        file = plain(home.rpartition(".")[2])
        if not any(file in plain(name) or plain(name) in file for name in names):
            misnamed[home] = sorted(names)
    assert misnamed.keys() == FAMILIES.keys()


def test_what_is_in_no_list_has_an_underscore():
    """A module without one is public itself: it holds a listed name, or says what is public."""
    homes = {home for _, _, home in PUBLIC}
    for name, path in MODULES.items():
        if not name.rpartition(".")[2].startswith("_") and name not in homes:
            module = import_module(name)
            assert module.__all__, path
            assert all(getdoc(getattr(module, one)) for one in module.__all__), path


def test_one_recommender_a_file():
    found = {}
    for _, name, home in PUBLIC:
        thing = getattr(import_module(home), name)
        if isclass(thing) and issubclass(thing, Recommender):
            found.setdefault(home, set()).add(name)
    assert len(found) >= 20
    assert {home: names for home, names in found.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("package", "name"), sorted({(package, name) for package, name, _ in PUBLIC})
)
def test_every_public_name_is_reachable_and_documented(package, name):
    thing = getattr(import_module(package), name)
    if not (isclass(thing) or isfunction(thing)):
        return
    assert getdoc(thing), f"{package}.{name} has no docstring"
    if isclass(thing):
        own = {part: value for part, value in vars(thing).items() if not part.startswith("_")}
        silent = [
            part
            for part, value in own.items()
            if (isfunction(value) or isinstance(value, property | classmethod | staticmethod))
            and not getdoc(getattr(thing, part))
        ]
        assert silent == []
    else:
        assert (
            "Examples\n" in getdoc(thing)
            or "Returns\n" in getdoc(thing)
            or "\n" not in getdoc(thing)
        ), f"{package}.{name} does not say what it returns"
