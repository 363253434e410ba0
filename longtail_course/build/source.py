"""From a lesson's py:percent source to the notebook of the solutions edition."""

import ast
import hashlib
import json
import re
from pathlib import Path

import jupytext
from nbformat import NotebookNode

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"

# The same on every machine: the patch version of Python, for one, would make sources drift.
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}
SHORT_FORMS = {"check", "exercise", "points", "requires", "tags", "why"}
_GRADE_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class SourceError(ValueError):
    """A lesson's source breaks a rule; the message names the file and the cell."""


def read_source(path: Path) -> NotebookNode:
    """Read a source and expand the short forms into nbgrader's cell metadata.

    Parameters
    ----------
    path : Path
        `NN_name.py` in py:percent.

    Returns
    -------
    NotebookNode
        The solutions edition without outputs. The line `{{time}}` is still in it.

    Raises
    ------
    SourceError
        If a cell breaks a rule of `docs/authoring.md`.
    """
    read = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    if not read.cells:
        raise SourceError(f"{path.name} holds no cells; a cell starts with '# %%'.")
    requires = list(read.cells[0].metadata.get("requires", []))
    metadata = json.loads(json.dumps(NOTEBOOK_METADATA))
    metadata["longtail"] = {"lesson": path.stem, "requires": requires}
    cells, seen = [], {}
    for index, cell in enumerate(read.cells):
        where = f"{path.name}, cell {index + 1}"
        expanded = _expand(cell, where)
        identity = _cell_id(path.stem, expanded)
        seen[identity] = seen.get(identity, 0) + 1
        grade_id = expanded.metadata.get("nbgrader", {}).get("grade_id")
        if seen[identity] > 1 and grade_id:
            raise SourceError(
                f"{where}: the name {grade_id!r} is taken; each exercise has its own."
            )
        expanded["id"] = identity if seen[identity] == 1 else f"{identity}-{seen[identity]}"
        cells.append(expanded)
    _pair(cells, path.name)
    return NotebookNode(cells=cells, metadata=_node(metadata), nbformat=4, nbformat_minor=5)


def _expand(cell: NotebookNode, where: str) -> NotebookNode:
    given = dict(cell.metadata)
    given.pop("lines_to_next_cell", None)  # jupytext's note about blank lines
    unknown = set(given) - SHORT_FORMS
    if unknown:
        raise SourceError(
            f"{where}: unknown cell metadata {sorted(unknown)}; known are {sorted(SHORT_FORMS)}."
        )
    tags, metadata, source = list(given.get("tags", [])), {}, cell.source
    if "exercise" in given:
        if source.count(BEGIN_SOLUTION) != 1 or source.count(END_SOLUTION) != 1:
            raise SourceError(
                f"{where}: an exercise holds one region '{BEGIN_SOLUTION}' ... '{END_SOLUTION}'."
            )
        metadata["nbgrader"] = _nbgrader(given["exercise"], where, solution=True)
        tags.append("exercise")
    elif BEGIN_SOLUTION in source:
        raise SourceError(f'{where}: a solution region stands in a cell without exercise="name".')
    if "check" in given:
        metadata["nbgrader"] = _nbgrader(f"{given['check']}-check", where, solution=False)
        metadata["nbgrader"]["points"] = int(given.get("points", 1))
        tags.append("check")
        source = _gradable(source, where)
    if "nbval-ignore-output" in tags and not given.get("why"):
        raise SourceError(f'{where}: the tag nbval-ignore-output wants a reason, why="...".')
    if "why" in given:
        metadata["why"] = given["why"]
    if tags:
        metadata["tags"] = sorted(set(tags))
    expanded = NotebookNode(cell_type=cell.cell_type, metadata=_node(metadata), source=source)
    if cell.cell_type == "code":
        expanded.update(execution_count=None, outputs=[])
    return expanded


def _nbgrader(grade_id: str, where: str, *, solution: bool) -> dict:
    if not _GRADE_ID.fullmatch(grade_id):
        raise SourceError(f"{where}: {grade_id!r} is no name like 'gini-by-hand'.")
    return {
        "grade": not solution,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }


def _gradable(source: str, where: str) -> str:
    """Let the cell fail under nbgrader where its verdict is not passed.

    A verdict only tells; nbgrader gives points for a cell that raises nothing. So the builder
    keeps the verdict and asserts it in a hidden test, which learners never see.
    """
    if BEGIN_HIDDEN in source:
        return source
    tree = ast.parse(source)
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        raise SourceError(f"{where}: the last line of a check is the call that gives the verdict.")
    lines = source.splitlines()
    first = tree.body[-1].lineno - 1
    lines[first] = f"verdict = {lines[first]}"
    return "\n".join(
        [*lines, BEGIN_HIDDEN, "assert verdict, verdict.message", END_HIDDEN, "verdict"]
    )


def _pair(cells: list[NotebookNode], name: str) -> None:
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells]
    for position, grade_id in enumerate(ids):
        solution = bool(grade_id) and cells[position].metadata.nbgrader.solution
        if solution and f"{grade_id}-check" not in ids[position:]:
            raise SourceError(
                f'{name}: exercise {grade_id!r} has no later cell check="{grade_id}".'
            )
        if grade_id and not solution and grade_id.removesuffix("-check") not in ids[:position]:
            raise SourceError(f"{name}: the check {grade_id!r} has no exercise before it.")


def _cell_id(lesson: str, cell: NotebookNode) -> str:
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    if grade_id:
        return grade_id[:64]
    text = f"{lesson}\n{cell.cell_type}\n{cell.source}"
    return f"{lesson[:2]}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _node(value: dict) -> NotebookNode:
    return NotebookNode(
        {key: _node(item) if isinstance(item, dict) else item for key, item in value.items()}
    )
