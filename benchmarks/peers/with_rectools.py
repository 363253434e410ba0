"""RecTools' side; it runs in the environment of the peers."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rectools import Columns
from rectools.dataset import Dataset
from rectools.metrics import (
    MAP,
    MRR,
    NDCG,
    AvgRecPopularity,
    CatalogCoverage,
    HitRate,
    Precision,
    Recall,
    calc_metrics,
)
from rectools.model_selection import LastNSplitter
from rectools.models import EASEModel
from scipy.sparse import load_npz

warnings.simplefilter("ignore")


def table(folder: Path, name: str) -> pd.DataFrame:
    matrix = load_npz(folder / f"{name}.npz").tocoo()
    found = pd.DataFrame({Columns.User: matrix.row, Columns.Item: matrix.col})
    return found.assign(**{Columns.Weight: 1.0, Columns.Datetime: pd.Timestamp("2020-01-01")})


def ease(folder: Path) -> tuple:
    matrix = load_npz(folder / "train.npz")
    data = Dataset.construct(table(folder, "train"))
    kept: dict[str, Any] = {}

    def work() -> None:
        kept["model"] = EASEModel(regularization=200.0, num_threads=1).fit(data)

    def facts() -> dict[str, np.ndarray]:
        """Weights in the order of our columns, and the scores behind its lists."""
        model, items = kept["model"], data.item_id_map.external_ids
        weights = np.zeros((matrix.shape[1],) * 2)
        weights[np.ix_(items, items)] = model.weight
        users = data.user_id_map.convert_to_internal(np.arange(200), strict=False)
        rows, columns, values = model._recommend_u2i(users, data, 10, False, None)
        external = data.user_id_map.external_ids[rows], items[columns]
        return {
            "weights": weights[:500],
            "rows": external[0],
            "columns": external[1],
            "values": np.asarray(values),
        }

    return work, facts


def accuracy(achievable: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for k in (10, 50):
        found |= {
            f"HitRate@{k}": HitRate(k=k),
            f"Recall@{k}": Recall(k=k),
            f"Precision@{k}": Precision(k=k),
            f"MRR@{k}": MRR(k=k),
            f"MAP@{k}": MAP(k=k),
            f"NDCG@{k}": NDCG(k=k, divide_by_achievable=achievable),
        }
    return found


def exposure() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for k in (10, 50):
        found[f"Coverage@{k}"] = CatalogCoverage(k=k, normalize=True)
        found[f"ARP@{k}"] = AvgRecPopularity(k=k)
    return found


def lists(metrics: dict[str, Any]) -> Any:
    def task(folder: Path) -> tuple:
        given = pd.read_parquet(folder / "lists.parquet")
        given.columns = [Columns.User, Columns.Item, Columns.Rank]
        train, test = table(folder, "train"), table(folder, "test")
        catalogue = np.arange(load_npz(folder / "train.npz").shape[1])
        # RecTools measures the users that it is given lists of; ours are those with a test item.
        given = given[given[Columns.User].isin(test[Columns.User])]
        kept: dict[str, Any] = {}

        def work() -> None:
            kept.update(
                calc_metrics(
                    metrics,
                    reco=given,
                    interactions=test,
                    prev_interactions=train,
                    catalog=catalogue,
                )
            )

        def facts() -> dict[str, np.ndarray]:
            plain = calc_metrics(accuracy(False), reco=given, interactions=test)
            values = {name: np.array(value) for name, value in kept.items()}
            return {**values, **{f"plain NDCG@{k}": plain[f"NDCG@{k}"] for k in (10, 50)}}

        return work, facts

    return task


def read(folder: Path) -> tuple:
    kept: dict[str, Any] = {}

    def work() -> None:
        log = pd.read_csv(folder / "log.csv", dtype={"item": str})
        log.columns = [Columns.User, Columns.Item, Columns.Datetime]
        log[Columns.Datetime] = pd.to_datetime(log[Columns.Datetime], unit="s")
        log[Columns.Weight] = 1.0
        log = log.dropna().drop_duplicates([Columns.User, Columns.Item])
        log = log[log.groupby(Columns.User)[Columns.Item].transform("size") >= 3]
        log = log.reset_index(drop=True)
        dataset = Dataset.construct(log)
        # By default it drops test interactions with items that are not in train.
        splitter = LastNSplitter(n=1, n_splits=1, filter_cold_items=False)
        [(train, test, _)] = splitter.split(dataset.interactions)
        kept["train"] = dataset.filter_interactions(train).get_user_item_matrix()
        kept["test"] = test

    def facts() -> dict[str, np.ndarray]:
        train = kept["train"]
        return {
            "sizes": np.array([train.shape[0], train.nnz]),
            "test": np.array(len(kept["test"])),
        }

    return work, facts


def sasrec(folder: Path) -> tuple:
    from pytorch_lightning import Callback, Trainer
    from rectools.models import SASRecModel

    times = load_npz(folder / "times.npz").tocoo()
    log = pd.DataFrame({Columns.User: times.row, Columns.Item: times.col, Columns.Weight: 1.0})
    log[Columns.Datetime] = pd.to_datetime(times.data.astype(np.int64), unit="s")
    data = Dataset.construct(log)

    # Not attributes of the callback, of which RecTools makes a copy.
    seconds: dict[str, float] = {}

    class Clock(Callback):
        """Seconds of the epoch alone, without what a fit prepares before it."""

        def on_train_epoch_start(self, *_: Any) -> None:
            seconds.update(wall=time.perf_counter(), processor=time.process_time())

        def on_train_epoch_end(self, *_: Any) -> None:
            seconds["wall"] = time.perf_counter() - seconds["wall"]
            seconds["processor"] = time.process_time() - seconds["processor"]

    def trainer() -> Trainer:
        return Trainer(
            max_epochs=1,
            callbacks=[Clock()],
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )

    def work() -> dict[str, float]:
        SASRecModel(
            n_blocks=1,
            n_heads=1,
            n_factors=64,
            loss="softmax",
            batch_size=128,
            epochs=1,
            session_max_len=50,
            get_trainer_func=trainer,
        ).fit(data)
        return dict(seconds)

    return work, dict


TASKS = {
    "ease": ease,
    "lists": lists(accuracy(True) | exposure()),
    "lists_accuracy": lists(accuracy(True)),
    "read": read,
    "sasrec": sasrec,
}
