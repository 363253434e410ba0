"""EASE against the bare LAPACK calls that it cannot do without: time and memory of a fit.

    python benchmarks/ease.py --items 12100 --repeats 3 --out benchmarks/results/ease.json

Each measurement runs in a process of its own, so that peaks of memory do not mix. Bare LAPACK is
spotrf and spotri on a Gram matrix that is ready; the fit also builds that matrix from the
interactions and turns the inverse into weights.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import scipy
from scipy.linalg.lapack import spotrf, spotri
from scipy.sparse import csr_matrix

from longtail_lib.models import Ease
from longtail_lib.models.ease import _gram
from longtail_lib.preprocessing.parts import Split


def simulated_parts(n_users: int, n_items: int, n_interactions: int, seed: int) -> Split:
    """Draw a long-tailed log: item popularity follows rank ** -0.8, activity is log-normal."""
    rng = np.random.default_rng(seed)
    chance = 1 / np.arange(1, n_items + 1) ** 0.8
    activity = rng.lognormal(0, 0.8, n_users)
    users = rng.choice(n_users, n_interactions, p=activity / activity.sum())
    items = rng.permutation(n_items)[rng.choice(n_items, n_interactions, p=chance / chance.sum())]
    train = csr_matrix(
        (np.ones(n_interactions, np.float32), (users, items)), shape=(n_users, n_items)
    )
    train.data[:] = 1
    empty = csr_matrix(train.shape, dtype=np.float32)
    ids = np.arange(n_users), np.arange(n_items)
    return Split(train, empty, empty, *ids, items=None, users=None, how="random", name="simulated")


def peak_bytes() -> int:
    """Return the largest resident size of this process so far."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def resident_bytes() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def measure(what: str, parts: Split, l2: float) -> dict[str, float]:
    """Time one thing in this process."""
    if what == "lapack":
        gram = _gram(parts.train, np.ones(parts.n_items, dtype=np.float32))
        np.einsum("ii->i", gram)[:] += l2
        start = time.perf_counter()
        _, failed = spotrf(gram.T, lower=1, clean=0, overwrite_a=1)
        assert failed == 0
        _, failed = spotri(gram.T, lower=1, overwrite_c=1)
        assert failed == 0
        return {"seconds": time.perf_counter() - start}
    before = resident_bytes()
    start = time.perf_counter()
    Ease(l2=l2).fit(parts)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "peak_bytes": peak_bytes() - before}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--items", type=int, default=12_100)
    parser.add_argument("--interactions", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--l2", type=float, default=200.0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--measure", choices=("lapack", "fit"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        parts = simulated_parts(options.users, options.items, options.interactions, options.seed)
        print(json.dumps(measure(options.measure, parts, options.l2)))
        return

    runs = {"lapack": [], "fit": []}
    for repeat in range(options.repeats):
        # In turns, so that a slow minute of the machine falls on both.
        for what in runs:
            command = [sys.executable, __file__, *sys.argv[1:], "--measure", what]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            runs[what].append(json.loads(done.stdout))
            print(f"repeat {repeat + 1}: {what} {runs[what][-1]['seconds']:.2f} s", flush=True)
    lapack = min(run["seconds"] for run in runs["lapack"])
    fit = min(run["seconds"] for run in runs["fit"])
    peak = max(run["peak_bytes"] for run in runs["fit"])
    result = {
        "what": "Ease.fit against bare LAPACK spotrf + spotri, best of the repeats",
        "users": options.users,
        "items": options.items,
        "interactions": options.interactions,
        "seed": options.seed,
        "repeats": options.repeats,
        "lapack_seconds": round(lapack, 2),
        "fit_seconds": round(fit, 2),
        "time_ratio": round(fit / lapack, 3),
        "time_ratio_limit": 1.2,
        "peak_megabytes": round(peak / 1e6),
        "peak_in_square_matrices": round(peak / (4 * options.items**2), 3),
        "peak_limit_in_square_matrices": 2.5,
        "runs": runs,
        "machine": {
            "cores": os.cpu_count(),
            "processor": platform.machine(),
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
    }
    print(json.dumps({key: result[key] for key in result if key != "runs"}, indent=1))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
