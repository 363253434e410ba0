"""LensKit's side; it runs in the environment of the peers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from lenskit.data import from_interactions_df
from lenskit.knn import ItemKNNScorer
from lenskit.training import TrainingOptions
from scipy.sparse import load_npz


def item_knn(folder: Path) -> tuple:
    train = load_npz(folder / "train.npz").tocoo()
    data = from_interactions_df(pd.DataFrame({"user_id": train.row, "item_id": train.col}))
    model = ItemKNNScorer(max_nbrs=100, save_nbrs=100, min_nbrs=1, feedback="implicit")

    def work() -> None:
        model.train(data, TrainingOptions(retrain=True))

    def facts() -> dict[str, np.ndarray]:
        """It leaves out items without interactions, so their rows are put back, empty."""
        similarity = model.sim_matrix.to_scipy()
        lengths = np.zeros(train.shape[1], dtype=int)
        lengths[model.items.ids()] = np.diff(similarity.indptr)
        return {"data": similarity.data, "indptr": np.append(0, np.cumsum(lengths))}

    return work, facts


TASKS = {"item_knn": item_knn}
