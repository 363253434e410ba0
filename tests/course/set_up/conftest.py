import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def _load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def checkout_tools():
    return _load("course_checkout", HERE / "checkout.py")


@pytest.fixture
def course_module():
    """course.py as a module, loaded anew so that a test may patch it."""
    return _load("course_under_test", HERE.parents[2] / "course.py")


@pytest.fixture(scope="module")
def ready(tmp_path_factory, checkout_tools):
    """A checkout whose set-up has run once; tests may change its lock."""
    folder = checkout_tools.make_checkout(tmp_path_factory.mktemp("ready") / "a course")
    result = checkout_tools.course(folder, "run")
    assert result.returncode == 0, result.stdout + result.stderr
    return folder
