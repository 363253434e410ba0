"""The learner's own folder `work/`: every lesson without outputs, never overwritten.

`work/` lies beside `notebooks/`, one level below the root, so relative links lead to the same
places from both.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from longtail_course.build.edits import unmarked
from longtail_course.build.learner_record import FOLDER, Handed, read_record, write_record
from longtail_course.build.lesson import ROOT

__all__ = ["update_learner_folder", "without_outputs"]


def update_learner_folder(root: Path = ROOT) -> list[str]:
    """Give the learner every lesson that is missing or new, and overwrite nothing of theirs.

    A lesson that the learner has not touched is replaced when the course has a newer one. One that
    they have changed stays, and the newer one is put beside it as `NN_name.new.ipynb`, once. A
    lesson that they deleted comes back fresh, which is how to start it anew.

    Parameters
    ----------
    root : Path
        The checkout.

    Returns
    -------
    list of str
        What there is to tell, a sentence each; empty when nothing changed.

    Raises
    ------
    ValueError
        `work/` cannot be written, or a lesson cannot be read.
    """
    folder = root / FOLDER
    # What was edited there is kept under a name with another dot, and is no lesson.
    lessons = sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    lessons = [path for path in lessons if "." not in path.stem]
    if not lessons:
        raise ValueError("notebooks/ holds no lessons; clone the project again.")
    try:
        folder.mkdir(exist_ok=True)
        record, damaged = read_record(folder)
        begun, said = bool(record) or damaged, []
        for path in lessons:
            record[path.stem] = _hand_out(path, folder, record.get(path.stem), damaged, said)
        for name in sorted(record.keys() - {path.stem for path in lessons}):
            _take_back(name, folder, record.pop(name), said)
        write_record(folder, record)
    except OSError as error:
        raise ValueError(
            f"The lessons cannot be put into {FOLDER}/ ({error.strerror or error}); make that "
            "folder writable, or clone the project into a folder of your own."
        ) from error
    if damaged:
        said.append(
            f"The list of what lies in {FOLDER}/ was damaged and is made anew. Nothing of yours "
            "was changed; to get today's edition of a lesson, delete yours and start again."
        )
    if not begun:
        return [
            f"{len(lessons)} lessons lie in {FOLDER}/, without outputs. They are yours: nothing "
            "will overwrite what you change."
        ]
    return said


def without_outputs(text: str) -> bytes:
    """A notebook as a learner first sees it: nothing has run, and nothing gives an answer away.

    Examples
    --------
    >>> cell = '{"cell_type": "code", "source": "6", "outputs": ["6"], "execution_count": 1}'
    >>> copy = without_outputs('{"cells": [' + cell + '], "metadata": {}}')
    >>> json.loads(copy)["cells"]
    [{'cell_type': 'code', 'execution_count': None, 'outputs': [], 'source': '6'}]
    """
    notebook: dict[str, Any] = json.loads(text)
    # The state of controls: it holds pictures and printed numbers too.
    notebook["metadata"].pop("widgets", None)
    notebook["metadata"] = unmarked(notebook["metadata"])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            cell.get("metadata", {}).pop("execution", None)
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _hand_out(
    lesson: Path, folder: Path, handed: Handed | None, damaged: bool, said: list[str]
) -> Handed:
    """Put one lesson where the learner finds it; gives what the record says from now on."""
    try:
        content = without_outputs(lesson.read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"notebooks/{lesson.name} is damaged; clone the project again.") from error
    target, digest = folder / lesson.name, _sha256(content)
    if not target.exists():
        _write(target, content)
        if handed is not None:
            said.append(f"{FOLDER}/{lesson.name} was not there any more: a fresh one is.")
        elif not damaged:
            said.append(f"{FOLDER}/{lesson.name} is new.")
        return Handed(digest)
    theirs = _sha256(target.read_bytes())
    if theirs == digest:
        return Handed(digest)
    if handed is None:
        # Not ours to judge: take it that they began with the present edition, and keep theirs.
        return Handed(digest)
    if theirs == handed.given:
        _write(target, content)
        return Handed(digest)
    if digest in (handed.given, handed.offered):
        return handed
    beside = _place_beside(target, content, handed)
    if beside is not None:
        _write(beside, content)
        said.append(
            f"Lesson {lesson.stem[:2]} has changed since you began it. Yours stays "
            f"{FOLDER}/{lesson.name}; the newer one lies beside it: {FOLDER}/{beside.name}"
        )
    return Handed(handed.given, digest)


def _place_beside(target: Path, content: bytes, handed: Handed) -> Path | None:
    """A name for the newer lesson; None if it lies there already."""
    number = 1
    while True:
        ending = ".new.ipynb" if number == 1 else f".new{number}.ipynb"
        path = target.with_name(target.stem + ending)
        if not path.exists():
            return path
        found = _sha256(path.read_bytes())
        if found == _sha256(content):
            return None
        if found == handed.offered:
            # An earlier offer that nobody has touched.
            return path
        number += 1


def _take_back(name: str, folder: Path, handed: Handed, said: list[str]) -> None:
    """The course has no such lesson any more: what the learner has not touched goes with it."""
    path = folder / f"{name}.ipynb"
    if not path.exists():
        return
    if _sha256(path.read_bytes()) == handed.given:
        path.unlink()
        said.append(f"{FOLDER}/{path.name} is gone: the course has no such lesson any more.")
    else:
        said.append(f"The course has no lesson {path.name} any more; yours stays in {FOLDER}/.")


def _write(path: Path, content: bytes) -> None:
    """Write under another name and rename, so that a lesson is there whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
