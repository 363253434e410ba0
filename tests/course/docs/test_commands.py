"""Commands work as printed: each line of each page, in a clean shell, without activation."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the pages print lines for a POSIX shell")


def _load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


tools = _load("printed_commands", Path(__file__).with_name("printed_commands.py"))

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
# The lines of one fence are for one after the other.
FENCES = [(page.name, lines) for page in PAGES for lines in tools.printed_commands(page)]
# They would take from minutes to hours, so stand-ins say how they were called.
LONG = r"python3 course\.py (lab|run|test)\b"
# What they do needs a network, a class or time, or changes files; their help shows they are there.
HELP = r"-m (longtail_course\.build|jupyter|pip|pytest|ruff|nbgrader autograde)\b"
# The same on less, so that a test can wait for it.
LESS = {
    "--make-log own": "--make-log own --interactions 5000",
    "--out own/results": "--out own/results --trials 1",
    "--models all": "--models Popularity --seeds 0 --splits random --trials 1",
    "my_models:Mine": "my_models:Mine --seeds 0 --splits random --trials 1",
}
# Lines that cannot be tried here, each with its reason.
NOT_RUN = {
    "git clone": "the address is the reader's to fill in",
    "pipx": "it installs a program from the network",
    "pre-commit": "it is installed apart from the course",
}


@pytest.fixture(scope="module")
def checkouts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("printed")

    def course(path):
        return _load("course_as_printed", path)

    real = tools.make_checkout(folder / "a course", course)
    # What docs/evidence.md calls a recommender of one's own.
    (real / "my_models.py").write_text(
        "from longtail_lib.models import Popularity\nclass Mine(Popularity):\n    pass\n"
    )
    stood_in = tools.make_checkout(folder / "stood in", course, stand_ins=True)
    return real, stood_in, tools.clean_shell(folder / "home")


def _run(shell, folder, line):
    return subprocess.run(
        [*shell, line],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _marked(page, lines):
    slow = any("generate_assignment" in line for line in lines)
    return pytest.param(lines, id=f"{page}: {lines[0]}", marks=[pytest.mark.slow] * bool(slow))


@pytest.mark.parametrize("lines", [_marked(*fence) for fence in FENCES])
def test_as_printed(checkouts, lines):
    real, stood_in, shell = checkouts
    for line in lines:
        if any(line.startswith(start) for start in NOT_RUN):
            continue
        assert tools.words(line)[0] in ("python3", "mkdir", "cp"), (
            f"a fresh shell does not know: {line}"
        )
        if re.match(LONG, line):
            result = _run(shell, stood_in, line)
            assert result.returncode == 0, result.stderr
            assert re.match(r"(build|jupyter) \[", result.stdout.splitlines()[-1])
        else:
            result = _run(shell, real, _less(line, real))
            assert result.returncode == 0, f"{line}\n{result.stdout}{result.stderr}"
        assert "Traceback" not in result.stderr


def _less(line, checkout):
    """The line with its gaps filled, and so that it ends within seconds."""
    line = line.replace("<course>", f"'{checkout}'").partition("  #")[0]
    for printed, less in LESS.items():
        line = line.replace(printed, less)
    home = os.environ.get("LONGTAIL_DATA_HOME", "")
    if "data fetch" in line and home and (Path(home) / "ml-latest-small").is_dir():
        return f"LONGTAIL_DATA_HOME='{Path(home).resolve()}' {line}"
    return f"{line} --help" if re.search(HELP, line) or "data fetch" in line else line


def test_every_page_with_commands_is_read():
    counts = {page: sum(len(lines) for name, lines in FENCES if name == page) for page, _ in FENCES}
    assert counts["README.md"] >= 10
    assert counts["authoring.md"] >= 9
    assert {"README.md", "CONTRIBUTING.md", "evidence.md", "instructors.md"} <= set(counts)
    assert FENCES[0][1][0] == (
        "git clone <address of this project> longtail-course && cd longtail-course"
    )


# These two tell of commands and give none.
GIVING = [page for page in PAGES if page.name not in ("decisions.md", "article.md")]


@pytest.mark.parametrize("page", GIVING, ids=lambda page: page.name)
def test_no_command_needs_activation(page):
    text = page.read_text(encoding="utf-8")
    spans = re.findall(r"(?<!`)`((?:longtail|python|nbgrader|jupyter|\.venv)[ /][^`]+)`", text)
    # With conda one's own environment has the commands.
    allowed = {"python -m longtail_course.build work", "jupyter lab"}
    assert [span for span in spans if span not in allowed] == []
