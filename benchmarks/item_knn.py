"""How far "ItemKNN" differs by library: our formula beside implicit's three, on shop.

    python benchmarks/item_knn.py              measure, and store the result
    python benchmarks/item_knn.py --how leave-last-out --no-store

Every variant gets the same choice of neighbours, made on validation by NDCG@10, and is measured
once on test, by one protocol. What differs is the formula alone:

- ours: cosine with shrinkage; the K most similar items to each candidate.
- implicit's CosineRecommender: no shrinkage; the K most similar items to each seen item, itself
  included.
- implicit's TFIDFRecommender: the same, each user weighted down by the log of their activity.
- implicit's BM25Recommender: plain products of BM25-weighted columns, not divided by norms.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender
from result_file import machine, store

from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.models import ItemKNN, Recommender
from longtail_lib.preprocessing import Split

RESULTS = Path(__file__).parent / "results" / "item_knn.json"
NEIGHBOURS = (20, 50, 100, 200)
METRICS = ("NDCG", "Coverage", "TailShare")


class ImplicitNeighbours(Recommender):
    """One of implicit's item-item recommenders, scored over the whole catalogue."""

    def __init__(self, kind: type, n_neighbors: int) -> None:
        self.kind = kind
        self.n_neighbors = n_neighbors

    def _fit(self, parts: Split) -> None:
        self.theirs_ = self.kind(K=self.n_neighbors, num_threads=1)
        with warnings.catch_warnings():
            # It converts its own intermediate matrix and warns about it.
            warnings.simplefilter("ignore")
            self.theirs_.fit(parts.train.astype(np.float64), show_progress=False)

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        scores = self.seen_[user_rows].astype(np.float64) @ self.theirs_.similarity
        return scores.toarray().astype(np.float32)

    def _state(self) -> dict[str, np.ndarray]:
        similarity = self.theirs_.similarity
        return {"data": similarity.data, "indices": similarity.indices, "indptr": similarity.indptr}

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        raise TypeError("a benchmark's model is not loaded")

    def check(self, users: int = 50, k: int = 10) -> None:
        """Assert that scores are those behind implicit's own recommend."""
        rows = np.arange(users)
        _, theirs = self.theirs_.recommend(rows, self.seen_[rows].astype(np.float64), N=k)
        _, ours = self.recommend(self.user_ids_[rows], k=k)
        found = theirs > 0
        np.testing.assert_allclose(ours[found], theirs[found], rtol=1e-4)


VARIANTS: dict[str, Callable[[int], Recommender]] = {
    "ours, shrinkage 10": lambda k: ItemKNN(n_neighbors=k, shrinkage=10.0),
    "ours, shrinkage 0": lambda k: ItemKNN(n_neighbors=k, shrinkage=0.0),
    "implicit cosine": lambda k: ImplicitNeighbours(CosineRecommender, k),
    "implicit TF-IDF": lambda k: ImplicitNeighbours(TFIDFRecommender, k),
    "implicit BM25": lambda k: ImplicitNeighbours(BM25Recommender, k),
}


def on_validation(model: Recommender, parts: Split) -> float:
    report = evaluate(model, parts, part="validation", metrics=["NDCG"], resamples=1)
    return report["overall", "NDCG@10"].value


def measure(name: str, make: Callable[[int], Recommender], parts: Split) -> tuple:
    """Choose K on validation and measure the choice on test."""
    tried = {}
    for k in NEIGHBOURS:
        model = make(k).fit(parts)
        if isinstance(model, ImplicitNeighbours):
            model.check()
        tried[k] = on_validation(model, parts)
    best = max(tried, key=tried.get)
    start = time.perf_counter()
    model = make(best).fit(parts)
    seconds = time.perf_counter() - start
    report = evaluate(model, parts, metrics=METRICS, name=name)
    shown = {}
    for group, metric in (("overall", "NDCG@10"), ("mid", "NDCG@10"), ("tail", "NDCG@10"),
                          ("overall", "Coverage@10"), ("overall", "TailShare@10")):  # fmt: skip
        value = report[group, metric]
        shown[f"{group} {metric}"] = [
            round(float(x), 4) for x in (value.value, value.low, value.high)
        ]
    result = {
        "variant": name,
        "n_neighbors": best,
        "validation_ndcg_at_10": {str(k): round(float(v), 4) for k, v in tried.items()},
        "test_value_low_high": shown,
        "fit_seconds": round(seconds, 2),
    }
    return result, report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--how", default="random", choices=["random", "leave-last-out"])
    parser.add_argument("--no-store", action="store_true", help="print only")
    options = parser.parse_args()

    parts = split(prepare(load_dataset("shop", truth=False), min_rating=3.5), how=options.how)
    rows, reports = [], []
    for name, make in VARIANTS.items():
        row, report = measure(name, make, parts)
        rows.append(row)
        reports.append(report)
        print(json.dumps(row), flush=True)
    best = max(rows, key=lambda row: row["test_value_low_high"]["overall NDCG@10"][0])
    worst = min(rows, key=lambda row: row["test_value_low_high"]["overall NDCG@10"][0])
    ratio = (
        best["test_value_low_high"]["overall NDCG@10"][0]
        / worst["test_value_low_high"]["overall NDCG@10"][0]
    )
    differences = compare(reports, baseline=rows[0]["variant"]).to_frame()
    result = {
        "what": "ItemKNN under one name in two libraries; K chosen on validation, measured on test",
        "split": repr(parts),
        "neighbours_tried": NEIGHBOURS,
        "best_over_worst_ndcg_at_10": round(ratio, 3),
        "best": best["variant"],
        "worst": worst["variant"],
        "variants": rows,
        "paired_differences_to_ours": json.loads(differences.write_json()),
        "machine": machine("numpy", "implicit"),
    }
    print(f"best over worst: {ratio:.3f} ({best['variant']} over {worst['variant']})")
    if not options.no_store:
        store(result, RESULTS)


if __name__ == "__main__":
    main()
