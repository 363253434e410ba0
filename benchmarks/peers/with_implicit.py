"""implicit's side; it runs in the course's own environment."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.nearest_neighbours import CosineRecommender
from latency import one_list_at_a_time
from scipy.sparse import load_npz

# It converts its own intermediate matrix, and warns of that and of BLAS' threads.
warnings.simplefilter("ignore")


def cosine(folder: Path) -> tuple:
    # Its inner loop takes float64 only.
    train = load_npz(folder / "train.npz").astype(np.float64)
    # It counts the item itself among its K.
    return CosineRecommender(K=101, num_threads=1), train


def item_knn(folder: Path) -> tuple:
    model, train = cosine(folder)

    def facts() -> dict[str, np.ndarray]:
        similarity = model.similarity.tocsr()
        similarity.setdiag(0)
        similarity.eliminate_zeros()
        return {"data": similarity.data, "indptr": similarity.indptr}

    return lambda: model.fit(train, show_progress=False), facts


def als(folder: Path) -> tuple:
    train = load_npz(folder / "train.npz")
    kept: dict[str, AlternatingLeastSquares] = {}

    def work() -> None:
        kept["model"] = AlternatingLeastSquares(
            factors=64,
            regularization=5.0,
            alpha=10.0,
            iterations=15,
            random_state=0,
            num_threads=1,
        )
        kept["model"].fit(train, show_progress=False)

    return work, lambda: {"users": kept["model"].user_factors, "items": kept["model"].item_factors}


def one_list_als(folder: Path) -> tuple:
    train = load_npz(folder / "train.npz")
    model = AlternatingLeastSquares(factors=64, iterations=2, random_state=0)
    model.fit(train, show_progress=False)
    return one_list_at_a_time(train.shape[0], lambda row: model.recommend(row, train[row], N=10))


def one_list_item_knn(folder: Path) -> tuple:
    model, train = cosine(folder)
    model.fit(train, show_progress=False)
    return one_list_at_a_time(train.shape[0], lambda row: model.recommend(row, train[row], N=10))


TASKS = {
    "item_knn": item_knn,
    "als": als,
    "one_list_als": one_list_als,
    "one_list_item_knn": one_list_item_knn,
}
