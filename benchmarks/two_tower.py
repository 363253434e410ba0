"""Training throughput of `TwoTower` against a bare compiled step and against keras-rs.

    python benchmarks/two_tower.py             measure on shop, and store the result
    python benchmarks/two_tower.py --repeats 2 --no-store

A bare compiled step is one `tf.function` of gradient and update, called on batches that lie ready
as tensors; it is what any program has to do. `TwoTower` also shuffles, draws negatives, estimates
frequencies and moves batches to the network, and its epochs are timed whole.

keras-rs' basic retrieval example (two embeddings of 32 dimensions, dot product, squared error,
batches of 1,000, Adagrad at .1) is rebuilt with its `BruteForceRetrieval` layer on the same
interactions. `TwoTower` trains at the same settings, and computes the one negative a batch which
its squared error cannot be without. The same pair is then compared with in-batch softmax and logQ
correction. keras-rs runs with XLA, Keras' default, and without, and the faster counts.

Programs take turns, and each ratio is the median over turns, so that load from elsewhere falls on
both alike.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from result_file import machine, store

from longtail_lib import load_dataset, prepare, split
from longtail_lib.models import TwoTower, import_keras
from longtail_lib.models._training_batches import shuffled_pairs
from longtail_lib.preprocessing import Split

keras = import_keras()

import keras_rs  # noqa: E402
import tensorflow as tf  # noqa: E402

RESULTS = Path(__file__).parent / "results" / "two_tower.json"
EPOCHS = 4
SETTINGS = {
    "full softmax": {},
    "in-batch softmax, logQ": {"loss": "sampled-softmax", "negatives": "in-batch"},
    "uniform negatives": {"loss": "sampled-softmax"},
}
EXAMPLE = {
    "dim": 32,
    "batch_size": 1000,
    "similarity": "dot",
    "temperature": 1.0,
    "learning_rate": 0.1,
}


class Example(keras.Model):
    """keras-rs' basic retrieval: two embeddings, and a layer that retrieves when not training."""

    def __init__(self, n_users: int, n_items: int, dim: int, in_batch: bool) -> None:
        super().__init__()
        self.users = keras.layers.Embedding(n_users, dim)
        self.items = keras.layers.Embedding(n_items, dim)
        self.retrieval = keras_rs.layers.BruteForceRetrieval(k=10, return_scores=False)
        self.in_batch = in_batch
        self.squared = keras.losses.MeanSquaredError()
        self.cross_entropy = keras.losses.CategoricalCrossentropy(from_logits=True)
        self.correction = keras_rs.layers.SamplingProbabilityCorrection()

    def build(self, input_shape):
        self.users.build(input_shape)
        self.items.build(input_shape)
        self.retrieval.candidate_embeddings = self.items.embeddings
        self.retrieval.build(input_shape)
        super().build(input_shape)

    def call(self, inputs, training=False):
        vectors = self.users(inputs)
        return vectors if training else (vectors, self.retrieval(vectors))

    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        items = self.items(y["item"])
        if not self.in_batch:
            scores = keras.ops.sum(y_pred * items, axis=1, keepdims=True)
            return self.squared(keras.ops.expand_dims(y["rating"], -1), scores)
        logits = keras.ops.matmul(y_pred, keras.ops.transpose(items))
        logits = self.correction(logits, y["q"] + keras.ops.zeros_like(logits))
        return self.cross_entropy(keras.ops.eye(keras.ops.shape(logits)[0]), logits)


def example_epochs(parts: Split, in_batch: bool, jit: Any) -> Callable[[], float]:
    """Return a function that trains the example and gives its interactions a second."""
    rng = np.random.default_rng(0)
    users, items = shuffled_pairs(parts.train, rng)
    labels = {"item": items, "rating": np.ones(len(items), np.float32)}
    if in_batch:
        labels["q"] = (parts.popularity / parts.train.nnz)[items].astype(np.float32)
    size = EXAMPLE["batch_size"]
    stream = tf.data.Dataset.from_tensor_slices((users, labels))
    stream = stream.batch(size, drop_remainder=True).cache()
    model = Example(parts.n_users, parts.n_items, EXAMPLE["dim"], in_batch)
    model.compile(keras.optimizers.Adagrad(EXAMPLE["learning_rate"]), jit_compile=jit)
    model.fit(stream, epochs=1, verbose=0)

    def run() -> float:
        start = time.perf_counter()
        model.fit(stream, epochs=EPOCHS, verbose=0)
        return EPOCHS * (len(users) // size * size) / (time.perf_counter() - start)

    return run


def our_epochs(parts: Split, optimiser: Any = None, **settings: Any) -> tuple[TwoTower, Callable]:
    """Return a model and a function that trains it and gives its interactions a second."""
    model = TwoTower(epochs=1, patience=None, **settings).fit(parts)
    if optimiser is not None:
        model.network_.compile(optimiser, steps_per_execution=8, jit_compile=False)
        model._train_epoch(parts, 0)
    epoch = iter(range(1, 10**6))

    def run() -> float:
        start = time.perf_counter()
        for _ in range(EPOCHS):
            model._train_epoch(parts, next(epoch))
        return EPOCHS * parts.train.nnz / (time.perf_counter() - start)

    return model, run


def bare_steps(model: TwoTower, parts: Split) -> Callable[[], float]:
    """Return a function that runs the compiled step on ready tensors."""
    network = model.network_
    optimiser = keras.optimizers.Adam(model.learning_rate)
    optimiser.build(network.trainable_variables)

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            loss = network.compute_loss(x, y_pred=network(x))
        weights = network.trainable_variables
        optimiser.apply(tape.gradient(loss, weights), weights)
        return loss

    batches = list(model._batches(parts, 0, np.random.default_rng(0)))
    step(batches[0])

    def run() -> float:
        start = time.perf_counter()
        for _ in range(EPOCHS):
            for x in batches:
                loss = step(x)
        float(loss)
        return EPOCHS * parts.train.nnz / (time.perf_counter() - start)

    return run


def take_turns(runs: dict[str, Callable[[], float]], repeats: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            found[name].append(run())
    return found


def summary(found: dict[str, list[float]], ours: str) -> dict[str, Any]:
    ratios = {
        f"ours_to_{name}": round(float(np.median(np.array(found[ours]) / np.array(found[name]))), 3)
        for name in found
        if name != ours
    }
    speeds = {name: round(float(np.median(values))) for name, values in found.items()}
    return {"interactions_per_second": speeds, "ratios": ratios}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--no-store", action="store_true", help="print only")
    options = parser.parse_args()
    parts = split(prepare(load_dataset("shop", truth=False), min_rating=4), how="random")

    bare = {}
    for name, settings in SETTINGS.items():
        model, run = our_epochs(parts, **settings)
        found = take_turns(
            {"two_tower": run, "bare_step": bare_steps(model, parts)}, options.repeats
        )
        bare[name] = summary(found, "two_tower")
        print(name, bare[name], flush=True)
    peers = {}
    for name, in_batch, settings in (
        ("squared error", False, {"loss": "mse", "n_negatives": 1}),
        ("in-batch softmax, logQ", True, SETTINGS["in-batch softmax, logQ"]),
    ):
        _, run = our_epochs(parts, keras.optimizers.Adagrad(0.1), **EXAMPLE, **settings)
        runs = {
            "two_tower": run,
            "keras_rs_xla": example_epochs(parts, in_batch, "auto"),
            "keras_rs": example_epochs(parts, in_batch, False),
        }
        peers[name] = summary(take_turns(runs, options.repeats), "two_tower")
        print(name, peers[name], flush=True)

    result = {
        "what": "TwoTower training against a bare compiled step and keras-rs' basic retrieval",
        "data": repr(parts),
        "epochs_a_turn": EPOCHS,
        "repeats": options.repeats,
        "against_bare_step": bare,
        "against_keras_rs": peers,
        "least_ratio_to_bare_step": min(
            entry["ratios"]["ours_to_bare_step"] for entry in bare.values()
        ),
        "least_ratio_promised": 0.8,
        "least_ratio_to_faster_keras_rs": min(
            min(entry["ratios"].values()) for entry in peers.values()
        ),
        "machine": machine("tensorflow", "keras", "keras_rs"),
    }
    print(json.dumps(result, indent=1))
    if not options.no_store:
        store(result, RESULTS)


if __name__ == "__main__":
    main()
