"""What every benchmark says of its machine, and how it stores what it found."""

import json
import runpy
from pathlib import Path

import numpy as np

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
SHARED = runpy.run_path(str(BENCHMARKS / "result_file.py"))


def test_a_result_says_where_it_was_measured_and_is_stored_whole(tmp_path):
    about = SHARED["machine"]("numpy")
    assert about["numpy"] == np.__version__
    assert about["cores"] >= 1
    path = tmp_path / "results" / "one.json"
    for seconds in (2, 1):
        SHARED["store"]({"seconds": seconds, "machine": about}, path)
    assert json.loads(path.read_text(encoding="utf-8")) == {"seconds": 1, "machine": about}
    assert list(path.parent.iterdir()) == [path]
