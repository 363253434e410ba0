"""The environment check says what is wrong and how to mend it, and nothing else."""

import subprocess
import sys

import pytest

from longtail_course.checks import environment as env
from longtail_course.checks.environment import Environment, Row

FINE = Environment((Row("Python", found="3.11.7"), Row("Free memory", found="9.1 GiB")))
BROKEN = Environment((Row("Python", found="3.11.7"), Row("x", "install <x>", "missing")))


def test_a_right_machine_shows_nothing_of_its_own():
    for text in (repr(FINE), FINE._repr_html_()):
        assert "3.11.7" not in text
        assert "9.1" not in text
        assert "Everything is ready." in text
    assert repr(FINE).splitlines()[0] == "Python       ok"
    assert FINE


def test_details_on_request():
    assert "3.11.7" in repr(Environment(FINE.rows, details=True))


def test_what_is_wrong_is_said_without_details():
    assert not BROKEN
    assert [row.name for row in BROKEN.problems] == ["x"]
    assert "mend  missing: install <x>" in repr(BROKEN)
    assert "1 thing needs mending." in repr(BROKEN)
    assert "missing: install &lt;x&gt;" in BROKEN._repr_html_()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (env.check_python((3, 9, 1)), "install Python 3.11"),
        (env.check_package("numpy", "2.1", None), "Change Kernel"),
        (env.check_package("numpy", "2.1", "1.26.4"), "2.1 or newer"),
        (env.check_space("Free disk", env.GIB // 2, env.GIB, "make room"), "1 GiB are needed"),
        (env.check_data_home({"LONGTAIL_DATA_HOME": "/no/such/folder"}), "unset the variable"),
        (env.check_tensorflow("import no_such_module"), "course.py lab"),
        (env.check_tensorflow("import time; time.sleep(9)", timeout=0.2), "run this cell again"),
        (env.check_tensorflow("import os; os._exit(3)"), "course.py lab"),
    ],
)
def test_wrong_says_how_to_mend(row, words):
    assert not row.ok
    assert words in row.remedy
    assert row.found


@pytest.mark.parametrize(
    "row",
    [
        env.check_python((3, 12, 0)),
        env.check_package("numpy", "2.1", "2.10.0"),
        env.check_space("Free memory", None, env.GIB, ""),
        env.check_space("Free memory", env.GIB, env.GIB, ""),
        env.check_data_home({}),
        env.check_tensorflow("print('started')"),
        env.check_datasets(str),
        env.check_widgets(str),
    ],
)
def test_right_has_no_remedy(row):
    assert row.ok
    assert not row.remedy


def test_data_home_with_and_without_movielens_is_fine(tmp_path):
    assert "does not hold" in env.check_data_home({"LONGTAIL_DATA_HOME": str(tmp_path)}).found
    (tmp_path / "ml-latest-small").mkdir()
    row = env.check_data_home({"LONGTAIL_DATA_HOME": str(tmp_path)})
    assert row.ok
    assert "which holds" in row.found


def test_broken_dataset_is_named():
    def open_dataset(name):
        if name == "video":
            raise ValueError("bad sha256\nmore")

    row = env.check_datasets(open_dataset)
    assert row.found == "video does not open (bad sha256)"
    assert "--out datasets/video" in row.remedy


def test_missing_widgets_are_named():
    def load(name):
        raise ImportError(f"No module named {name!r}")

    assert "ipywidgets" in env.check_widgets(load).found


def test_crash_of_tensorflow_quotes_its_last_line():
    assert "No module named 'no_such_module'" in env.check_tensorflow("import no_such_module").found


def test_module_needs_the_standard_library_only():
    code = (
        "import sys\n"
        "for name in ('numpy', 'narwhals', 'tensorflow', 'matplotlib', 'ipywidgets'):\n"
        "    sys.modules[name] = None\n"
        "import longtail_course.checks.environment\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.slow
def test_this_machine_gives_the_same_text_twice():
    first = env.check_environment()
    assert repr(first) == repr(env.check_environment())
    packages = {"tensorflow", "numpy", "ipywidgets", "matplotlib", "polars"}
    assert packages <= {row.name for row in first.rows if row.ok}
