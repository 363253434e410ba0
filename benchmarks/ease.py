"""EASE against the bare LAPACK calls that it cannot do without; what sparse weights cost and save.

    python benchmarks/ease.py                  measure 12,100 items, and store the result
    python benchmarks/ease.py --items 20000 --repeats 1
    python benchmarks/ease.py --items 4000 --no-store

Bare LAPACK is spotrf and spotri on a Gram matrix that is ready; the fit also builds that matrix
from the interactions and turns the inverse into weights. The ratio compares a fit with the LAPACK
calls inside the same fit, because two runs minutes apart on a shared machine differ by more than
what is measured here. Each repeat has a process of its own, so that peaks of memory do not mix.

The fitted weights are then pruned to `top_weights` a column, as `EASE(top_weights=...)` does, and
1,000 users are scored with the whole and with the pruned matrix. NDCG@10 is over the whole
catalogue, for one held-out interaction of each of these users.

Each size has its own entry in the stored file; a run replaces the entry of its size.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from result_file import machine, store
from scipy.linalg.lapack import spotrf, spotri
from scipy.sparse import csr_matrix

from longtail_lib.models import EASE
from longtail_lib.models.ease import _fill_gram, _prune
from longtail_lib.preprocessing import Split
from longtail_lib.ranking import top_k

RESULTS = Path(__file__).parent / "results" / "ease.json"
CLUSTERS = 100
SERVED = 1_000


def simulated_parts(n_users: int, n_items: int, n_interactions: int, seed: int) -> Split:
    """Draw a long-tailed log of users with tastes, one interaction of each held out.

    Item popularity follows rank ** -0.8, activity is log-normal. The catalogue falls into 100
    clusters; a user likes three of them, which get two thirds of the user's interactions.
    """
    rng = np.random.default_rng(seed)
    chance = rng.permutation(1 / np.arange(1, n_items + 1) ** 0.8)
    activity = rng.lognormal(0, 0.8, n_users)
    users = rng.choice(n_users, n_interactions, p=activity / activity.sum())
    items = rng.choice(n_items, n_interactions, p=chance / chance.sum())
    cluster = rng.integers(CLUSTERS, size=n_items)
    liked = rng.integers(CLUSTERS, size=(n_users, 3))[users, rng.integers(3, size=n_interactions)]
    liked[rng.random(n_interactions) < 1 / 3] = -1
    for one in range(CLUSTERS):
        own, places = np.flatnonzero(cluster == one), np.flatnonzero(liked == one)
        items[places] = rng.choice(own, len(places), p=chance[own] / chance[own].sum())
    whole = csr_matrix(
        (np.ones(n_interactions, np.float32), (users, items)), shape=(n_users, n_items)
    )
    whole.sum_duplicates()
    counts = np.diff(whole.indptr)
    held_out = (whole.indptr[:-1] + rng.integers(np.maximum(counts, 1)))[counts > 1]
    is_test = np.zeros(whole.nnz, dtype=bool)
    is_test[held_out] = True
    rows = np.repeat(np.arange(n_users), counts)
    train, test = (
        csr_matrix(
            (np.ones(kept.sum(), np.float32), (rows[kept], whole.indices[kept])), whole.shape
        )
        for kept in (~is_test, is_test)
    )
    empty = csr_matrix(train.shape, dtype=np.float32)
    ids = np.arange(n_users), np.arange(n_items)
    return Split(train, empty, test, *ids, items=None, users=None, how="random", name="simulated")


def peak_bytes() -> int:
    """Return the largest resident size of this process so far."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def resident_bytes() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


class TimedEase(EASE):
    """EASE that notes how long LAPACK took."""

    def _invert(self, gram: np.ndarray) -> None:
        start = time.perf_counter()
        super()._invert(gram)
        self.lapack_seconds = time.perf_counter() - start


def measure(parts: Split, l2: float, keep: list[int], bare: bool) -> dict[str, Any]:
    """Time one fit, serving from it, and the bare calls after it, in this process."""
    before = resident_bytes()
    start = time.perf_counter()
    model = TimedEase(l2=l2).fit(parts)
    fit_seconds = time.perf_counter() - start
    result = {
        "fit_seconds": fit_seconds,
        "lapack_seconds_in_fit": model.lapack_seconds,
        "peak_bytes": peak_bytes() - before,
        "serving": serving(model, parts, keep),
    }
    if bare:
        del model
        gram = np.empty((parts.n_items, parts.n_items), dtype=np.float32)
        _fill_gram(gram, parts.train.T.tocsr())
        np.einsum("ii->i", gram)[:] += l2
        start = time.perf_counter()
        for call, options in (
            (spotrf, {"clean": 0, "overwrite_a": 1}),
            (spotri, {"overwrite_c": 1}),
        ):
            _, failed = call(gram.T, lower=1, **options)
            assert failed == 0
        result["bare_lapack_seconds"] = time.perf_counter() - start
    return result


def serving(model: EASE, parts: Split, keep: list[int]) -> list[dict[str, float | None]]:
    """Score the same users with all weights and with the largest of each column.

    These steps run on one thread, so processor time measures them also on a busy machine.
    """
    rows = np.flatnonzero(np.diff(parts.test.indptr))[:SERVED]
    whole = model.weights_
    found = []
    for top in (None, *keep):
        start = time.process_time()
        model.weights_ = whole if top is None else _prune(whole, top)
        model.top_weights = top
        prune_seconds = time.process_time() - start
        seconds = []
        for _ in range(3):
            start = time.process_time()
            scores = model.score(rows)
            seconds.append(time.process_time() - start)
        sparse = top is not None
        weights = model.weights_
        size = weights.data.nbytes + weights.indices.nbytes if sparse else weights.nbytes
        found.append(
            {
                "top_weights": top,
                "prune_seconds": round(prune_seconds, 2) if sparse else None,
                "score_seconds": round(min(seconds), 3),
                "megabytes": round(size / 1e6, 1),
                "ndcg_at_10": round(ndcg(scores, parts, rows), 4),
            }
        )
    for entry in found:
        entry["ndcg_kept"] = round(entry["ndcg_at_10"] / found[0]["ndcg_at_10"], 4)
        entry["speed_up"] = round(found[0]["score_seconds"] / entry["score_seconds"], 1)
    return found


def ndcg(scores: np.ndarray, parts: Split, rows: np.ndarray) -> float:
    """NDCG@10 with one relevant item a user, seen items left out."""
    scores[parts.train[rows].nonzero()] = -np.inf
    hit = top_k(scores, 10) == parts.test[rows].indices[:, None]
    return float((hit / np.log2(np.arange(2, 12))).sum(axis=1).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--items", type=int, default=12_100)
    parser.add_argument("--interactions", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--l2", type=float, default=200.0)
    parser.add_argument("--top-weights", type=int, nargs="*", default=[50, 100, 200])
    parser.add_argument("--bare", action="store_true", help="time the LAPACK calls alone as well")
    parser.add_argument("--no-store", action="store_true", help="print only")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        parts = simulated_parts(options.users, options.items, options.interactions, options.seed)
        print(json.dumps(measure(parts, options.l2, options.top_weights, options.bare)))
        return

    runs = []
    for repeat in range(options.repeats):
        command = [sys.executable, __file__, *sys.argv[1:], "--measure"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        runs.append(json.loads(done.stdout))
        print(f"repeat {repeat + 1}: {runs[-1]}", flush=True)
    ratios = [run["fit_seconds"] / run["lapack_seconds_in_fit"] for run in runs]
    peak = max(run["peak_bytes"] for run in runs)
    result = {
        "what": "EASE.fit against the LAPACK calls spotrf + spotri inside it",
        "users": options.users,
        "items": options.items,
        "interactions": options.interactions,
        "seed": options.seed,
        "repeats": options.repeats,
        "fit_seconds": round(min(run["fit_seconds"] for run in runs), 2),
        "time_ratio": round(float(np.median(ratios)), 3),
        "time_ratio_limit": 1.2,
        "peak_megabytes": round(peak / 1e6),
        "peak_in_square_matrices": round(peak / (4 * options.items**2), 3),
        "peak_limit_in_square_matrices": 2.5,
        "users_served": SERVED,
        "serving": runs[-1]["serving"],
        "runs": runs,
        "machine": machine("numpy", "scipy"),
    }
    print(json.dumps({key: result[key] for key in result if key != "runs"}, indent=1))
    if not options.no_store:
        stored = json.loads(RESULTS.read_text())["sizes"] if RESULTS.exists() else []
        sizes = [entry for entry in stored if entry["items"] != options.items] + [result]
        sizes.sort(key=lambda entry: entry["items"])
        store({"sizes": sizes}, RESULTS)


if __name__ == "__main__":
    main()
