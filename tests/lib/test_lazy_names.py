"""Names that packages import late: the right thing comes, whatever was imported first."""

from importlib import import_module
from pathlib import Path

import pytest

PACKAGES = [
    "",
    ".article",
    ".checks",
    ".data",
    ".debias",
    ".encoders",
    ".models",
    ".tuning",
    ".widgets",
]
EAGER = {"quiz"}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_there(package):
    module = import_module(f"longtail_lib{package}")
    assert module.__all__ == sorted(module.__all__)
    for name in module.__all__:
        value = getattr(module, name)
        assert value.__name__ == name
        assert value.__module__.startswith(f"longtail_lib{package}.")
        assert name in dir(module)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_bears_the_name_of_a_public_thing(package):
    module = import_module(f"longtail_lib{package}")
    folder = Path(module.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} | {
        path.parent.name for path in folder.glob("*/__init__.py")
    }
    assert files & set(module.__all__) - EAGER == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_unknown_names_are_refused(package):
    module = import_module(f"longtail_lib{package}")
    with pytest.raises(
        AttributeError, match=f"module 'longtail_lib{package}' has no attribute 'pie'"
    ):
        _ = module.pie
