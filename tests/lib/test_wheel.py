"""The wheel of the library: what is in it, what it says of itself, and that it works elsewhere."""

import email
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = "longtail_lib"
# What lies beside the library in the checkout and must not come along.
BESIDE = ("longtail_course", "tests", "benchmarks", "examples", "docs")
PIP = [sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check", "--no-cache-dir"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build it as a checkout would, without a network, from a copy: builds leave things behind."""
    source, out = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("wheel")
    for name in (LIBRARY, *BESIDE):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-lessons"):
        shutil.copyfile(ROOT / name, source / name)
    command = ["wheel", str(source), "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*PIP, *command, "-w", str(out)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    [path] = out.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def elsewhere(wheel, tmp_path_factory):
    """Install it into an empty folder; gives a function that runs code there."""
    target, folder = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("nowhere")
    command = ["install", "--no-deps", "--no-index", "--target", str(target), str(wheel)]
    done = subprocess.run([*PIP, "-q", *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

    def run(code):
        environment = {k: v for k, v in os.environ.items() if k != "LONGTAIL_DATA_HOME"}
        environment["PYTHONPATH"] = str(target)
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run.target = target
    return run


def test_it_holds_the_library_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    library = {name for name in names if name.startswith(f"{LIBRARY}/")}
    others = {name for name in names if ".dist-info/" not in name} - library
    assert others == set()
    there = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / LIBRARY).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert library == there
    assert f"{LIBRARY}/py.typed" in library
    assert {Path(name).suffix for name in library} == {".py", ".toml", ".typed"}


def test_it_holds_no_answers_evidence_or_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    words = ("solution", "check", "exercise", "quiz", "evidence", "test_", "notebook", "lesson")
    told = [name for name in names if any(word in Path(name).name for word in words)]
    # It tabulates benchmark results of the caller's own; no results are inside.
    assert sorted(Path(name).name for name in told) == [
        "LICENSE-lessons",
        "_evidence_table.py",
    ]
    assert wheel.stat().st_size < 1_000_000


def test_it_says_what_pyproject_says(wheel):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with zipfile.ZipFile(wheel) as file:
        [name] = [name for name in file.namelist() if name.endswith(".dist-info/METADATA")]
        about = email.message_from_bytes(file.read(name))
        scripts = file.read(name.replace("METADATA", "entry_points.txt")).decode()
    assert (about["Name"], about["Version"]) == ("longtail-lib", project["version"])
    assert about["Summary"] == project["description"]
    assert about["License-Expression"] == "MIT"
    assert about["Requires-Python"] == ">=3.11"
    assert set(about.get_all("Provides-Extra")) == set(project["optional-dependencies"])
    needed = {line for line in about.get_all("Requires-Dist") if "extra ==" not in line}
    assert needed == set(project["dependencies"])
    assert "longtail = longtail_lib.cli:main" in scripts
    assert "Typing :: Typed" in about.get_all("Classifier")


def test_its_version_is_the_library_s():
    import longtail_lib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert longtail_lib.__version__ == project["version"]


def test_every_public_name_is_there_outside_the_checkout(elsewhere):
    code = """
import importlib, pathlib, longtail_lib
folder = pathlib.Path(longtail_lib.__file__).parent
print(folder.parent)
for init in sorted(folder.rglob("__init__.py")):
    package = ".".join(init.parent.relative_to(folder.parent).parts)
    module = importlib.import_module(package)
    for name in getattr(module, "__all__", ()):
        getattr(module, name)
"""
    assert Path(elsewhere(code).strip()) == elsewhere.target


def test_a_shop_is_simulated_where_none_is_stored(elsewhere):
    code = """
from longtail_lib import evaluate, load_dataset, prepare, split
from longtail_lib.models import Popularity
data = load_dataset("shop")
parts = split(prepare(data), how="random")
print(data)
print(data.truth is not None, evaluate(Popularity().fit(parts), parts)["NDCG@10"].n > 2000)
"""
    said = elsewhere(code).splitlines()
    assert said == ["Dataset 'shop': 117,378 interactions, 3,000 users, 4,000 items", "True True"]


def test_its_command_works(elsewhere):
    code = "import sys; from longtail_lib.cli import main; sys.exit(main(['data', 'list']))"
    assert "movielens-small" in elsewhere(code)
