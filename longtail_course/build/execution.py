"""Execute a notebook in a fresh kernel, cell by cell, and leave nothing volatile in it."""

import hashlib
import json
import re
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from longtail_course.build.kernel import install_kernel_config, kernel_environment
from longtail_course.build.lesson import ROOT
from longtail_course.build.processes import end_with_parent, signals_stop
from longtail_course.build.source import NOTEBOOK_METADATA

CELL_TIMEOUT = 120
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Timing:
    """Seconds of a whole notebook and of its slowest cell."""

    seconds: float
    slowest_cell: float


class LessonFailed(RuntimeError):
    """A cell failed; the message names the cell and its error."""


class _Client(NotebookClient):
    """Keeps the outputs that nbval will see.

    A page draws the output of an `interact` inside the control. nbval has no page: it sees the
    picture as an ordinary output of the cell. Stored like that, it is also the static picture
    for a reader on paper.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.widget_registry = {}

    def clear_output(self, outs, msg, cell_index):
        return None


def execute(
    notebook: NotebookNode,
    folder: Path,
    *,
    root: Path = ROOT,
    progress: Callable[[int, int], None] = lambda cell, cells: None,
    settings: Mapping[str, str] | None = None,
) -> Timing:
    """Execute `notebook` in place.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook.
    folder : Path
        The working directory of the kernel.
    root : Path
        The checkout.
    progress : callable
        Called before each code cell with its number, from 1, and the number of code cells.
    settings : mapping, optional
        Environment variables of the kernel besides those of every lesson.

    Returns
    -------
    Timing
        Seconds of the whole, the start of the kernel included, and of the slowest cell.

    Raises
    ------
    LessonFailed
        If a cell raises, takes longer than 120 s, or ends its kernel. The outputs up to that
        cell are in `notebook`.
    """
    install_kernel_config()
    folder.mkdir(parents=True, exist_ok=True)
    code = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    current = {"index": code[0] if code else 0, "begun": 0.0, "slowest": 0.0}

    def started(cell: NotebookNode, cell_index: int) -> None:
        current.update(index=cell_index, begun=time.monotonic())
        progress(code.index(cell_index) + 1, len(code))

    def ended(**_) -> None:
        current["slowest"] = max(current["slowest"], time.monotonic() - current["begun"])

    client = _Client(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        on_cell_execute=started,
        on_cell_executed=ended,
        resources={"metadata": {"path": str(folder)}},
    )
    begun = time.monotonic()
    try:
        environment = {**kernel_environment(root), **(settings or {})}
        # nbclient takes SIGTERM for itself and does not give it back.
        with signals_stop():
            client.execute(env=environment, stderr=subprocess.DEVNULL, preexec_fn=end_with_parent())
    except (AssertionError, CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        if hasattr(client, "_async_cleanup_kernel_future"):
            # nbclient has taken the Ctrl-C for itself and shut its kernel down.
            raise KeyboardInterrupt from error
        raise LessonFailed(f"{_where(code, current['index'])}: {_reason(error)}") from error
    finally:
        settle(notebook)
    return Timing(time.monotonic() - begun, current["slowest"])


def _reason(error: Exception) -> str:
    if isinstance(error, CellExecutionError):
        return _COLOUR.sub("", f"{error.ename}: {error.evalue}").strip()
    if isinstance(error, CellTimeoutError):
        return f"took longer than {CELL_TIMEOUT} s"
    return "the kernel died; memory may have run out"


def _where(code: list[int], index: int) -> str:
    return f"code cell {code.index(index) + 1} of {len(code)}"


def settle(notebook: NotebookNode) -> None:
    """Replace what differs from run to run: random widget ids and the kernel's patch version."""
    requires = notebook.metadata.get("longtail")
    widgets = notebook.metadata.get("widgets")
    notebook.metadata.clear()
    notebook.metadata.update(json.loads(json.dumps(NOTEBOOK_METADATA)))
    if requires:
        notebook.metadata["longtail"] = requires
    if widgets and any(part.get("state") for part in widgets.values()):
        notebook.metadata["widgets"] = widgets
        _rename_widgets(notebook)


def _rename_widgets(notebook: NotebookNode) -> None:
    lesson = notebook.metadata.get("longtail", {}).get("lesson", "")
    states = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    names = {
        old: hashlib.sha256(f"{lesson}\n{position}".encode()).hexdigest()[:32]
        for position, old in enumerate(states)
    }
    pattern = re.compile("|".join(map(re.escape, names)))
    text = pattern.sub(lambda match: names[match.group()], json.dumps(notebook))
    renamed = json.loads(text)
    notebook.metadata["widgets"] = renamed["metadata"]["widgets"]
    for cell, new in zip(notebook.cells, renamed["cells"], strict=True):
        if cell.cell_type == "code":
            cell["outputs"] = [NotebookNode(output) for output in new["outputs"]]
