"""Time and memory of reading, preparing and splitting 25 million simulated interactions.

    python benchmarks/preprocessing.py                  measure, and store the result
    python benchmarks/preprocessing.py --interactions 1000000 --no-store

Each part runs in a process of its own, so that its peak memory is its own. The bounds are what
any program must do at least: read the log from Parquet, and sort its user-item keys once.

`read_table` reads the file as a user of the library does, and keeps the order of its rows, which
decides between equal times. The other kinds start from frames.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).parent / "results" / "preprocessing.json"
OURS = ("read_table", "polars", "pandas", "polars with text ids")
LIMITS = {"seconds": 60.0, "peak_memory_gb": 8.0}
PREPARE = {"duplicates": "last", "min_rating": 1.5, "min_user_interactions": 5}
PREPARE["min_item_interactions"] = 5


def write_log(folder: Path, n: int, seed: int) -> None:
    """Simulate a log: item popularity is Zipf's, user activity log-normal, 2% are repeated."""
    import polars as pl

    rng = np.random.default_rng(seed)
    n_users, n_items = max(n * 160_000 // 25_000_000, 50), max(n * 60_000 // 25_000_000, 50)
    activity = np.cumsum(rng.lognormal(0.0, 1.2, n_users))
    popularity = np.cumsum(1.0 / (np.arange(n_items) + 20.0) ** 0.9)
    users = np.searchsorted(activity, rng.random(n) * activity[-1])
    items = np.searchsorted(popularity, rng.random(n) * popularity[-1])
    again = rng.integers(0, n, n // 50)
    users[: len(again)], items[: len(again)] = users[again], items[again]
    pl.DataFrame(
        {
            "user_id": rng.permutation(n_users)[users] + 1,
            "item_id": rng.permutation(n_items)[items] + 1,
            "rating": rng.choice(np.arange(1, 11) / 2, n),
            "timestamp": 1_400_000_000 + rng.integers(0, 200_000_000, n),
        }
    ).write_parquet(folder / "log.parquet")
    pl.DataFrame({"item_id": np.arange(1, n_items + 1)}).write_parquet(folder / "items.parquet")
    pl.DataFrame({"user_id": np.arange(1, n_users + 1)}).write_parquet(folder / "users.parquet")


def measure_ours(folder: Path, library: str) -> dict[str, Any]:
    """Read, prepare and split; seconds of each and what came out."""
    import polars as pl

    from longtail_lib import Dataset, DatasetCard, read_table

    clock = Clock()
    if library == "read_table":
        columns = {"user": "user_id", "item": "item_id", "rating": "rating"}
        data = read_table(
            folder / "log.parquet",
            **columns,
            timestamp="timestamp",
            items=folder / "items.parquet",
            name="simulated",
        )
        clock.lap("read")
        return from_data(data, clock, ties="file")
    frames = [pl.read_parquet(folder / f"{name}.parquet") for name in ("log", "items", "users")]
    clock.lap("read")
    if library == "pandas":
        frames = [frame.to_pandas() for frame in frames]
        clock.lap("convert")
    if library == "polars with text ids":
        ids = [pl.format("id-{}", name).alias(name) for name in ("user_id", "item_id")]
        frames = [
            frame.with_columns([each for each in ids if each.meta.output_name() in frame.columns])
            for frame in frames
        ]
        clock.lap("convert")
    data = Dataset(*frames, card=DatasetCard(name="simulated"))
    del frames
    return from_data(data, clock, ties="random")


def from_data(data: Any, clock: Clock, ties: str) -> dict[str, Any]:
    """Prepare and split."""
    from longtail_lib import prepare, split

    clean = prepare(data, **PREPARE)
    clock.lap("prepare")
    parts = split(clean, how="leave-last-out", ties=ties)
    clock.lap("split")
    sizes = {
        "interactions": data.n_interactions,
        "prepared": clean.n_interactions,
        "users": parts.n_users,
        "catalogue": parts.n_items,
        "train": parts.train.nnz,
        "test": parts.test.nnz,
    }
    steps = {step.name: step.dropped for step in clean.preparation.steps}
    return {"seconds": clock.laps, "sizes": sizes, "dropped": steps}


def measure_bound(folder: Path) -> dict[str, float]:
    """Read the log and order it by user and item, with nothing else."""
    import polars as pl

    clock = Clock()
    log = pl.read_parquet(folder / "log.parquet")
    clock.lap("read")
    users, items = log["user_id"].to_numpy(), log["item_id"].to_numpy()
    np.lexsort((items, users))
    clock.lap("lexsort of the keys")
    log.sort("user_id", "item_id")
    clock.lap("polars sort")
    return {"seconds": clock.laps}


class Clock:
    """Seconds since the lap before, by name."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self.last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(now - self.last, 2)
        self.last = now


def run_apart(folder: Path, what: str) -> dict:
    """Measure one part in a fresh process."""
    command = [sys.executable, __file__, "--measure", what, "--folder", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interactions", type=int, default=25_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--no-store", action="store_true", help="print only")
    parser.add_argument("--measure", choices=("bound", *OURS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()

    if options.measure:
        result = (
            measure_bound(options.folder)
            if options.measure == "bound"
            else measure_ours(options.folder, options.measure)
        )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        # Linux counts KiB, macOS bytes.
        unit = 2**30 if sys.platform == "darwin" else 2**20
        result["peak_memory_gb"] = round(peak / unit, 2)
        print(json.dumps(result))
        return 0

    with tempfile.TemporaryDirectory() as folder:
        write_log(Path(folder), options.interactions, options.seed)
        measured = {what: run_apart(Path(folder), what) for what in ("bound", *OURS)}
    bound = measured["bound"]["seconds"]
    report = {
        "what": "read, prepare (duplicates, min_rating, 5-core) and split (leave-last-out)",
        "parameters": {**PREPARE, "how": "leave-last-out", "seed": options.seed},
        "limits": LIMITS,
        "machine": {
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
            "architecture": platform.machine(),
            "system": platform.system(),
        },
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "scipy", "polars", "pandas", "narwhals")},
        },
        "bound": measured["bound"],
    }
    within = True
    for library in OURS:
        result = measured[library]
        spent = result["seconds"]["prepare"] + result["seconds"]["split"]
        result["prepare_and_split_seconds"] = round(spent, 2)
        result["all_seconds"] = round(sum(result["seconds"].values()), 2)
        result["ratio_to_read"] = round(spent / max(bound["read"], 0.01), 1)
        result["ratio_to_lexsort"] = round(spent / max(bound["lexsort of the keys"], 0.01), 2)
        result["ratio_to_polars_sort"] = round(spent / max(bound["polars sort"], 0.01), 2)
        within &= result["all_seconds"] <= LIMITS["seconds"]
        within &= result["peak_memory_gb"] <= LIMITS["peak_memory_gb"]
        report[library] = result
    report["within_limits"] = within
    text = json.dumps(report, indent=2) + "\n"
    print(text, end="")
    if not options.no_store:
        RESULTS.parent.mkdir(exist_ok=True)
        part = RESULTS.with_name(RESULTS.name + ".part")
        part.write_text(text, encoding="utf-8")
        part.replace(RESULTS)
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
