"""The library's types as an engineer's checker finds them: `mypy --strict` on files that use it."""

import ast
import dataclasses
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
USE = ROOT / "tests" / "lib" / "typed_use.py"
PUBLIC = {
    ".".join(path.parent.relative_to(ROOT).parts): import_module(
        ".".join(path.parent.relative_to(ROOT).parts)
    ).__all__
    for path in sorted((ROOT / "longtail_lib").rglob("__init__.py"))
    if "__all__" in path.read_text(encoding="utf-8")
}
# Tables of the caller's own kind, a number or an array as the input was, what a higher floor makes,
# and scipy's matrices, which come without types.
ANY_ON_PURPOSE = {
    "BagOfWords.count",
    "Dataset.dismissed",
    "Dataset.interactions",
    "Dataset.items",
    "Dataset.preparation",
    "Dataset.users",
    "Estimate.standard_error",
    "Estimate.value",
    "Lists.relevant",
    "Preparation.dropped",
    "Preparation.rows",
    "Preparation.source",
    "Split.items",
    "Split.test",
    "Split.train",
    "Split.between",
    "Split.users",
    "Split.validation",
    "UniformTest.shown",
}
WRONG = """\
import longtail_lib
import longtail_lib.models as models
parts = longtail_lib.split(longtail_lib.load_dataset("shop"))
models.EASE(l2="oops")
models.EASE(wrong=1)
models.Ease(l2="oops", wrong=1)
models.EASE().fit("parts")
models.EASE().recommend([1], 10, False, None, None, None, None)
models.EASY()
longtail_lib.load_dataset(7)
longtail_lib.load_datasets("shop")
longtail_lib.evaluate(models.EASE(), "parts")
longtail_lib.evaluate(models.EASE(), parts).tail
longtail_lib.compare("report")
longtail_lib.tune(models.EASE(), parts)
longtail_lib.tune(models.EASE, parts, trials="many")
longtail_lib.prepare(parts)
parts.how + 1
"""


def test_every_public_name_is_used_in_the_typed_file():
    tree = ast.parse(USE.read_text(encoding="utf-8"))
    modules = {
        alias.asname or alias.name: alias.name
        for node in tree.body
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    used = {
        (modules[node.value.id], node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in modules
    }
    assert len(PUBLIC) >= 13
    assert {(package, name) for package, names in PUBLIC.items() for name in names} - used == set()


def mypy(*files: Path) -> str:
    """What `mypy --strict` says, as pyproject.toml sets it up."""
    command = [sys.executable, "-m", "mypy", "--strict", "--hide-error-context", "--no-pretty"]
    done = subprocess.run(
        [*command, *map(str, files)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert not done.stderr, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def verdict(tmp_path_factory):
    """Give mypy's lines for the file of right uses, of wrong ones, and of everything shown."""
    folder = tmp_path_factory.mktemp("types")
    (folder / "wrong_use.py").write_text(WRONG)
    (folder / "shown.py").write_text("\n".join(line for _, line in shown()) + "\n")
    # One call, because most of its time goes into reading numpy and polars.
    return mypy(USE, folder / "wrong_use.py", folder / "shown.py")


def shown() -> list[tuple[str, str]]:
    """What is looked at, by name, and a line for each that has mypy show its type."""
    lines = [("", "\n".join(f"import {package}" for package in PUBLIC))]
    for package, names in PUBLIC.items():
        for name in names:
            thing = getattr(import_module(package), name)
            lines.append((name, f"reveal_type({package}.{name})"))
            if inspect.isclass(thing):
                lines += [
                    (f"{name}.{part}", f"def _(x: {package}.{name}) -> None: reveal_type(x.{part})")
                    for part in public_parts(thing)
                ]
    return lines


def public_parts(thing: type) -> list[str]:
    """Fields, properties and methods of a class that are its own or another's of the library."""
    data = dataclasses.is_dataclass(thing)
    parts = {field.name for field in dataclasses.fields(thing)} if data else set()
    for base in thing.__mro__:
        if base.__module__.startswith("longtail_lib"):
            parts |= {name for name in vars(base) if not name.startswith("_")}
            parts |= set(getattr(base, "_fields", ()))
    return sorted(parts - {"count", "index"} if issubclass(thing, tuple) else parts)


@pytest.mark.slow
def test_right_uses_have_the_types_that_the_file_says(verdict):
    assert [line for line in verdict.splitlines() if line.startswith("tests/lib/typed_use")] == []
    # Nobody's checker should complain about files that they did not write.
    assert not re.search(r"^longtail_lib/", verdict, re.M)


@pytest.mark.slow
def test_every_wrong_use_is_an_error(verdict):
    found = set(map(int, re.findall(r"wrong_use\.py:(\d+): error:", verdict)))
    assert found == set(range(4, WRONG.count("\n") + 1))
    assert 'Argument "l2" to "EASE" has incompatible type "str"' in verdict
    assert 'Unexpected keyword argument "wrong" for "EASE"' in verdict


@pytest.mark.slow
def test_no_type_is_any_but_those_that_are_meant_to_be(verdict):
    types = re.findall(r'shown\.py:\d+: note: Revealed type is "(.*)"', verdict)
    names = [name for name, _ in shown()[1:]]
    assert len(types) == len(names) > 400
    unknown = {
        name
        for name, found in zip(names, types, strict=True)
        if re.search(r"(^|-> )Any( \| None)?$", found)
    }
    assert unknown == ANY_ON_PURPOSE
