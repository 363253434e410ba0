"""What the build starts ends with it, whichever way it is ended."""

import os
import signal
import subprocess
import sys
import time

import pytest

from longtail_course.build.lesson import ROOT
from longtail_course.build.processes import end_with_parent, signals_stop

pytestmark = pytest.mark.usefixtures("hang_up_is_not_ignored")
posix = pytest.mark.skipif(sys.platform == "win32", reason="these signals are POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child at a kill")


def gone(pid, within=20):
    """Whether a process ends in time; one that nobody has fetched yet has ended."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], stdout=subprocess.PIPE)
        if listed.stdout.strip()[:1] in (b"", b"Z"):
            return True
        time.sleep(0.05)
    return False


@posix
@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        pytest.param(getattr(signal, "SIGHUP", 1), id="SIGHUP"),
        pytest.param(getattr(signal, "SIGKILL", 9), marks=linux, id="SIGKILL"),
    ],
)
def test_a_running_kernel_ends_with_the_run(course, add_lesson, number):
    place = course / "pid"
    add_lesson(
        "03_sleeps",
        f"import os, time\nopen({str(place)!r}, 'w').write(f'{{os.getpid()}} ')\ntime.sleep(60)",
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "longtail_course.build", "run", "--root", str(course), "03"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    begun = time.monotonic()
    while not (place.exists() and place.read_text().endswith(" ")):
        assert time.monotonic() - begun < 60
        time.sleep(0.05)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    if number != signal.SIGKILL:
        assert (process.returncode, errors.strip()) == (130, "Stopped.")
    assert gone(int(place.read_text()))


@linux
def test_a_program_ends_with_a_killed_parent():
    code = (
        "import subprocess, sys\n"
        "from longtail_course.build.processes import end_with_parent\n"
        "child = subprocess.Popen(['sleep', '60'], preexec_fn=end_with_parent())\n"
        "print(child.pid, flush=True)\n"
        "child.wait()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    pid = int(process.stdout.readline())
    assert not gone(pid, within=0.2)
    process.kill()
    process.wait()
    assert gone(pid)


@linux
def test_a_parent_that_ended_before_its_child_could_ask(monkeypatch):
    monkeypatch.setattr("os.getpid", lambda: 1)
    ask = end_with_parent()
    process = subprocess.Popen(["sleep", "60"], preexec_fn=ask)
    assert process.wait(timeout=20) == 1


def test_other_systems_have_no_such_call(monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    assert end_with_parent() is None


def interrupted_by(number):
    with signals_stop():
        os.kill(os.getpid(), number)
        time.sleep(20)


@posix
def test_signals_stop_and_are_given_back():
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP)
    for number in (signal.SIGTERM, signal.SIGHUP):
        with pytest.raises(KeyboardInterrupt):
            interrupted_by(number)
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP)) == before
