"""What a person changed in a notebook that a command is about to write: kept beside it.

Each notebook that the build writes carries the hash of its cells in its metadata. Jupyter hands
metadata on, so the hash stays with the file wherever it goes; where it is not that of the cells
any more, a person has edited them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = [
    "hash_of_cells",
    "is_edited",
    "keep_edits",
    "mark_as_written",
    "place_beside",
    "unmarked",
]


def hash_of_cells(notebook: Mapping[str, Any]) -> str:
    """sha256 of what people write in a notebook: kinds, sources, attachments and tags of its cells.

    Outputs, counts and other metadata change when a notebook is only run, so they do not count.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> fresh, run = (new_notebook(cells=[new_code_cell("6")]) for _ in range(2))
    >>> run.cells[0].execution_count = 1
    >>> hash_of_cells(run) == hash_of_cells(fresh)
    True
    """
    cells = [
        [
            cell["cell_type"],
            "".join(cell["source"]),
            cell.get("attachments") or {},
            sorted(cell.get("metadata", {}).get("tags", [])),
        ]
        for cell in notebook["cells"]
    ]
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()


def mark_as_written(notebook: NotebookNode) -> None:
    """Put the hash of the cells into the notebook's metadata, in place."""
    # nbformat takes a second or two to import, and the learner's folder is filled without it.
    from nbformat import NotebookNode

    notebook.metadata.setdefault("longtail", NotebookNode())["written"] = hash_of_cells(notebook)


def unmarked(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A notebook's metadata without the hash."""
    given = dict(metadata)
    ours = {name: value for name, value in given.pop("longtail", {}).items() if name != "written"}
    return {**given, "longtail": ours} if ours else given


def is_edited(content: bytes, new: NotebookNode | None = None) -> bool:
    """Whether a stored notebook holds work of a person that is not in the `new` one.

    A file without a hash, or one that cannot be read, is taken for a person's.
    """
    try:
        stored = json.loads(content)
        own = hash_of_cells(stored)
        written = stored["metadata"].get("longtail", {}).get("written")
    except (ValueError, KeyError, TypeError, AttributeError):
        return True
    return own != written and (new is None or own != hash_of_cells(new))


def place_beside(path: Path, content: bytes) -> Path:
    """Where to keep it: the first `NAME.mine-N.ipynb` that is free, or holds it already."""
    for number in count(1):
        place = path.with_name(f"{path.stem}.mine-{number}.ipynb")
        if not place.exists() or place.read_bytes() == content:
            return place
    raise AssertionError


def keep_edits(
    path: Path, new: NotebookNode | None = None, say: Callable[[str], None] = print
) -> None:
    """Copy a notebook beside itself if it is edited, before something else takes its place.

    Parameters
    ----------
    path : Path
        The notebook; it need not be there.
    new : NotebookNode, optional
        What takes its place. Nothing is copied where that has the same cells.
    say : callable
        Told, in one line, where the edited notebook is.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    if not is_edited(content, new):
        return
    place = place_beside(path, content)
    if not place.exists():
        # "x" refuses a file that has come into being meanwhile.
        with place.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    old, kept = os.path.relpath(path), os.path.relpath(place)
    say(f"{old} had been edited and is written anew; your edition is kept as {kept}")
