"""One side of a comparison: a process that prepares once and then takes its turns when told.

    PYTHON turns.py with_rectools.py ease FOLDER

It reads a line for each turn from standard input and answers with a line of JSON. It needs nothing
but numpy, because it runs in the environments of several libraries.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import time
from pathlib import Path

import numpy as np


def peak_bytes() -> int:
    """Return the largest resident size of this process since `forget_peak`."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024


def resident_bytes() -> int:
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) * 1024


def forget_peak() -> None:
    """Begin to measure the peak anew, where the system allows it."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def main() -> None:
    module, task, folder = sys.argv[1:]
    # Libraries print while they work; answers go where nothing else goes.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    work, facts = runpy.run_path(module)["TASKS"][task](Path(folder))
    print("{}", file=answers, flush=True)
    for line in sys.stdin:
        answer: dict = {}
        if line.strip() == "turn":
            before = resident_bytes()
            forget_peak()
            wall, processor = time.perf_counter(), time.process_time()
            answer = work() or {}
            answer.setdefault("processor", time.process_time() - processor)
            answer.setdefault("wall", time.perf_counter() - wall)
            answer["peak_megabytes"] = (peak_bytes() - before) / 1e6
        else:
            np.savez(line.strip(), **facts())
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
