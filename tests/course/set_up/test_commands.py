"""What course.py starts: JupyterLab on the learner's folder, the library, and Python."""

import os
import signal
import subprocess
import sys

import pytest

# Each stands for the program of its name, and tells how it was called.
_TELLS = """\
import os, sys
print({name!r}, sys.argv[1:], "in", os.getcwd())
sys.exit(7 if "fail" in sys.argv else 0)
"""


@pytest.fixture(scope="module")
def checkout(ready):
    """The small checkout, with stand-ins for JupyterLab and the library, and two lessons."""
    (ready / "jupyter.py").write_text(_TELLS.format(name="jupyter"))
    (ready / "longtail_lib").mkdir()
    (ready / "longtail_lib" / "__init__.py").write_text("")
    (ready / "longtail_lib" / "__main__.py").write_text(_TELLS.format(name="longtail"))
    (ready / "work").mkdir()
    for name in ("00_start_here", "01_next"):
        (ready / "work" / f"{name}.ipynb").write_text("{}")
    return ready


def test_lab_hands_out_the_lessons_and_opens_the_first(checkout, checkout_tools):
    result = checkout_tools.course(checkout, "lab")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == f"called with {['work', '--root', str(checkout)]}"
    assert lines[-1].endswith(f"in {checkout}")
    assert f"'--ServerApp.root_dir={checkout}'" in lines[-1]
    assert "'--LabApp.default_url=/lab/tree/work/00_start_here.ipynb'" in lines[-1]


def test_lab_stops_where_the_lessons_cannot_be_handed_out(checkout, checkout_tools):
    stub = checkout / "longtail_course" / "build" / "__main__.py"
    before = stub.read_text()
    stub.write_text("import sys; sys.exit('error: The lessons cannot be put into work/')")
    result = checkout_tools.course(checkout, "lab")
    stub.write_text(before)
    assert result.returncode == 1
    assert result.stderr == "error: The lessons cannot be put into work/\n"
    assert "jupyter" not in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [["data", "list"], ["--help"], ["-h"], [], ["benchmark", "--models", "a b", "--", "-x"]],
    ids=" ".join,
)
def test_longtail_gets_every_argument_as_it_is(checkout, checkout_tools, arguments):
    result = checkout_tools.course(checkout, "longtail", *arguments)
    assert result.stdout.splitlines()[0] == f"longtail {arguments} in {checkout}"
    assert result.returncode == 0


def test_exit_codes_pass_through(checkout, checkout_tools):
    assert checkout_tools.course(checkout, "longtail", "fail").returncode == 7
    assert checkout_tools.course(checkout, "python", "-c", "raise SystemExit(5)").returncode == 5


def test_they_run_in_the_users_own_folder(checkout, checkout_tools, tmp_path):
    for command in (["longtail"], ["python", "-c", "import os; print('in', os.getcwd())"]):
        result = subprocess.run(
            [sys.executable, str(checkout / "course.py"), *command],
            cwd=tmp_path,
            env=checkout_tools.environment(checkout),
            capture_output=True,
            text=True,
            check=True,
        )
        assert result.stdout.strip().endswith(f"in {tmp_path}")


def test_python_is_the_one_of_the_environment(checkout, checkout_tools):
    code = "import sys, tinydep; print(sys.prefix, tinydep.VERSION, sys.argv[1:])"
    result = checkout_tools.course(checkout, "python", "-c", code, "--help", "a b")
    assert result.stdout == f"{checkout / '.venv'} 1.0 ['--help', 'a b']\n"


@pytest.mark.skipif(os.name == "nt", reason="signals of a process group are POSIX")
def test_ctrl_c_is_left_to_the_program(checkout, checkout_tools):
    code = (
        "import time\ntry:\n    print('ready', flush=True); time.sleep(60)\n"
        "except KeyboardInterrupt:\n    print('tidied up'); raise SystemExit(130)"
    )
    process = subprocess.Popen(
        [sys.executable, "course.py", "python", "-c", code],
        cwd=checkout,
        env=checkout_tools.environment(checkout),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, output, errors) == (130, "tidied up\n", "")


def test_help_names_every_command(course_module, capsys):
    with pytest.raises(SystemExit):
        course_module.main(["--help"])
    said = capsys.readouterr().out
    assert all(f"python3 course.py {name}" in said for name in course_module._COMMANDS)
