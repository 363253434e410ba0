"""Set-up ended by signals at any moment: nothing goes on, nothing races, nothing is lost."""

import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the stand-ins look into /proc"),
    pytest.mark.usefixtures("hang_up_is_not_ignored"),
]

_SPEC = importlib.util.spec_from_file_location(
    "stand_ins", Path(__file__).with_name("stand_ins.py")
)
stand_ins = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(stand_ins)

SIGNALS = [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGHUP]


@pytest.fixture
def checkout(tmp_path):
    return stand_ins.make_checkout(tmp_path / "a course")


def until(condition, what):
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < 20, what
        time.sleep(0.005)


def stopped_while(checkout, step, number, **environment):
    """Send a signal to a set-up that is in the middle of a step; gives the ended process."""
    before = len(stand_ins.told(checkout, "pid"))
    process = stand_ins.start(checkout, LONG_PAUSE=step, **environment)

    def begun():
        return any(line[-1] == step for line in stand_ins.told(checkout, "pid")[before:])

    until(begun, f"{step} never began")
    process.send_signal(number)
    process.communicate(timeout=20)
    return process


def stopped_while_writing(checkout, **environment):
    """Kill a set-up while its pip has half a package written."""
    process = stand_ins.start(checkout, LONG_PAUSE="writing", **environment)
    until(lambda: list(checkout.glob(".venv/lib/*/*/package-*")), "pip never wrote")
    process.kill()
    process.communicate(timeout=20)
    assert not list(checkout.glob(".venv/lib/*/*/package-*/RECORD"))


@pytest.mark.parametrize("seed", range(2))
def test_killed_again_and_again_it_recovers(checkout, seed):
    draw = random.Random(seed)
    for _ in range(8):
        process = stand_ins.start(checkout)
        time.sleep(draw.uniform(0, 0.6))
        process.send_signal(draw.choice(SIGNALS))
        # The next call comes at once: it has to wait for whatever still works.
        process.communicate(timeout=20)
    stand_ins.finish(checkout)
    assert stand_ins.told(checkout, "RACE") == []
    assert stand_ins.told(checkout, "HALF") == []
    assert stand_ins.living(checkout) == []
    assert stand_ins.finish(checkout) == "reached\n"


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("step", ["venv", "pip"])
def test_a_step_ends_with_the_set_up(checkout, step, number):
    process = stopped_while(checkout, step, number)
    killed = number == signal.SIGKILL
    assert process.returncode == (-number if killed else 128 + number)
    if not killed:
        # All has ended before course.py does.
        assert stand_ins.living(checkout) == []
    until(lambda: step not in stand_ins.living(checkout), f"{step} goes on")


def test_a_second_set_up_waits_for_what_a_killed_one_left_behind(checkout):
    # No signal reaches what a step has started when course.py is killed; it holds the lock.
    stopped_while(checkout, "ensurepip", signal.SIGKILL)
    stand_ins.finish(checkout)
    assert stand_ins.told(checkout, "RACE") == []


def test_where_linux_cannot_end_pip_it_keeps_the_lock(checkout):
    """As on macOS, where nothing ends the child of a killed process."""
    script = checkout / "course.py"
    text = script.read_text()
    script.write_text(text.replace('sys.platform != "linux"', "True"))
    stopped_while(checkout, "pip", signal.SIGKILL)
    assert stand_ins.living(checkout) == ["pip"]
    assert "Another set-up is running" in stand_ins.finish(checkout)
    assert stand_ins.told(checkout, "RACE") == []


def test_fetching_leaves_what_was_there(checkout):
    stand_ins.finish(checkout)
    (checkout / "requirements.lock").write_text("package==1.0 # another lock")
    stopped_while(checkout, "pip", signal.SIGTERM)
    assert "making it anew" not in stand_ins.finish(checkout)
    assert stand_ins.told(checkout, "HALF") == []


def foreign_environment(place):
    """An environment that somebody made for themselves, with a package of their own."""
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").symlink_to(stand_ins.BASE)
    (place / "bin" / "pip").write_text("")
    (place / "pyvenv.cfg").write_text("version = 3.11.4\n")
    (place / "mine.txt").write_text("mine")
    settings = place / "etc" / "jupyter" / "labconfig" / "page_config.json"
    settings.parent.mkdir(parents=True)
    off = {"one": True, "@jupyter/nbgrader": False}
    settings.write_text(json.dumps({"disabledExtensions": off, "more": 1}))


@pytest.mark.parametrize("linked", [False, True])
def test_an_adopted_environment_is_never_deleted(checkout, tmp_path, linked):
    venv = checkout / ".venv"
    if linked:
        venv.symlink_to(tmp_path / "elsewhere")
    foreign_environment(tmp_path / "elsewhere" if linked else venv)
    for number in SIGNALS:
        stopped_while(checkout, "pip", number)
    stopped_while_writing(checkout)
    # Interrupted once more before pip writes, it still knows of the half package.
    stopped_while(checkout, "pip", signal.SIGTERM)
    said = stand_ins.finish(checkout)
    assert "making it anew" not in said
    assert (venv / "mine.txt").read_text() == "mine"
    assert json.loads((venv / "etc/jupyter/labconfig/page_config.json").read_text()) == {
        "disabledExtensions": {
            "one": True,
            "@jupyter/nbgrader": False,
            "@jupyterlab/apputils-extension:announcements": True,
        },
        "more": 1,
    }
    assert venv.is_symlink() == linked
    assert stand_ins.told(checkout, "HALF") == []
    assert list(checkout.glob(".venv/lib/*/*/package-*/RECORD"))
    assert stand_ins.finish(checkout) == "reached\n"


def test_files_without_a_python_are_left_alone(checkout):
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "mine.txt").write_text("mine")
    process = stand_ins.start(checkout)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert errors == (
        "course.py: The folder .venv holds no Python, but files that course.py did not put there; "
        "rename or remove it, then call again.\n"
    )
    assert os.listdir(checkout / ".venv") == ["mine.txt"]


def test_a_file_in_the_place_of_the_environment(checkout):
    (checkout / ".venv").write_text("mine")
    process = stand_ins.start(checkout)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors.count("\n")) == (2, 1)
    assert ".venv is a file" in errors
    assert (checkout / ".venv").read_text() == "mine"


@pytest.mark.parametrize("there", [False, True])
def test_a_link_to_another_disk_works_after_an_interruption(checkout, tmp_path, there):
    place = tmp_path / "big disk" / "environment"
    if there:
        place.mkdir(parents=True)
    (checkout / ".venv").symlink_to(place)
    stopped_while(checkout, "venv", signal.SIGKILL)
    stopped_while_writing(checkout)
    assert "making it anew" in stand_ins.finish(checkout)
    assert (checkout / ".venv").is_symlink()
    assert (place / "bin" / "python").exists()
    assert stand_ins.told(checkout, "HALF") == []


def test_ours_is_made_anew_where_it_was_half_deleted(checkout):
    stand_ins.finish(checkout)
    # Killed while it deleted: what was complete says so no longer.
    (checkout / ".venv" / ".course-started").touch()
    (checkout / ".venv" / ".course-lock").unlink()
    assert "making it anew" in stand_ins.finish(checkout)


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_a_path_in_chinese_in_the_c_locale(tmp_path):
    checkout = stand_ins.make_checkout(tmp_path / "课程 目录")
    stopped_while(checkout, "pip", signal.SIGTERM, **ASCII)
    stopped_while_writing(checkout, **ASCII)
    stand_ins.finish(checkout, **ASCII)
    assert "课程 目录" in (checkout / "build" / "setup.log").read_text(encoding="utf-8")
    # Another locale reads the same path as other characters; it is the same folder.
    assert stand_ins.finish(checkout, LC_ALL="C.UTF-8") == "reached\n"
    assert stand_ins.finish(checkout, **ASCII) == "reached\n"


def test_a_refusal_in_the_c_locale_is_one_sentence(tmp_path):
    checkout = stand_ins.make_checkout(tmp_path / "课程")
    (checkout / "build").write_text("in the way")
    process = stand_ins.start(checkout, **ASCII)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors.count("\n")) == (2, 1)
    assert errors.startswith("course.py: Set-up cannot write here")


WAITS = "import os, time; print('at work', os.getpid(), flush=True); time.sleep(60)"


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A checkout that is set up, with programs that wait."""
    folder = stand_ins.make_checkout(tmp_path_factory.mktemp("ready") / "course")
    stand_ins.finish(folder)
    (folder / "jupyter.py").write_text(WAITS)
    waiting = f"import sys\nif 'work' not in sys.argv:\n    {WAITS}"
    (folder / "longtail_course" / "build" / "__main__.py").write_text(waiting)
    return folder


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.parametrize("command", [["lab"], ["run"], ["test"], ["python", "-c", WAITS]])
def test_what_course_py_became_ends_with_it(ready, command, number):
    process = stand_ins.start(ready, *command)
    line = process.stdout.readline()
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode == -number
    with pytest.raises(ProcessLookupError):
        os.kill(int(line.removeprefix("at work")), 0)


def test_a_waiting_set_up_can_be_stopped(checkout):
    first = stand_ins.start(checkout, LONG_PAUSE="venv")
    until(lambda: stand_ins.told(checkout, "pid"), "the first never began")
    second = stand_ins.start(checkout)
    assert "Another set-up is running" in second.stdout.readline()
    second.send_signal(signal.SIGTERM)
    _, errors = second.communicate(timeout=20)
    assert (second.returncode, errors) == (
        143,
        "\nStopped. The same command starts again where it is safe to.\n",
    )
    output, _ = first.communicate(timeout=20)
    assert output.endswith("reached\n")


def test_nohup_is_respected(checkout):
    command = [sys.executable, "course.py", "run"]
    process = subprocess.Popen(
        ["nohup", *command], cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    until(lambda: stand_ins.told(checkout, "pid"), "it never began")
    process.send_signal(signal.SIGHUP)
    output, _ = process.communicate(timeout=20)
    assert (process.returncode, output.endswith(b"reached\n")) == (0, True)
