"""Is our SASRec as good as RecTools'? The same split, each trained its own way, one measure.

    python benchmarks/peers/sequence_anchor.py --python PYTHON
    python benchmarks/peers/sequence_anchor.py --log movietweetings --ties lot --losses softmax

A verdict on a published method needs an implementation that reaches what others reach. Both sides
learn from the interactions before each user's last one, in the same order, and the lists of both
are measured by our `evaluate`. "lot" draws the order of equal times, "ids" takes that of item ids.
The log must be at hand; `amazon-toys-5core` is read from $LONGTAIL_DATA_HOME. PYTHON is that of an
environment with the peers, by default the one that `run.py` makes. Results are written after each.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import polars as pl
from run import peers_python
from scipy.sparse import save_npz

from longtail_lib import evaluate, load_dataset, prepare, split
from longtail_lib.models import SASRec

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "results" / "sequence_anchor.json"
# Ours in the words of RecTools: its loss, and our parameters for it.
LOSSES: dict[str, dict[str, Any]] = {
    "softmax": {"loss": "cross-entropy"},
    "gBCE": {"loss": "gbce", "n_negatives": 32, "calibration": 0.75},
}
SHAPE = {"dim": 64, "blocks": 1, "heads": 1, "max_length": 50, "dropout": 0.2}


def parts_of(log: str, ties: str) -> Any:
    """Everything before each user's last interaction as train, and that one as test."""
    data = prepare(load_dataset(log, quiet=True), min_user_interactions=5)
    with warnings.catch_warnings():
        # What equal times decide is the question here.
        warnings.simplefilter("ignore")
        if ties == "lot":
            return split(data, ties="random").final()
        return split(
            data.replace(interactions=data.interactions.sort("item_id")), ties="file"
        ).final()


def measured(model: Any, parts: Any) -> dict[str, list[float]]:
    """NDCG@10 overall and outside the 20% most popular, with intervals."""
    report = evaluate(model, parts, k=10, metrics=["NDCG"], groups={"head": 0.2, "tail": 0.8})
    found = {"overall": report["NDCG@10"], "outside head": report["tail", "NDCG@10"]}
    return {name: [round(x, 5) for x in (v.value, v.low, v.high)] for name, v in found.items()}


def theirs(python: str, parts: Any, loss: str, epochs: int) -> dict[str, Any]:
    """Train RecTools' SASRec in its own environment, and measure its lists."""
    with tempfile.TemporaryDirectory() as folder:
        save_npz(Path(folder) / "order.npz", parts.order["train"])
        subprocess.run(
            [python, str(HERE / "rectools_lists.py"), folder, loss, str(epochs)],
            check=True,
            env=os.environ | {"PYTHONPATH": str(HERE)},
        )
        lists = pl.read_parquet(Path(folder) / "lists.parquet")
        seconds = json.loads((Path(folder) / "seconds.json").read_text())
    named = lists.select(
        user_id=pl.Series(parts.user_ids[lists["user"].to_numpy()]),
        item_id=pl.Series(parts.item_ids[lists["item"].to_numpy()]),
        rank=pl.col("rank"),
    )
    return measured(named, parts) | seconds


def ours(parts: Any, loss: str, epochs: int) -> dict[str, Any]:
    """Train our SASRec with the same shape, and measure it."""
    start = time.process_time()
    model = SASRec(**SHAPE, **LOSSES[loss], epochs=epochs, patience=None, seed=0).fit(parts)
    seconds = round(time.process_time() - start, 1)
    return measured(model, parts) | {"processor_seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--log", default="amazon-toys-5core")
    parser.add_argument("--ties", nargs="+", choices=("lot", "ids"), default=["lot", "ids"])
    parser.add_argument("--losses", nargs="+", choices=list(LOSSES), default=list(LOSSES))
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument(
        "--sides", nargs="+", choices=("ours", "rectools"), default=["ours", "rectools"]
    )
    parser.add_argument("--python", help="the interpreter of an environment that has the peers")
    options = parser.parse_args()
    stored = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"rows": []}
    stored |= {"what": "NDCG@10 of SASRec, ours and RecTools', on one split", "shape": SHAPE}
    for ties in options.ties:
        parts = parts_of(options.log, ties)
        for loss in options.losses:
            for side in options.sides:
                key = {
                    "log": options.log,
                    "ties": ties,
                    "loss": loss,
                    "epochs": options.epochs,
                    "side": side,
                }
                if side == "ours":
                    found = ours(parts, loss, options.epochs)
                else:
                    found = theirs(peers_python(options.python), parts, loss, options.epochs)
                print(key | found, file=sys.stderr, flush=True)
                others = [row for row in stored["rows"] if not key.items() <= row.items()]
                stored["rows"] = [*others, key | found]
                RESULTS.write_text(json.dumps(stored, indent=1) + "\n")


if __name__ == "__main__":
    main()
