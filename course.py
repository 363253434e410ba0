#!/usr/bin/env python3
"""The course on long-tail recommendation: sets itself up, then opens, runs or tests the lessons.

    python3 course.py lab             open JupyterLab on your own copies of the lessons in work/
    python3 course.py run             execute every lesson into build/lessons/
    python3 course.py test            check the library and every stored output
    python3 course.py longtail ...    the library's command line
    python3 course.py python ...      Python with the library and all that it needs

Needs Python 3.11 and nothing else. The first call makes the environment in .venv from
requirements.lock, which takes a few minutes; later calls start at once.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent
PYTHON = (3, 11)
# Measured on Linux: 3.7 GB in .venv, and what pip keeps while it downloads.
FREE_BYTES = 6 * 10**9
# In .venv: it is complete; packages are being written; course.py made it and may make it anew.
READY, STARTED, OURS = ".course-lock", ".course-started", ".course-made"
COURSE = "longtail_course"


class SetupError(Exception):
    """Set-up cannot go on; the message is one sentence for the user."""


class Stopped(KeyboardInterrupt):
    """A signal asked for the end, and what set-up had started has ended."""

    def __init__(self, number: int):
        super().__init__()
        self.number = number


def main(arguments: list[str] | None = None) -> int:
    """Run one command; gives the exit code: 1 a lesson or test failed, 2 set-up failed."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    # argparse would take a --help that is meant for the other program.
    own = arguments[:1] if arguments and arguments[0] in _PASSED_ON else arguments
    options = _parser().parse_args(own)
    options.passed_on = arguments[len(own) :]
    try:
        check_python(sys.version_info[:2])
        set_up(ROOT)
        return _COMMANDS[options.command](options)
    except SetupError as error:
        print(f"course.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print("\nStopped. The same command starts again where it is safe to.", file=sys.stderr)
        return 128 + getattr(stop, "number", signal.SIGINT)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="course.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", metavar="{lab,run,test,longtail,python}")
    commands.required = True
    commands.add_parser("lab", help="open JupyterLab on your own copies of the lessons in work/")
    run = commands.add_parser("run", help="execute every lesson into build/lessons/")
    run.add_argument("--only", nargs="+", default=[], metavar="NN", help="these lessons alone")
    run.add_argument("--update", action="store_true", help="store the committed notebooks anew")
    run.add_argument(
        "--dataset",
        choices=("shop", "video", "music", "movielens-small"),
        help="run the lessons that leave the choice of data open on these",
    )
    test = commands.add_parser("test", help="check the library and every stored output")
    test.add_argument("--fast", action="store_true", help="without stored outputs and slow tests")
    test.add_argument(
        "--kernel",
        default="own",
        metavar="NAME",
        help="lessons with the digits of another processor: own, second, Haswell, ...",
    )
    commands.add_parser("longtail", help="the library's command line: longtail --help")
    commands.add_parser("python", help="Python in the course's environment")
    return parser


# ---------------------------------------------------------------- commands


def _lab(options: argparse.Namespace) -> int:
    # The learner's copies first, so that what it says of them stands above JupyterLab's log.
    code = subprocess.call(
        _build_command("work", "--root", str(ROOT)),
        cwd=str(ROOT),
        env=child_environment(),
        preexec_fn=end_with_parent(),
    )
    if code:
        return _exit_code(code)
    first = sorted((ROOT / "work").glob("00_*.ipynb"))
    place = "/".join(["/lab/tree/work", *(path.name for path in first[:1])])
    command = [str(venv_python(ROOT)), "-m", "jupyter", "lab"]
    # Links lead from work/ to docs/, so the server's root is the folder above both.
    command += [f"--ServerApp.root_dir={ROOT}", f"--LabApp.default_url={place}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container the user is often root, and JupyterLab would refuse to start.
        command.append("--allow-root")
    return _hand_over(command, ROOT)


def _longtail(options: argparse.Namespace) -> int:
    return _hand_over([str(venv_python(ROOT)), "-m", "longtail_lib", *options.passed_on])


def _python(options: argparse.Namespace) -> int:
    return _hand_over([str(venv_python(ROOT)), *options.passed_on])


def _run(options: argparse.Namespace) -> int:
    if options.update and options.dataset:
        raise SetupError("--update stores the lessons on their own data; leave --dataset out.")
    command = ["build" if options.update else "run", *options.only]
    chosen = ["--dataset", options.dataset] if options.dataset else []
    return _hand_over(_build_command(*command, *chosen), ROOT)


def _test(options: argparse.Namespace) -> int:
    chosen = [] if options.kernel == "own" else ["--kernel", options.kernel]
    fast = ["--fast"] if options.fast else []
    return _hand_over(_build_command("test", *fast, *chosen), ROOT)


_COMMANDS = {"lab": _lab, "run": _run, "test": _test, "longtail": _longtail, "python": _python}
# What follows these belongs to another program.
_PASSED_ON = ("longtail", "python")


def _build_command(*arguments: str) -> list[str]:
    return [str(venv_python(ROOT)), "-m", "longtail_course.build", *arguments]


def _hand_over(command: list[str], folder: Path | None = None) -> int:
    """Become another program, in `folder` or the user's own; every signal is then its own."""
    environment = child_environment()
    if os.name != "nt":
        if folder:
            os.chdir(str(folder))
        sys.stdout.flush()
        os.execve(command[0], command, environment)
    # Windows has no such call: start it, and wait.
    process = subprocess.Popen(command, cwd=str(folder) if folder else None, env=environment)
    while True:
        try:
            return _exit_code(process.wait())
        except KeyboardInterrupt:
            # JupyterLab asks whether to stop and needs time to shut its kernels down.
            continue


def _exit_code(code: int) -> int:
    """A child that a signal ended has a negative code; shells count those from 128."""
    return code if code >= 0 else 128 - code


def child_environment() -> dict[str, str]:
    """The environment of everything that course.py starts."""
    environment = dict(os.environ)
    # These would make pip or Python look past the environment in .venv.
    for name in ("PYTHONHOME", "PYTHONPATH", "PIP_PREFIX", "PIP_TARGET", "PIP_USER"):
        environment.pop(name, None)
    programs = str(venv_python(ROOT).parent)
    environment["PATH"] = programs + os.pathsep + environment.get("PATH", "")
    environment.update(PYTHONNOUSERSITE="1", PYTHONUNBUFFERED="1", PYTHONUTF8="1")
    if environment.get("LONGTAIL_DATA_HOME"):
        # Kernels work in another folder, so a relative path would lead elsewhere.
        environment["LONGTAIL_DATA_HOME"] = str(Path(environment["LONGTAIL_DATA_HOME"]).resolve())
    return environment


# ---------------------------------------------------------------- set-up


def check_python(version: tuple[int, ...]) -> None:
    """Refuse every Python but 3.11, for which the lock and the stored outputs are made."""
    if tuple(version[:2]) == PYTHON:
        return
    found = shutil.which("python3.11")
    remedy = "it is installed here" if found else "install it from python.org"
    raise SetupError(
        f"The course needs Python 3.11 and this is Python {version[0]}.{version[1]}; "
        f"{remedy}, then type: python3.11 course.py run"
    )


def set_up(root: Path) -> None:
    """Make or mend `.venv`; costs next to nothing when it is ready.

    Raises
    ------
    SetupError
        With one sentence that says what is wrong and how to mend it.
    """
    if is_ready(root):
        return
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise SetupError(
                f"This Python has no module {module}; on Debian and Ubuntu install it with: "
                "sudo apt install python3.11-venv"
            )
    try:
        (root / "build").mkdir(exist_ok=True)
        with noted_signals() as signals, only_one(root / "build" / "setup.lock", signals) as lock:
            if not is_ready(root):
                _make(_Steps(root, lock, signals))
    except OSError as error:
        # 28 is ENOSPC; 112 is Windows' ERROR_DISK_FULL.
        if error.errno == 28 or getattr(error, "winerror", None) == 112:
            raise SetupError(disk_sentence(root)) from error
        raise SetupError(f"Set-up cannot write here: {error}.") from error


def is_ready(root: Path) -> bool:
    """Whether `.venv` is complete and belongs to this lock, this Python and this folder."""
    state = _read_state(root)
    return state == fingerprint(root) and venv_python(root).exists()


def fingerprint(root: Path) -> dict[str, str]:
    """What a finished environment depends on."""
    lock = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        try:
            lock.update((root / name).read_bytes())
        except FileNotFoundError as error:
            raise SetupError(f"{name} is missing; clone the project again.") from error
    for path in (root / COURSE / "pyproject.toml", _kernel_config(root)):
        if path.is_file():
            lock.update(path.read_bytes())
    version = ".".join(map(str, sys.version_info[:3]))
    # In the C locale Python reads a path otherwise; the same bytes are the same folder.
    folder = os.fsencode(str(root)).decode("utf-8", "surrogateescape")
    return {"lock": lock.hexdigest(), "python": version, "folder": folder}


def venv_python(root: Path) -> Path:
    """The interpreter inside `.venv`."""
    windows = root / ".venv" / "Scripts" / "python.exe"
    return windows if os.name == "nt" else root / ".venv" / "bin" / "python"


def _kernel_config(root: Path) -> Path:
    return root / COURSE / "build" / "ipython_kernel_config.py"


def _read_state(root: Path) -> dict[str, str]:
    try:
        return json.loads((root / ".venv" / READY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _make(steps: _Steps) -> None:
    root = steps.root
    venv, wanted, have = root / ".venv", fingerprint(root), _read_state(root)
    moved = bool(have) and any(have.get(key) != wanted[key] for key in ("python", "folder"))
    spoilt = moved or (venv / STARTED).exists()
    again: list[str] = []
    if not (venv / OURS).exists() and not _is_empty(venv):
        _adopt(root)
        again = _write_again(venv) if spoilt else []
    elif spoilt or not venv_python(root).exists():
        _make_anew(steps, venv)
    with contextlib.suppress(FileNotFoundError):
        (venv / READY).unlink()
    (venv / STARTED).touch()
    pip = [str(venv_python(root)), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
    pip += ["--disable-pip-version-check", "--no-deps"]
    lock = str(root / "requirements.lock")
    total = count_packages(root / "requirements.lock")
    output: list[str] = []
    try:
        steps.call([*pip, *again, "--require-hashes", "-r", lock], "installing", total, output)
    except BaseException:
        if not again and not any(line.startswith("Installing collected") for line in output):
            # pip was still fetching: what was in .venv is in it unharmed.
            (venv / STARTED).unlink()
        raise
    # The library, and beside it the course, which is installed from the checkout alone.
    ours = [root, root / COURSE] if (root / COURSE / "pyproject.toml").is_file() else [root]
    editable = [argument for folder in ours for argument in ("-e", str(folder))]
    steps.call([*pip, "--no-build-isolation", *editable], "installing the library")
    _finish(steps)
    (venv / STARTED).unlink()
    (venv / READY).write_text(json.dumps(wanted), encoding="utf-8")
    print("The environment is ready.", flush=True)


def _make_anew(steps: _Steps, venv: Path) -> None:
    """Make our own environment; a package half written looks whole to pip, so keep none."""
    if not _is_empty(venv):
        print("The environment in .venv is incomplete or was moved; making it anew.", flush=True)
        _clear(venv)
    if _free(steps.root) < FREE_BYTES:
        raise SetupError(disk_sentence(steps.root))
    print("Making the environment in .venv; this happens once.", flush=True)
    # venv refuses a link in this place; the folder that the link leads to is as good.
    place = Path(os.path.realpath(str(venv)))
    place.mkdir(parents=True, exist_ok=True)
    (place / OURS).touch()
    (place / STARTED).touch()
    # Inside another environment its own interpreter may vanish; the one below it stays.
    base = getattr(sys, "_base_executable", None) or sys.executable
    steps.call([base, "-m", "venv", str(place)], "making .venv")


def _is_empty(venv: Path) -> bool:
    """Whether there is nothing in `.venv`, or no `.venv`."""
    try:
        return not os.listdir(str(venv))
    except FileNotFoundError:
        return True
    except NotADirectoryError as error:
        raise SetupError(".venv is a file; rename or remove it, then call again.") from error


def _clear(venv: Path) -> None:
    """Delete what is in our environment, but not what tells the next call where this one was."""
    (venv / STARTED).touch()
    with contextlib.suppress(FileNotFoundError):
        (venv / READY).unlink()
    for path in venv.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(str(path))
        elif path.name not in (OURS, STARTED):
            path.unlink()


def _adopt(root: Path) -> None:
    """Someone else made this environment: fill it, but never delete it."""
    config = root / ".venv" / "pyvenv.cfg"
    text = config.read_text(encoding="utf-8", errors="replace") if config.is_file() else ""
    version = re.search(r"^version(?:_info)? *= *(\d+)\.(\d+)", text, re.M)
    if version and tuple(map(int, version.groups())) != PYTHON:
        found = f"a Python {'.'.join(version.groups())}"
    elif not venv_python(root).exists():
        found = "no Python, but files"
    else:
        return
    raise SetupError(
        f"The folder .venv holds {found} that course.py did not put there; "
        "rename or remove it, then call again."
    )


def _write_again(venv: Path) -> list[str]:
    """Have pip write every package again into an environment that is not ours to delete."""
    for package in venv.rglob("*.dist-info"):
        # pip writes this list last, and without it removes no package and replaces none.
        (package / "RECORD").touch()
    return ["--force-reinstall"]


def _finish(steps: _Steps) -> None:
    root, config = steps.root, _kernel_config(steps.root)
    if config.is_file():
        target = root / ".venv" / "etc" / "ipython"
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(str(config), str(target / config.name))
    _write_lab_settings(root / ".venv" / "etc" / "jupyter" / "labconfig")
    # The first import of matplotlib searches for fonts and says so; do it here, not in a lesson.
    code = (
        "import importlib.util as u; u.find_spec('matplotlib') and __import__('matplotlib.pyplot')"
    )
    steps.call([str(venv_python(root)), "-c", code], "looking for fonts")


def _write_lab_settings(folder: Path) -> None:
    """Settle what JupyterLab would put in a learner's way; their own settings win over these."""
    off = {
        # It would ask every learner whether it may fetch news, offline ones too.
        "@jupyterlab/apputils-extension:announcements": True,
        # nbgrader's buttons are for teachers, who can switch them on again.
        "@jupyter/nbgrader": True,
    }
    # A link to the glossary shows a page, not its Markdown.
    viewers = {"defaultViewers": {"markdown": "Markdown Preview"}}
    settings = {
        "page_config.json": {"disabledExtensions": off},
        "default_setting_overrides.json": {"@jupyterlab/docmanager-extension:plugin": viewers},
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in settings.items():
        # Whoever changed something here, in an environment of their own for one, keeps it.
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            theirs = json.loads((folder / name).read_text(encoding="utf-8"))
            content = {**theirs, **{k: {**v, **theirs.get(k, {})} for k, v in content.items()}}
        (folder / name).write_text(json.dumps(content), encoding="utf-8")


def count_packages(lock: Path) -> int:
    """About how many packages of the lock this machine needs."""
    lines = re.findall(r"^[A-Za-z0-9][^\s=]*==.*$", lock.read_text(encoding="utf-8"), re.M)
    here = f"sys_platform == '{sys.platform}'"
    return sum("sys_platform ==" not in line or here in line for line in lines)


class _Steps:
    """Runs the programs that set-up needs; none of them goes on without it.

    Each holds the lock as its standard input, which all that it starts inherit, so the lock lasts
    until the last of them has ended. Windows does not share a lock in this way.
    """

    def __init__(self, root: Path, lock: IO[str], signals: list[int]):
        self.root, self.lock, self.signals = root, lock, signals

    def call(
        self, command: list[str], doing: str, total: int = 0, output: list[str] | None = None
    ) -> None:
        """Run a step, show that it moves, and explain its failure in one sentence."""
        output = [] if output is None else output
        begun = shown = time.monotonic()
        every = 1 if sys.stdout.isatty() else 20
        process = subprocess.Popen(
            command,
            cwd=str(self.root),
            env=child_environment(),
            stdin=self.lock,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            preexec_fn=end_with_parent(),
        )
        reader = threading.Thread(target=lambda: output.extend(process.stdout), daemon=True)
        reader.start()
        try:
            while process.poll() is None:
                time.sleep(0.05)
                stop_if_asked(self.signals)
                if time.monotonic() - shown >= every:
                    shown = time.monotonic()
                    _show(doing, output, total, shown - begun)
        except BaseException:
            _end(process)
            # What it said last decides whether anything was written.
            reader.join(timeout=10)
            raise
        reader.join(timeout=10)
        if sys.stdout.isatty():
            print("\r" + " " * 78 + "\r", end="", flush=True)
        log = self.root / "build" / "setup.log"
        with log.open("a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(f"$ {' '.join(command)}\n{''.join(output)}\n")
        stop_if_asked(self.signals)
        if process.returncode:
            raise SetupError(explain("".join(output), self.root))


def _end(process: subprocess.Popen) -> None:
    """End a step with all that it started."""
    if os.name == "nt":
        process.terminate()
        process.wait()
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)


def end_with_parent():
    """What a child does before anything else, so that it ends even if we are killed; or None.

    Only Linux offers this. On macOS a step whose set-up was killed goes on to its end and keeps
    the lock until then, so that another set-up waits for it.
    """
    if sys.platform != "linux":
        return None
    try:
        import ctypes

        prctl = ctypes.CDLL(None).prctl
    except (ImportError, OSError, AttributeError):
        return None
    parent = os.getpid()

    def ask() -> None:
        # 1 is PR_SET_PDEATHSIG.
        prctl(1, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask


@contextlib.contextmanager
def noted_signals():
    """Note the signals that end a program, so that none of them ends a step half-way."""
    seen: list[int] = []
    before = {}
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # Under nohup, SIGHUP is to be ignored.
        if number and signal.getsignal(number) not in (None, signal.SIG_IGN):
            before[number] = signal.signal(number, lambda number, frame: seen.append(number))
    try:
        yield seen
        stop_if_asked(seen)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stop_if_asked(signals: list[int]) -> None:
    """Raise Stopped if one of the noted signals has come."""
    if signals:
        raise Stopped(signals[0])


def _show(doing: str, output: list[str], total: int, seconds: float) -> None:
    found = sum(
        line.startswith(("Collecting", "Processing", "Requirement already"))
        for line in list(output)
    )
    if any(line.startswith("Installing collected") for line in output[-3:]):
        text = f"{doing}: writing {found} packages, {seconds:.0f} s"
    elif total:
        text = f"{doing}: {min(found, total)} of about {total} packages fetched, {seconds:.0f} s"
    else:
        text = f"{doing}: {seconds:.0f} s"
    if sys.stdout.isatty():
        print("\r" + text.ljust(78), end="", flush=True)
    else:
        print(text, flush=True)


_NO_NETWORK = (
    r"Failed to establish a new connection|NewConnectionError|name resolution|getaddrinfo failed"
    r"|Network is unreachable|Connection refused|ConnectTimeout|ReadTimeout|ProxyError"
    r"|Max retries exceeded|CERTIFICATE_VERIFY_FAILED|Connection broken|RemoteDisconnected"
)


def explain(output: str, root: Path) -> str:
    """One sentence for what pip or venv complained about.

    Examples
    --------
    >>> explain("ERROR: [Errno 28] No space left on device", Path("."))[:20]
    'The disk is too full'
    """
    log = "the details are in build/setup.log"
    if re.search(r"No space left on device|WinError 112|Errno 28\b", output):
        return disk_sentence(root)
    if "DO NOT MATCH THE HASHES" in output or "Expected sha256" in output:
        name = re.search(r"^\s+([A-Za-z0-9._-]+==\S+) from|^\s+(\S+) from", output, re.M)
        package = next(filter(None, name.groups()), "A package") if name else "A package"
        return (
            f"{package} does not match its hash in requirements.lock, so it was altered or cut off "
            f"on its way and not installed; try again, or from another network ({log})."
        )
    if re.search(_NO_NETWORK, output):
        return (
            "The package index cannot be reached; connect to the network (or set PIP_INDEX_URL to "
            f"a mirror, PIP_FIND_LINKS to a folder of wheels), then call again ({log})."
        )
    missing = re.search(r"No matching distribution found for ([^\s;]+)", output)
    if missing:
        return (
            f"The package index has no {missing.group(1)} for this machine; the course needs "
            f"64-bit Linux, macOS or Windows with Python 3.11 ({log})."
        )
    errors = re.findall(r"^ *(?:ERROR|error|Error): *(.+)$", output, re.M)
    said = errors[0] if errors else (output.strip() or "it ended without a word").splitlines()[-1]
    return f"Set-up failed: {said.rstrip('.')}; {log}."


def disk_sentence(root: Path) -> str:
    """What to say where the disk is full."""
    free = _free(root) / 1e9
    return (
        f"The disk is too full: {free:.1f} GB are free and the set-up needs about "
        f"{FREE_BYTES / 1e9:.0f} GB; make room, then call again."
    )


def _free(root: Path) -> int:
    """Bytes that are free where `.venv` lies, which may be a link to another disk."""
    place = Path(os.path.realpath(str(root / ".venv")))
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(str(place)).free


@contextlib.contextmanager
def only_one(path: Path, signals: list[int]):
    """Hold a lock, wait while another set-up holds it, and give its open file."""
    with path.open("a+") as handle:
        told = False
        while not _try_lock(handle):
            if not told:
                print("Another set-up is running in this folder; waiting for it.", flush=True)
                told = True
            time.sleep(0.2)
            stop_if_asked(signals)
        yield handle


def _try_lock(handle) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
