"""The engineer's path on a million interactions: wall time and peak of memory.

    python benchmarks/own_log.py                        measure, and store the result
    python benchmarks/own_log.py --interactions 50000 --no-store

Runs examples/own_log.py as a user would, in a process of its own: read_table, prepare, split, tune
Popularity, ItemKNN and EASE with 20 trials each, evaluate on test, compare. Making the log does
not count. On a machine that does other work too, `processor_seconds` over the number of cores say
what is left of `seconds` without it. It asks the operating system for the child's peak of memory,
so it runs on Linux and macOS.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from result_file import machine, store

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).parent / "results" / "own_log.json"
LIMIT_SECONDS = 600


def measured(command: list[str]) -> tuple[dict[str, float], str]:
    """Run a command; give its seconds and its peak of memory, and what it printed."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as printed:
        child = subprocess.Popen(command, cwd=ROOT, stdout=printed)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        printed.seek(0)
        text = printed.read()
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    found = {
        "seconds": round(seconds, 1),
        "processor_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_megabytes": round(usage.ru_maxrss * unit / 1e6),
    }
    return found, text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--interactions", type=int, default=1_000_000)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--no-store", action="store_true", help="print only")
    options = parser.parse_args()
    script = [sys.executable, "examples/own_log.py"]
    with tempfile.TemporaryDirectory() as folder:
        making = ["--make-log", folder, "--interactions", str(options.interactions)]
        measured([*script, *making, "--seed", str(options.seed)])
        columns = ["--user", "uid", "--item", "sku", "--rating", "stars", "--timestamp", "ts"]
        columns += ["--title", "title"]
        files = [f"{folder}/log.csv", "--items", f"{folder}/catalogue.csv"]
        searching = ["--trials", str(options.trials), "--out", f"{folder}/results"]
        load_before = os.getloadavg()[0]
        found, printed = measured([*script, *files, *columns, *searching])
        metrics = (Path(folder) / "results" / "metrics.csv").read_text().splitlines()
    print(printed)
    stages = re.search(r"^seconds: (.*)$", printed, re.MULTILINE).group(1)
    sizes = re.search(r"^Split .*$", printed, re.MULTILINE).group(0)
    rows = [line.split(",") for line in metrics if ",NDCG,10," in line]
    result = {
        "what": "examples/own_log.py: read, prepare, split, tune three models, evaluate, compare",
        "interactions": options.interactions,
        "split": sizes,
        "trials_each": options.trials,
        "seed": options.seed,
        **found,
        "seconds_limit": LIMIT_SECONDS,
        "seconds_by_stage": {
            stage.rsplit(" ", 1)[0]: float(stage.rsplit(" ", 1)[1]) for stage in stages.split(", ")
        },
        "test_ndcg_at_10": {
            f"{model} {group}": [float(value), float(low), float(high)]
            for model, group, _, _, value, low, high, _ in rows
        },
        "machine": {
            "load_average_before": round(load_before, 1),
            **machine("numpy", "scipy"),
        },
    }
    print(json.dumps(result, indent=1))
    if not options.no_store:
        store(result, RESULTS)


if __name__ == "__main__":
    main()
