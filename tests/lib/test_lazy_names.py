"""Names that packages import late: the right thing comes, whatever was imported first."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = [
    path.parent.relative_to(ROOT).as_posix().replace("/", ".")
    for folder in ("longtail_lib", "longtail_course")
    for path in sorted((ROOT / folder).rglob("__init__.py"))
    if "lazy_names(__name__" in path.read_text(encoding="utf-8")
]
# The function has its module's name, and the package imports it at once.
EAGER = {"quiz"}


def test_the_packages_are_found():
    assert {"longtail_lib", "longtail_lib.models", "longtail_course.checks"} <= set(PACKAGES)
    assert len(PACKAGES) >= 15


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_there(package):
    module = import_module(package)
    assert len(module.__all__) == len(set(module.__all__))
    for name in module.__all__:
        value = getattr(module, name)
        assert name in dir(module)
        if hasattr(value, "__module__"):
            assert value.__name__ == name
            assert value.__module__.startswith(package.partition(".")[0])


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_bears_the_name_of_a_public_thing(package):
    module = import_module(package)
    folder = Path(module.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} | {
        path.parent.name for path in folder.glob("*/__init__.py")
    }
    assert files & set(module.__all__) - EAGER == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_unknown_names_are_refused(package):
    module = import_module(package)
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'pie'"):
        _ = module.pie


def fresh(code):
    """What a new Python prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_importing_the_library_is_quick_and_brings_nothing_large():
    code = """
import sys, time
begun = time.perf_counter()
import longtail_lib, longtail_lib.models, longtail_lib.evaluation
print(time.perf_counter() - begun)
heavy = {"keras", "matplotlib", "narwhals", "numpy", "polars", "scipy", "tensorflow"}
print(*heavy & set(sys.modules))
"""
    # The best of three: a machine that is busy elsewhere says nothing about the library.
    found = [fresh(code) for _ in range(3)]
    assert [heavy for _, *heavy in found] == [[]] * 3
    assert min(float(seconds) for seconds, *_ in found) < 0.3


def test_one_model_does_not_bring_the_others():
    code = "import sys; from longtail_lib.models import EASE; print(*sys.modules)"
    loaded = set(fresh(code))
    assert "longtail_lib.models.ease" in loaded
    assert not {"longtail_lib.models.two_tower", "keras", "tensorflow", "implicit"} & loaded
