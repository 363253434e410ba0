"""Set-up of course.py from the outside: a small checkout, a real venv, a real pip."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

STATE = ".venv/.course-lock"


def sentence(result):
    """The one sentence that a failed set-up leaves on stderr."""
    assert result.returncode == 2, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


@pytest.fixture
def lock_restored(ready, checkout_tools):
    yield ready
    checkout_tools.write_lock(ready, "1.0")


def test_second_start_is_quick_and_passes_everything_on(ready, checkout_tools):
    begun = time.monotonic()
    result = checkout_tools.course(
        ready,
        *("run", "--only", "03", "05", "--dataset", "movielens-small"),
        LONGTAIL_DATA_HOME="relative/data",
    )
    assert time.monotonic() - begun < 2
    assert result.returncode == 0
    assert result.stdout.splitlines() == [
        "called with ['run', '03', '05', '--dataset', 'movielens-small']",
        f"LONGTAIL_DATA_HOME {ready / 'relative' / 'data'}",
        "tinydep 1.0",
    ]


def test_a_relative_data_folder_is_the_users_own(ready, checkout_tools, tmp_path):
    result = subprocess.run(
        [sys.executable, ready / "course.py", "run"],
        cwd=tmp_path,
        env=checkout_tools.environment(ready, LONGTAIL_DATA_HOME="data"),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert f"LONGTAIL_DATA_HOME {tmp_path / 'data'}\n" in result.stdout


def test_jupyterlab_does_not_ask_about_news_and_shows_pages(ready):
    folder = ready / ".venv" / "etc" / "jupyter" / "labconfig"
    off = json.loads((folder / "page_config.json").read_text())["disabledExtensions"]
    assert off == {"@jupyterlab/apputils-extension:announcements": True, "@jupyter/nbgrader": True}
    (settings,) = json.loads((folder / "default_setting_overrides.json").read_text()).values()
    assert settings == {"defaultViewers": {"markdown": "Markdown Preview"}}


def test_exit_code_and_other_commands_are_passed_on(ready, checkout_tools):
    assert checkout_tools.course(ready, "run", "--only", "99").returncode == 1
    assert (
        "['build', '03']" in checkout_tools.course(ready, "run", "--update", "--only", "03").stdout
    )
    both = checkout_tools.course(ready, "run", "--update", "--dataset", "music")
    assert both.returncode == 2
    assert "leave --dataset out" in both.stderr
    assert "['test', '--fast']" in checkout_tools.course(ready, "test", "--fast").stdout


def test_a_new_lock_is_installed(lock_restored, checkout_tools):
    checkout_tools.write_lock(lock_restored, "2.0")
    result = checkout_tools.course(lock_restored, "run")
    assert "tinydep 2.0" in result.stdout, result.stdout + result.stderr


def test_a_wrong_hash_is_refused(lock_restored, checkout_tools):
    checkout_tools.write_lock(lock_restored, "3.0", digest="0" * 64)
    said = sentence(checkout_tools.course(lock_restored, "run"))
    assert "tinydep" in said
    assert "does not match its hash" in said
    assert not (lock_restored / STATE).exists()


def test_no_network(lock_restored, checkout_tools):
    checkout_tools.write_lock(lock_restored, "4.0")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    result = checkout_tools.course(
        lock_restored,
        "run",
        PIP_NO_INDEX="",
        PIP_FIND_LINKS="",
        PIP_INDEX_URL=f"http://127.0.0.1:{port}/simple",
        PIP_RETRIES="1",
    )
    assert "cannot be reached" in sentence(result)
    # The environment that worked before is still there for the lock that it was made for.
    checkout_tools.write_lock(lock_restored, "1.0")
    again = checkout_tools.course(lock_restored, "run")
    assert "tinydep 1.0" in again.stdout
    assert "making it anew" not in again.stdout


def test_a_package_that_the_index_lacks(lock_restored, checkout_tools):
    checkout_tools.write_lock(lock_restored, "5.0")
    (lock_restored.parent / "wheels" / "tinydep-5.0-py3-none-any.whl").unlink()
    said = sentence(checkout_tools.course(lock_restored, "run"))
    assert "has no tinydep==5.0" in said


@pytest.mark.slow
def test_a_moved_checkout_is_set_up_anew(ready, checkout_tools):
    state = ready / STATE
    checkout_tools.course(ready, "run")
    moved = json.loads(state.read_text()) | {"folder": "elsewhere"}
    state.write_text(json.dumps(moved))
    (ready / ".venv" / "left-over").write_text("")
    result = checkout_tools.course(ready, "run")
    assert result.returncode == 0, result.stderr
    assert not (ready / ".venv" / "left-over").exists()


@contextlib.contextmanager
def set_up_that_hangs(folder, checkout_tools):
    """course.py, while its pip waits for an index that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        process = subprocess.Popen(
            [sys.executable, "course.py", "run"],
            cwd=folder,
            env=checkout_tools.environment(
                folder, PIP_NO_INDEX="", PIP_FIND_LINKS="", PIP_INDEX_URL=url
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        silent.settimeout(60)
        connection, _ = silent.accept()
        with connection:
            yield process


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of a process group are POSIX")
def test_an_interrupted_set_up_is_mended_by_the_next_call(tmp_path, checkout_tools):
    folder = checkout_tools.make_checkout(tmp_path / "course")
    with set_up_that_hangs(folder, checkout_tools) as process:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Stopped." in errors
    assert "Traceback" not in errors
    assert not (folder / STATE).exists()

    with set_up_that_hangs(folder, checkout_tools) as process:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)
    # What a killed pip leaves: a package that looks installed and is not whole.
    broken = next((folder / ".venv").rglob("site-packages")) / "tinydep-1.0.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: tinydep\nVersion: 1.0\n")
    result = checkout_tools.course(folder, "run")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "tinydep 1.0" in result.stdout


@pytest.mark.slow
def test_a_half_package_in_somebodys_own_environment_is_written_again(tmp_path, checkout_tools):
    folder = checkout_tools.make_checkout(tmp_path / "course")
    subprocess.run([sys.executable, "-m", "venv", folder / ".venv"], check=True)
    (folder / ".venv" / "mine.txt").write_text("mine")
    assert checkout_tools.course(folder, "run").returncode == 0
    info = next((folder / ".venv").rglob("tinydep-1.0.dist-info"))
    # As a killed pip leaves it: the module is not whole, and the list of its files is missing.
    (info / "RECORD").unlink()
    (info.parent / "tinydep.py").write_text("VERSION =")
    (folder / STATE).unlink()
    (folder / ".venv" / ".course-started").touch()
    result = checkout_tools.course(folder, "run")
    assert "tinydep 1.0" in result.stdout, result.stdout + result.stderr
    assert "making it anew" not in result.stdout
    assert (folder / ".venv" / "mine.txt").exists()


@pytest.mark.slow
def test_two_set_ups_at_once(tmp_path, checkout_tools):
    folder = checkout_tools.make_checkout(tmp_path / "course")
    processes = [
        subprocess.Popen(
            [sys.executable, "course.py", "run"],
            cwd=folder,
            env=checkout_tools.environment(folder),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum("Making the environment" in output for output in outputs) == 1
    assert sum("Another set-up is running" in output for output in outputs) == 1
    assert all("tinydep 1.0" in output for output in outputs)


def test_a_foreign_environment_of_another_python_is_left_alone(tmp_path, checkout_tools):
    folder = checkout_tools.make_checkout(tmp_path / "course")
    binary = folder / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    binary.parent.mkdir(parents=True)
    binary.write_text("")
    (folder / ".venv" / "pyvenv.cfg").write_text("version = 3.12.1\n")
    assert "holds a Python 3.12" in sentence(checkout_tools.course(folder, "run"))
    assert binary.exists()
