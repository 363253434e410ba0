"""RecTools' SASRec on histories in a folder, and its ten best for every user.

python rectools_lists.py FOLDER LOSS EPOCHS
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import SASRecModel
from scipy.sparse import load_npz

warnings.simplefilter("ignore")


def main() -> None:
    folder, loss, epochs = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    order = load_npz(folder / "order.npz").tocoo()
    log = pd.DataFrame({Columns.User: order.row, Columns.Item: order.col, Columns.Weight: 1.0})
    # Places in the history as seconds: no two are equal, so that its order is ours.
    log[Columns.Datetime] = pd.to_datetime(order.data.astype(np.int64), unit="s")
    data = Dataset.construct(log)
    start = time.process_time()
    model = SASRecModel(
        n_blocks=1,
        n_heads=1,
        n_factors=64,
        dropout_rate=0.2,
        session_max_len=50,
        loss=loss,
        n_negatives=32 if loss == "gBCE" else 1,
        gbce_t=0.75,
        batch_size=128,
        lr=0.001,
        epochs=epochs,
        deterministic=True,
    ).fit(data)
    seconds = time.process_time() - start
    found = model.recommend(np.unique(order.row), data, k=10, filter_viewed=True)
    found = found.rename(columns={Columns.User: "user", Columns.Item: "item", Columns.Rank: "rank"})
    found[["user", "item", "rank"]].to_parquet(folder / "lists.parquet")
    (folder / "seconds.json").write_text(json.dumps({"processor_seconds": round(seconds, 1)}))


if __name__ == "__main__":
    main()
