"""The cells that both editions share store the same outputs.

The suite executes the solutions and, of the learner's edition, exercises and checks. So it is the
stored outputs of all other cells that must agree.
"""

from nbformat import NotebookNode

from longtail_course.build.cell_spread import spread_of
from longtail_course.build.output_comparison import differences, texts

__all__ = ["shared_output_defects"]


def shared_output_defects(solutions: NotebookNode, learner: NotebookNode) -> list[str]:
    """Cells that are neither exercise nor check and whose stored outputs differ.

    Parameters
    ----------
    solutions, learner : NotebookNode
        Both editions as they are stored.

    Returns
    -------
    list of str
        One sentence for each cell.
    """
    number, defects = 0, []
    for one, other in zip(solutions.cells, learner.cells, strict=False):
        if one.cell_type != "code" or other.cell_type != "code":
            continue
        number += 1
        if {"check", "exercise", "nbval-ignore-output"}.isdisjoint(one.metadata.get("tags", [])):
            found = differences(texts(one.outputs), texts(other.outputs), spread_of(one))
            defects += [
                f"code cell {number} shows learners something else: {said}" for said in found[:1]
            ]
    return defects
