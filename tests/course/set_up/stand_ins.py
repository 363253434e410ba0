"""A checkout whose venv and pip are short scripts, so that a set-up can be killed many times.

`python -m venv` and `python -m pip` find them because course.py calls both from the checkout. They
do what the real ones do to the folder, slowly, and tell two things: whether another step was still
at work when they began, and whether a package that looked whole was not.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# The tests' own environment lies above this one.
BASE = getattr(sys, "_base_executable", None) or sys.executable
# Seconds of each pause of a set-up, and of the one that a test wants to meet.
PAUSE, LONG_PAUSE = 0.04, 2

_STEP = f"""\
import os, pathlib, sys, time

here = pathlib.Path(__file__).parent

def tell(line):
    with open(here / "steps.log", "a", encoding="utf-8") as log:
        log.write(line + "\\n")

def pause(name):
    time.sleep({LONG_PAUSE} if os.environ.get("LONG_PAUSE") == name else {PAUSE})

def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = pathlib.Path(f"/proc/{{pid}}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"

def begin(name):
    for line in (here / "steps.log").read_text(encoding="utf-8").splitlines():
        word, *rest = line.split()
        if word == "pid" and int(rest[1]) != os.getsid(0) and alive(int(rest[0])):
            tell(f"RACE {{name}} while {{rest}}")
    member(name)

def member(name):
    tell(f"pid {{os.getpid()}} {{os.getsid(0)}} {{name}}")
"""

# The real venv leaves pip to a program that it starts.
_VENV = """\
import subprocess, sys
import step

place = step.pathlib.Path(sys.argv[1])
if sys.argv[2:]:
    step.member("ensurepip")
    step.pause("ensurepip")
    (place / "bin" / "pip").write_text("")
else:
    assert not place.is_symlink()
    step.begin("venv")
    (place / "bin").mkdir()
    (place / "bin" / "python").symlink_to(sys.executable)
    step.pause("venv")
    subprocess.check_output([sys.executable, __file__, str(place), "inside"])
"""

_PIP = """\
import sys
import step

step.begin("pip")
packages = step.here / ".venv" / "lib" / "python3.11" / "site-packages"
step.tell("pip " + " ".join(sys.argv[1:]))
if not (step.here / ".venv" / "bin" / "pip").exists():
    sys.exit("ERROR: no pip")
if "-e" in sys.argv:
    step.pause("library")
    sys.exit()
step.pause("pip")
print("Collecting package", flush=True)
info = packages / "package-1.0.dist-info"
if info.exists() and "--force-reinstall" not in sys.argv:
    print("Requirement already satisfied")
    if not (info / "RECORD").exists():
        step.tell("HALF a package was taken for a whole one")
    sys.exit()
if info.exists() and not (info / "RECORD").exists():
    sys.exit("ERROR: Cannot uninstall package, RECORD file not found.")
print("Installing collected packages: package", flush=True)
info.mkdir(parents=True, exist_ok=True)
step.pause("writing")
(info / "RECORD").write_text("package")
"""


def make_checkout(folder: Path) -> Path:
    """course.py, the stand-ins, and a command that says it was reached."""
    folder.mkdir(parents=True)
    shutil.copyfile(ROOT / "course.py", folder / "course.py")
    build = folder / "longtail_course" / "build"
    build.mkdir(parents=True)
    (build / "__main__.py").write_text("print('reached')")
    files = {"step.py": _STEP, "venv.py": _VENV, "pip.py": _PIP, "steps.log": ""}
    for name, text in {**files, "requirements.lock": "package==1.0", "pyproject.toml": ""}.items():
        (folder / name).write_text(text)
    return folder


def start(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen:
    """Call course.py in a session of its own."""
    return subprocess.Popen(
        [BASE, "course.py", *(arguments or ["run"])],
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def finish(folder: Path, **environment: str) -> str:
    """Set up to the end; gives what was printed."""
    process = start(folder, **environment)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, ""), output + errors
    assert output.endswith("reached\n"), output
    return output


def told(folder: Path, word: str) -> list[list[str]]:
    """What the stand-ins told: the rest of the lines that begin with a word."""
    lines = (folder / "steps.log").read_text(encoding="utf-8").splitlines()
    return [line.split()[1:] for line in lines if line.split()[0] == word]


def living(folder: Path) -> list[str]:
    """The steps that are still at work, in any set-up of this checkout."""
    found = []
    for pid, *_, name in told(folder, "pid"):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found.append(name)
    return found
