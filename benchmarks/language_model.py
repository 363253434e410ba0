"""Tokens a second of the language model against the bare products of its matrices.

    python benchmarks/language_model.py               measure, store the result
    python benchmarks/language_model.py --users 1 --repeats 1    a first impression

Three requests: twenty candidates ranked by likelihood after one history, as `LikelihoodReranker`
does it; the same with each title read behind a prompt of its own, which is what one types first;
and sentences written greedily. The bound of reading is numpy's product of as many rows as tokens
with every matrix of the model, in float32, one after the other; that of writing one token for a
batch is the same with as many rows as sentences. Programs take turns, and each ratio is the median
over turns. The weights are fetched by `longtail language fetch`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from result_file import machine, median_ratio, store

from longtail_lib import load_dataset
from longtail_lib.language import LanguageModel, LikelihoodReranker, Usage

RESULTS = Path(__file__).parent / "results" / "language_model.json"
CANDIDATES, HISTORY, WRITTEN = 20, 10, 24


def clock(run: Callable[[], Any]) -> float:
    """Processor seconds of one run."""
    start = time.process_time()
    run()
    return time.process_time() - start


def products(model: LanguageModel, rows: int, vocabulary: bool) -> Callable[[], None]:
    """Multiply so many rows with every matrix of the model, and with its vocabulary if asked."""
    rng = np.random.default_rng(0)
    settings = model._settings
    shapes = [*settings.matrices.values()] * settings.blocks
    # The largest is read from memory each time, as the model does it.
    matrices = [rng.standard_normal(shape, dtype=np.float32).T for shape in shapes]
    if vocabulary:
        shape = (settings.width, settings.vocabulary)
        matrices.append(rng.standard_normal(shape, dtype=np.float32))
    inputs = {
        len(matrix): rng.standard_normal((rows, len(matrix)), dtype=np.float32)
        for matrix in matrices
    }

    def run() -> None:
        for matrix in matrices:
            inputs[len(matrix)] @ matrix

    return run


def each(seconds: list[float], of: int) -> float:
    """Median seconds for one of so many."""
    return round(float(np.median(seconds)) / of, 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--users", type=int, default=3)
    parser.add_argument("--sentences", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--no-store", action="store_true", help="print only")
    options = parser.parse_args()
    titles = load_dataset("online-retail", quiet=True).items["title"].str.to_lowercase().to_list()
    rng = np.random.default_rng(0)
    histories = [
        [titles[i] for i in rng.permutation(len(titles))[:HISTORY]] for _ in range(options.users)
    ]
    candidates = [
        [titles[i] for i in rng.permutation(len(titles))[:CANDIDATES]] for _ in range(options.users)
    ]
    model = LanguageModel()
    reranker = LikelihoodReranker(model, most_recent=HISTORY)

    def apart() -> None:
        for history, own in zip(histories, candidates, strict=True):
            for title in own:
                # Alone in its call, so that nothing is shared.
                reranker.rerank([history], [[title]])

    asked = [
        f"Describe this product of a shop in one short sentence: {title}"
        for title in titles[: options.sentences]
    ]
    requests = {
        "ranked": lambda: reranker.rerank(histories, candidates),
        "ranked, each title alone": apart,
        "written": lambda: model.generate(asked, WRITTEN),
    }
    used: dict[str, Usage] = {}
    for name, run in requests.items():
        before = model.usage
        run()
        used[name] = model.usage - before
    written = used["written"].tokens_written
    bounds = {
        "products of ranked": products(model, int(used["ranked"].tokens_read), vocabulary=False),
        "one word more": products(model, options.sentences, vocabulary=True),
        "prompts": products(model, int(used["written"].tokens_read), vocabulary=False),
    }
    found: dict[str, list[float]] = {name: [] for name in (*requests, *bounds)}
    for _ in range(options.repeats):
        for name, run in (requests | bounds).items():
            found[name].append(clock(run))
            print(name, round(found[name][-1], 2), flush=True)
    steps = written / options.sentences
    writing = [
        prompts + steps * word
        for prompts, word in zip(found["prompts"], found["one word more"], strict=True)
    ]
    result = {
        "what": "SmolLM2-135M-Instruct on Keras, processor seconds, against numpy's bare products",
        "parameters": model.n_parameters,
        "users": options.users,
        "candidates": CANDIDATES,
        "tokens_a_user": round(used["ranked"].tokens_read / options.users, 1),
        "sentences": options.sentences,
        "tokens_written_a_sentence": round(steps, 1),
        "processor_seconds": {
            "a user's twenty candidates": each(found["ranked"], options.users),
            "each title behind a prompt of its own": each(
                found["ranked, each title alone"], options.users
            ),
            "a sentence": each(found["written"], options.sentences),
        },
        "ratios": {
            "ranked_to_bound": median_ratio(found["ranked"], found["products of ranked"]),
            "each_title_alone_to_ranked": median_ratio(
                found["ranked, each title alone"], found["ranked"]
            ),
            "written_to_bound": median_ratio(found["written"], writing),
        },
        "machine": machine("keras", "tensorflow", "numpy"),
    }
    print(json.dumps(result, indent=1))
    if not options.no_store:
        store(result, RESULTS)


if __name__ == "__main__":
    main()
