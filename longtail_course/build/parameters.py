"""Lessons that leave the choice of data open: a cell tagged "parameters" that sets `dataset`."""

import json
import re

from nbformat import NotebookNode

__all__ = ["set_dataset"]

_LINE = re.compile(r"^dataset = .*$", re.MULTILINE)


def set_dataset(notebook: NotebookNode, name: str) -> bool:
    """Put another dataset into the parameters cell; False where the lesson has none.

    Parameters
    ----------
    notebook : NotebookNode
        Changed in place.
    name : str
        As `longtail_lib.datasets.load_dataset` takes it.

    Returns
    -------
    bool

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cell = new_code_cell('dataset = "shop"  # or another', metadata={"tags": ["parameters"]})
    >>> set_dataset(new_notebook(cells=[cell]), "music"), cell.source
    (True, 'dataset = "music"')
    """
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source, found = _LINE.subn(f"dataset = {json.dumps(name)}", cell.source)
            return bool(found)
    return False
