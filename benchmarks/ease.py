"""EASE against the bare LAPACK calls that it cannot do without: time and memory of a fit.

    python benchmarks/ease.py                  measure, and store the result
    python benchmarks/ease.py --items 4000 --no-store

Bare LAPACK is spotrf and spotri on a Gram matrix that is ready; the fit also builds that matrix
from the interactions and turns the inverse into weights. The ratio compares a fit with the LAPACK
calls inside the same fit, because two runs minutes apart on a shared machine differ by more than
what is measured here; the bare calls alone are timed as well. Each repeat has a process of its
own, so that peaks of memory do not mix.
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
from longtail_lib.models.ease import _fill_gram
from longtail_lib.preprocessing.parts import Split

RESULTS = Path(__file__).parent / "results" / "ease.json"


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


class TimedEase(Ease):
    """Ease that notes how long LAPACK took."""

    def _invert(self, gram: np.ndarray) -> None:
        start = time.perf_counter()
        super()._invert(gram)
        self.lapack_seconds = time.perf_counter() - start


def measure(parts: Split, l2: float) -> dict[str, float]:
    """Time one fit and the bare calls after it, in this process."""
    before = resident_bytes()
    start = time.perf_counter()
    model = TimedEase(l2=l2).fit(parts)
    fit_seconds = time.perf_counter() - start
    peak = peak_bytes() - before
    lapack_in_fit = model.lapack_seconds
    del model
    gram = np.empty((parts.n_items, parts.n_items), dtype=np.float32)
    _fill_gram(gram, parts.train.T.tocsr())
    np.einsum("ii->i", gram)[:] += l2
    start = time.perf_counter()
    for call, options in ((spotrf, {"clean": 0, "overwrite_a": 1}), (spotri, {"overwrite_c": 1})):
        _, failed = call(gram.T, lower=1, **options)
        assert failed == 0
    return {
        "fit_seconds": fit_seconds,
        "lapack_seconds_in_fit": lapack_in_fit,
        "bare_lapack_seconds": time.perf_counter() - start,
        "peak_bytes": peak,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--items", type=int, default=12_100)
    parser.add_argument("--interactions", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--l2", type=float, default=200.0)
    parser.add_argument("--no-store", action="store_true", help="print only")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        parts = simulated_parts(options.users, options.items, options.interactions, options.seed)
        print(json.dumps(measure(parts, options.l2)))
        return

    runs = []
    for repeat in range(options.repeats):
        command = [sys.executable, __file__, *sys.argv[1:], "--measure"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        runs.append(json.loads(done.stdout))
        shown = {name: round(value, 2) for name, value in runs[-1].items()}
        print(f"repeat {repeat + 1}: {shown}", flush=True)
    ratios = [run["fit_seconds"] / run["lapack_seconds_in_fit"] for run in runs]
    peak = max(run["peak_bytes"] for run in runs)
    result = {
        "what": "Ease.fit against the LAPACK calls spotrf + spotri inside it",
        "users": options.users,
        "items": options.items,
        "interactions": options.interactions,
        "seed": options.seed,
        "repeats": options.repeats,
        "fit_seconds": round(min(run["fit_seconds"] for run in runs), 2),
        "bare_lapack_seconds": round(min(run["bare_lapack_seconds"] for run in runs), 2),
        "time_ratio": round(float(np.median(ratios)), 3),
        "time_ratio_limit": 1.2,
        "peak_megabytes": round(peak / 1e6),
        "peak_in_square_matrices": round(peak / (4 * options.items**2), 3),
        "peak_limit_in_square_matrices": 2.5,
        "runs": runs,
        "machine": {
            "cores": os.cpu_count(),
            "load_average_at_the_end": round(os.getloadavg()[0], 1),
            "processor": platform.machine(),
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
    }
    print(json.dumps({key: result[key] for key in result if key != "runs"}, indent=1))
    if not options.no_store:
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
