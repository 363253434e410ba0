"""A cell that ends with a control is compared strictly, without a tag."""

import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

CELLS = [
    "from longtail_course.widgets import head_slider\nhead = head_slider([60, 20, 10, 5, 5])\nhead",
    "print(head.snapshots(share=[0.2, 0.4]))",
]


@pytest.mark.slow
def test_nbval_compares_a_control_strictly(tmp_path):
    path = tmp_path / "control.ipynb"
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    NotebookClient(notebook, kernel_name="python3").execute()
    nbformat.write(notebook, path)
    assert validate(path) == 0
    # The comparison is a real one: another number in the stored text is found.
    output = notebook.cells[0].outputs[0]
    output.data["text/plain"] = output.data["text/plain"].replace("60.0%", "61.0%")
    nbformat.write(notebook, path)
    assert validate(path) == 1


def validate(path):
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q"]
    options = ["-p", "no:cacheprovider", "--rootdir", str(path.parent), str(path)]
    return subprocess.run([*command, *options], capture_output=True, cwd=path.parent).returncode
