"""Re-ranking for a request: the seconds that each method takes for 1,000 users.

    python benchmarks/rerank.py                measure, and store the result
    python benchmarks/rerank.py --users 200 --no-store

Each method turns the 200 best candidates of each user into a list of 10. The yardstick is what any
ranking pays before: numpy's argpartition and sort of the same users' scores over the catalogue,
which finds the 200 candidates. Scores are drawn once from 32 random factors and a popularity, so
that candidates overlap between users as they do in a real catalogue.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from result_file import machine, store
from scipy.sparse import csr_matrix

from longtail_lib.rerank import calibrated, mmr, popularity_penalty, tail_quota, xquad

RESULTS = Path(__file__).parent / "results" / "rerank.json"
LIMIT_SECONDS = 1.0


def drawn_scores(n_users: int, n_items: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw float32 scores (n_users, n_items) and the popularity behind them."""
    rng = np.random.default_rng(seed)
    users = rng.normal(size=(n_users, 32)).astype(np.float32)
    items = rng.normal(size=(n_items, 32)).astype(np.float32)
    popularity = rng.permutation((2_000 / np.arange(1, n_items + 1) ** 0.8).astype(np.int64))
    return users @ items.T + 3 * np.log1p(popularity).astype(np.float32), popularity


def best_candidates(scores: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the m best of each row in order, with numpy alone."""
    columns = np.argpartition(scores, -m, axis=1)[:, -m:]
    values = np.take_along_axis(scores, columns, axis=1)
    order = np.argsort(-values, axis=1)
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)


def methods(popularity: np.ndarray, n_users: int, seed: int) -> dict[str, tuple[Callable, dict]]:
    """Every method with arrays of a realistic size."""
    rng = np.random.default_rng(seed)
    n_items = len(popularity)
    tail = np.zeros(n_items, dtype=bool)
    tail[np.argsort(popularity)[: n_items // 2]] = True
    three = np.eye(3, dtype=np.float32)[rng.integers(0, 3, n_items)]
    twenty = rng.dirichlet(np.full(20, 0.1), n_items).astype(np.float32)
    neighbours = csr_matrix(
        (
            rng.random(n_items * 100, dtype=np.float32),
            rng.integers(0, n_items, n_items * 100),
            np.arange(0, n_items * 100 + 1, 100),
        ),
        shape=(n_items, n_items),
    )
    preference = rng.random(n_users)
    return {
        "xquad, smooth": (xquad, {"tail": tail, "preference": preference, "weight": 0.8}),
        "xquad, binary": (
            xquad,
            {"tail": tail, "preference": preference, "weight": 0.8, "variant": "binary"},
        ),
        "calibrated, 3 groups": (
            calibrated,
            {"groups": three, "target": rng.dirichlet(np.ones(3), n_users), "weight": 0.8},
        ),
        "calibrated, 20 mixed genres": (
            calibrated,
            {"groups": twenty, "target": rng.dirichlet(np.ones(20), n_users), "weight": 0.8},
        ),
        "mmr, 64-dimensional vectors": (
            mmr,
            {"similarity": rng.normal(size=(n_items, 64)), "weight": 0.5},
        ),
        "mmr, 100 stored neighbours": (mmr, {"similarity": neighbours, "weight": 0.5}),
        "tail_quota, simple": (tail_quota, {"tail": tail, "share": 0.3}),
        "tail_quota, FA*IR": (tail_quota, {"tail": tail, "share": 0.3, "alpha": 0.1}),
        "popularity_penalty": (popularity_penalty, {"popularity": popularity, "weight": 0.3}),
    }


def best_of(repeats: int, call: Callable[[], object]) -> float:
    """Seconds of the fastest of several calls."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--users", type=int, default=1_000)
    parser.add_argument("--items", type=int, default=12_000)
    parser.add_argument("--candidates", type=int, default=200)
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-store", action="store_true", help="print only")
    options = parser.parse_args()

    scores, popularity = drawn_scores(options.users, options.items, options.seed)
    columns, values = best_candidates(scores, options.candidates)
    bare = best_of(options.repeats, lambda: best_candidates(scores, options.candidates))
    measured = {}
    for name, (method, arrays) in methods(popularity, options.users, options.seed).items():
        seconds = best_of(
            options.repeats,
            lambda method=method, arrays=arrays: method(columns, values, k=options.k, **arrays),
        )
        measured[name] = {
            "seconds": round(seconds, 4),
            "ratio_to_argpartition": round(seconds / bare, 3),
        }
    result = {
        "what": f"{options.users:,} users, top {options.candidates} to top {options.k}",
        "users": options.users,
        "items": options.items,
        "candidates": options.candidates,
        "k": options.k,
        "repeats": options.repeats,
        "seed": options.seed,
        "argpartition_seconds": round(bare, 4),
        "limit_seconds": LIMIT_SECONDS,
        "slowest_seconds": max(entry["seconds"] for entry in measured.values()),
        "methods": measured,
        "machine": machine("numpy", "scipy"),
    }
    print(json.dumps(result, indent=1))
    if not options.no_store:
        store(result, RESULTS)


if __name__ == "__main__":
    main()
