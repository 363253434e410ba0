"""Names that packages import late: the right thing comes, whatever was imported first."""

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
