"""The command lines that a page prints, and a checkout in which a clean shell can call them."""

import json
import os
import re
import shlex
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

# Stands for what would take an hour: tells how it was called.
_TELLS = "import sys\nprint({name!r}, sys.argv[1:])\n"


def printed_commands(page: Path) -> list[list[str]]:
    """Command lines by fence, of fences that name no language; a line that goes on is joined.

    Examples
    --------
    >>> page = getfixture("tmp_path") / "page.md"
    >>> _ = page.write_text("```\\nls \\\\\\n  -l  # all\\n```\\n```python\\nx = 1\\n```\\n")
    >>> printed_commands(page)
    [['ls -l  # all']]
    """
    fences, fence, language = [], "", ""
    for line in page.read_text(encoding="utf-8").splitlines():
        mark = re.match(r" *(`{3,})(\w*) *$", line)
        if mark and not fence:
            fence, language = mark.groups()
            if not language:
                fences.append("")
        elif mark and mark[1] == fence and not mark[2]:
            fence = ""
        elif fence and not language and line.strip():
            fences[-1] += line.strip() + "\n"
    return [re.sub(r" *\\\n", " ", text).splitlines() for text in fences if text]


def words(command: str) -> list[str]:
    """The command's words, without its comment."""
    return shlex.split(command, comments=True)


def make_checkout(folder: Path, course_tools, *, stand_ins: bool = False) -> Path:
    """The project as it is, with an environment that course.py takes for its own.

    The environment borrows the packages of the one that runs the tests, so nothing is installed.
    With `stand_ins`, JupyterLab and the course's builder only tell how they were called.
    """
    folder.mkdir()
    left_out = {".git", ".venv", "build", "work", "course.py"}
    if stand_ins:
        left_out.add("longtail_course")
    for path in ROOT.iterdir():
        if path.name not in left_out:
            (folder / path.name).symlink_to(path)
    (folder / "course.py").write_bytes((ROOT / "course.py").read_bytes())
    if stand_ins:
        build = folder / "longtail_course" / "build"
        build.mkdir(parents=True)
        (build.parent / "__init__.py").write_text("")
        (build / "__init__.py").write_text("")
        (build / "__main__.py").write_text(_TELLS.format(name="build"))
        (folder / "jupyter.py").write_text(_TELLS.format(name="jupyter"))
    _borrow_environment(folder / ".venv")
    course = course_tools(folder / "course.py")
    (folder / ".venv" / course.READY).write_text(json.dumps(course.fingerprint(folder)))
    assert course.is_ready(folder)
    return folder


def clean_shell(home: Path) -> list[str]:
    """Start of a command that runs a line in a shell which knows nothing but HOME and PATH."""
    programs = home / "bin"
    programs.mkdir(parents=True)
    python = programs / "python3"
    base = getattr(sys, "_base_executable", None) or sys.executable
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(base)} "$@"\n')
    python.chmod(0o755)
    path = os.pathsep.join([str(programs), "/usr/bin", "/bin"])
    return ["env", "-i", f"HOME={home}", f"PATH={path}", "sh", "-c"]


def _borrow_environment(folder: Path) -> None:
    venv.EnvBuilder(symlinks=True).create(folder)
    mine = next((Path(sys.prefix) / "lib").glob("python3*/site-packages"))
    theirs = next((folder / "lib").glob("python3*/site-packages"))
    # addsitedir also reads the borrowed folder's own .pth files.
    lines = [str(ROOT), f"import site; site.addsitedir({str(mine)!r})"]
    (theirs / "borrowed.pth").write_text("\n".join(lines) + "\n")
    for program in (Path(sys.prefix) / "bin").iterdir():
        target = folder / "bin" / program.name
        if not target.exists() and not target.is_symlink():
            target.symlink_to(program)
