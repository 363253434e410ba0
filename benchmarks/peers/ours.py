"""Our side: each task prepares from the files of `run.py` and gives the work of a turn."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from latency import one_list_at_a_time
from scipy.sparse import load_npz

from longtail_lib import evaluate, prepare, read_table, split
from longtail_lib.models import EASE, ImplicitALS, ItemKNN
from longtail_lib.preprocessing import Split


def train_of(folder: Path) -> Split:
    return Split.from_matrices(load_npz(folder / "train.npz"))


class Fit:
    """Fit a model anew in each turn, and keep the last one."""

    def __init__(self, make: Any, parts: Split) -> None:
        self.make, self.parts, self.model = make, parts, None

    def __call__(self) -> None:
        self.model = self.make().fit(self.parts)


def item_knn(folder: Path) -> tuple:
    fit = Fit(lambda: ItemKNN(n_neighbors=100, shrinkage=0.0), train_of(folder))

    def facts() -> dict[str, np.ndarray]:
        columns = fit.model.weights_.tocsc()
        return {"data": columns.data, "indptr": columns.indptr}

    return fit, facts


def ease(folder: Path) -> tuple:
    parts = train_of(folder)
    fit = Fit(lambda: EASE(l2=200.0), parts)

    def facts() -> dict[str, np.ndarray]:
        weights, seen = fit.model.weights_, parts.train[:200]
        return {"weights": weights[:500], "scores": seen @ weights, "transposed": seen @ weights.T}

    return fit, facts


def als(folder: Path) -> tuple:
    settings = {"factors": 64, "regularization": 5.0, "alpha": 10.0, "iterations": 15}
    fit = Fit(lambda: ImplicitALS(**settings), train_of(folder))
    return fit, lambda: {"users": fit.model.user_factors_, "items": fit.model.item_factors_}


def latency(model: Any) -> Any:
    def task(folder: Path) -> tuple:
        parts = train_of(folder)
        fitted = model().fit(parts)
        users = parts.user_ids
        return one_list_at_a_time(
            len(users), lambda row: fitted.recommend(users[row : row + 1], k=10)
        )

    return task


def lists(metrics: list[str]) -> Any:
    def task(folder: Path) -> tuple:
        import polars as pl

        parts = Split.from_matrices(
            load_npz(folder / "train.npz"), test=load_npz(folder / "test.npz")
        )
        given = pl.read_parquet(folder / "lists.parquet")
        kept: dict[str, Any] = {}

        def work() -> None:
            kept["report"] = evaluate(given, parts, k=(10, 50), metrics=metrics)

        def facts() -> dict[str, np.ndarray]:
            values = kept["report"]
            return {name: np.array(values[name].value) for name in values.names}

        return work, facts

    return task


def read(folder: Path) -> tuple:
    kept: dict[str, Any] = {}

    def work() -> None:
        with warnings.catch_warnings():
            # Times are whole minutes; which of equal ones comes last decides nothing here.
            warnings.simplefilter("ignore")
            data = read_table(
                folder / "log.csv", user="user", item="item", timestamp="time", name="log"
            )
            kept["parts"] = split(prepare(data, min_user_interactions=3), how="leave-last-out")

    def facts() -> dict[str, np.ndarray]:
        parts = kept["parts"]
        return {
            "sizes": np.array([parts.n_users, parts.train.nnz + parts.validation.nnz]),
            "test": np.array(parts.test.nnz),
        }

    return work, facts


def sasrec(folder: Path) -> tuple:
    from longtail_lib.models import SASRec

    times = load_npz(folder / "times.npz")
    train = times.astype(bool).astype(np.float32)
    parts = Split.from_matrices(train, times={"train": times})
    settings = {"dim": 64, "blocks": 1, "heads": 1, "batch_size": 128, "patience": None}
    # The first fit also compiles, so a turn is an epoch of a model that has been fitted.
    model = SASRec(epochs=1, **settings).fit(parts)
    epoch = iter(range(1, 10_000))
    return lambda: model._train_epoch(parts, next(epoch)) and None, dict


def encode(folder: Path) -> tuple:
    from longtail_lib.text import TextEncoder

    texts = (folder / "texts.txt").read_text(encoding="utf-8").splitlines()
    encoder, kept = TextEncoder(cache=False), {}
    encoder.encode(texts[:50])

    def work() -> None:
        kept["vectors"] = encoder.encode(texts)

    return work, lambda: dict(kept)


ACCURACY = ["HitRate", "Recall", "Precision", "MRR", "MAP", "NDCG"]
TASKS = {
    "item_knn": item_knn,
    "ease": ease,
    "als": als,
    "one_list_als": latency(lambda: ImplicitALS(factors=64, iterations=2)),
    "one_list_item_knn": latency(ItemKNN),
    "one_list_ease": latency(EASE),
    "lists": lists([*ACCURACY, "Coverage", "ARP"]),
    "lists_accuracy": lists(ACCURACY),
    "read": read,
    "sasrec": sasrec,
    "encode": encode,
}
