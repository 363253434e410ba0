"""The spread of a cell's numbers between processors, in the metadata of the cell.

`{"longtail": {"spread": {"stdout": {"0": 0.0005}}}}` says that the first number which the cell
prints was seen to move by 0.0005. It is measured by the command `spread`, not written in a source.
"""

from nbformat import NotebookNode

from longtail_course.build.output_comparison import texts
from longtail_course.build.printed_numbers import read_numbers

__all__ = ["Spread", "keep_spread", "spread_of", "without_spread"]

Spread = dict[str, dict[str, float]]


def spread_of(cell: NotebookNode) -> Spread:
    """The spread stored with a cell: kind of output to place of the number to spread."""
    return cell.metadata.get("longtail", {}).get("spread", {})


def without_spread(metadata: dict) -> dict:
    """A cell's metadata as the source gives them."""
    return {name: value for name, value in metadata.items() if name != "longtail"}


def keep_spread(old: NotebookNode, new: NotebookNode) -> None:
    """Carry the spreads of a notebook over to its next build, in place.

    Only a cell with the same source and as many numbers in its outputs keeps its own.
    """
    before = {cell.get("id"): cell for cell in old.cells if spread_of(cell)}
    for cell in new.cells:
        own = before.get(cell.get("id"))
        if own is not None and own.source == cell.source and _counts(own) == _counts(cell):
            cell.metadata["longtail"] = own.metadata["longtail"]


def _counts(cell: NotebookNode) -> dict[str, int]:
    shown = texts(cell.outputs)
    return {kind: sum(len(read_numbers(text)) for text in shown[kind]) for kind in shown}
