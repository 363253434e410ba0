"""The line in a lesson's header that says how long it takes."""

import math
import re

from nbformat import NotebookNode

PLACEHOLDER = "{{time}}"
WORDS_A_MINUTE = 180
MINUTES_A_CODE_CELL = 1
MINUTES_AN_EXERCISE = 6
_SENTENCE = re.compile(r"(About \d+ minutes to work through)(?:; runs in [^.;]* on two cores)?\.")


def fill_time(notebook: NotebookNode, timing: dict | None) -> NotebookNode:
    """Replace `{{time}}` by the working minutes and the measured seconds, in place.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> lesson = new_notebook(cells=[new_markdown_cell("# A\\n{{time}}")])
    >>> print(fill_time(lesson, {"seconds": 11.2}).cells[0].source)
    # A
    About 5 minutes to work through; runs in 15 s on two cores.
    """
    sentence = f"About {working_minutes(notebook)} minutes to work through."
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace(PLACEHOLDER, sentence)
    return tell_seconds(notebook, timing)


def tell_seconds(notebook: NotebookNode, timing: dict | None) -> NotebookNode:
    """Write the measured seconds, or no seconds, behind the minutes, in place."""
    seconds = f"; runs in {rough_seconds(timing['seconds'])} on two cores" if timing else ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _SENTENCE.sub(rf"\1{seconds}.", cell.source)
    return notebook


def working_minutes(notebook: NotebookNode) -> int:
    """Minutes a learner needs, rounded up to five.

    Reading at 180 words a minute, one minute for each code cell to run it and think about its
    output, six more for each exercise.
    """
    words = code = exercises = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            words += len(re.findall(r"\w+", cell.source))
        elif cell.cell_type == "code":
            code += 1
            exercises += "exercise" in cell.metadata.get("tags", [])
    minutes = words / WORDS_A_MINUTE + MINUTES_A_CODE_CELL * code + MINUTES_AN_EXERCISE * exercises
    return max(5, 5 * math.ceil(minutes / 5))


def rough_seconds(seconds: float) -> str:
    """Seconds rounded up so coarsely that a second measurement seldom changes them.

    Examples
    --------
    >>> rough_seconds(3.2), rough_seconds(21.0), rough_seconds(83.0)
    ('under 10 s', '25 s', '90 s')
    """
    if seconds < 10:
        return "under 10 s"
    step = 5 if seconds < 60 else 10
    return f"{step * math.ceil(seconds / step)} s"
