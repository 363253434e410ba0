"""Time of one SASRec epoch against a bare compiled step on ready batches.

    python benchmarks/sasrec.py                measure, and store the result
    python benchmarks/sasrec.py --no-store

The log has 22,000 users, 12,000 items and 200,000 interactions, drawn by popularity, with at most
50 a history. An epoch is trained with cross-entropy over the whole catalogue at the default
settings, and is timed whole: packing, shuffling and moving batches are in it. The bound is one
`tf.function` of the product of history and item vectors, its softmax and both gradients, called as
often: what no program can leave out that compares every interaction with every item.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from result_file import machine, store
from scipy.sparse import csr_matrix

from longtail_lib.models import SASRec, import_keras
from longtail_lib.preprocessing import Split

keras = import_keras()

import tensorflow as tf  # noqa: E402

RESULTS = Path(__file__).parent / "results" / "sasrec.json"
N_USERS, N_ITEMS, N_INTERACTIONS = 22_000, 12_000, 200_000
PROMISED_SECONDS = 90


def made_log(seed: int = 0) -> Split:
    rng = np.random.default_rng(seed)
    chance = 1 / np.arange(1, N_ITEMS + 1) ** 0.8
    activity = rng.gamma(1.2, size=N_USERS) + 0.1
    users = np.concatenate(
        [
            np.arange(N_USERS),
            rng.choice(N_USERS, size=2 * N_INTERACTIONS, p=activity / activity.sum()),
        ]
    )
    items = rng.choice(N_ITEMS, size=len(users), p=chance / chance.sum())
    _, first = np.unique(users.astype(np.int64) * N_ITEMS + items, return_index=True)
    first = np.sort(first)
    users, items = users[first], items[first]
    # At most 50 a user, in the order drawn.
    order = np.argsort(users, kind="stable")
    starts = np.searchsorted(users[order], users[order])
    kept = np.sort(order[np.arange(len(order)) - starts < 50])[:N_INTERACTIONS]
    shape = (N_USERS, N_ITEMS)
    train = csr_matrix((np.ones(len(kept), np.float32), (users[kept], items[kept])), shape=shape)
    times = csr_matrix((np.arange(1, len(kept) + 1), (users[kept], items[kept])), shape=shape)
    for matrix in (train, times):
        matrix.sort_indices()
    empty = csr_matrix(shape, dtype=np.float32)
    return Split(
        train,
        empty,
        empty,
        np.arange(N_USERS),
        np.arange(N_ITEMS),
        None,
        None,
        "leave-last-out",
        times={"train": times},
        name="made log",
    )


def bare_seconds(places: int, count: int, dim: int) -> float:
    """Time the logits, their softmax and the gradients alone, as often as an epoch needs."""
    history = tf.random.stateless_normal((places, dim), (0, 1))
    items = tf.random.stateless_normal((N_ITEMS, dim), (0, 2))
    target = tf.random.stateless_uniform((places,), (0, 3), maxval=N_ITEMS, dtype=tf.int32)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            tape.watch((history, items))
            logits = tf.matmul(history, items, transpose_b=True)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)
        return tape.gradient(loss, (history, items))

    step()
    start = time.perf_counter()
    for _ in range(count):
        found = step()
    found[0].numpy()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--no-store", action="store_true", help="print only")
    options = parser.parse_args()
    parts = made_log()
    model = SASRec(epochs=1, patience=None).fit(parts)
    batches = list(model._batches(parts, 0, np.random.default_rng(0)))
    rows, length = batches[0]["item"].shape
    seconds, bare = [], []
    for epoch in range(1, options.repeats + 1):
        start = time.perf_counter()
        model._train_epoch(parts, epoch)
        seconds.append(time.perf_counter() - start)
        bare.append(bare_seconds(rows * length, len(batches), model.dim))
        print(f"epoch {seconds[-1]:.1f} s, bare {bare[-1]:.1f} s", flush=True)
    result = {
        "what": "one epoch of SASRec with cross-entropy against the bare logits and gradients",
        "data": repr(parts),
        "settings": {name: getattr(model, name) for name in ("dim", "blocks", "batch_size")},
        "share_of_places_filled": round(
            float(np.mean([np.mean(batch["segment"] > 0) for batch in batches])), 4
        ),
        "seconds_an_epoch": round(float(np.median(seconds)), 1),
        "bare_seconds": round(float(np.median(bare)), 1),
        "ratio_to_bare": round(float(np.median(np.array(seconds) / np.array(bare))), 2),
        "promised_seconds": PROMISED_SECONDS,
        "machine": machine("tensorflow", "keras"),
    }
    print(json.dumps(result, indent=1))
    if not options.no_store:
        store(result, RESULTS)


if __name__ == "__main__":
    main()
