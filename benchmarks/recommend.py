"""Lists for a request: an allow-list against the whole catalogue, and new users against known ones.

    python benchmarks/recommend.py                measure, and store the result
    python benchmarks/recommend.py --items 4000 --no-store

The models have weights and vectors that are drawn, not learned, because what a list costs does not
depend on what they say, and a fit for so many items takes minutes. Histories are drawn with a long
tail. Each pair is measured in turns, and the fastest of each counts, by processor seconds, which a
busy machine disturbs least.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from result_file import machine, store
from scipy.sparse import csr_matrix, random_array

from longtail_lib.models import EASE, ContentKNN, ImplicitALS, ItemKNN, Popularity, Recommender

RESULTS = Path(__file__).parent / "results" / "recommend.json"
# An allow-list of 500 of 20,000 items costs at most this share of a full ranking.
LIMIT_RATIO = 0.1


def drawn_histories(n_users: int, n_items: int, length: int, seed: int) -> csr_matrix:
    """Draw `length` interactions a user, with a long tail over items."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, n_items + 1) ** 0.8
    items = rng.choice(n_items, size=n_users * length, p=share / share.sum())
    rows = np.repeat(np.arange(n_users), length)
    seen = csr_matrix((np.ones(len(items), np.float32), (rows, items)), shape=(n_users, n_items))
    seen.data[:] = 1
    return seen


def models(seen: csr_matrix, dim: int, seed: int) -> dict[str, Recommender]:
    """Fitted as far as serving goes."""
    rng = np.random.default_rng(seed)
    n_users, n_items = seen.shape
    made = {
        "EASE": EASE(),
        "ItemKNN": ItemKNN(),
        "ImplicitALS": ImplicitALS(factors=dim),
        "ContentKNN": ContentKNN(),
        "Popularity": Popularity(),
    }
    for model in made.values():
        model.user_ids_, model.item_ids_, model.seen_ = np.arange(n_users), np.arange(n_items), seen
    made["EASE"].weights_ = rng.standard_normal((n_items, n_items), dtype=np.float32)
    made["ItemKNN"].weights_ = csr_matrix(
        random_array((n_items, n_items), density=100 / n_items, rng=rng), dtype=np.float32
    )
    vectors = rng.standard_normal((n_items, dim), dtype=np.float32)
    made["ImplicitALS"].item_factors_ = vectors / np.float32(np.sqrt(dim))
    made["ImplicitALS"].user_factors_ = rng.standard_normal((n_users, dim), dtype=np.float32)
    made["ImplicitALS"].item_biases_ = np.zeros(n_items, dtype=np.float32)
    made["ContentKNN"].item_vectors_ = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    made["ContentKNN"].prior_ = np.ones(n_items, dtype=np.float32)
    made["Popularity"].popularity_ = np.bincount(seen.indices, minlength=n_items).astype(np.float32)
    return made


def fastest(repeats: int, *calls: Callable[[], object]) -> list[float]:
    """Processor seconds of the fastest turn of each call."""
    seconds = np.full((repeats, len(calls)), np.inf)
    for turn in range(repeats):
        for place, call in enumerate(calls):
            start = time.process_time()
            call()
            seconds[turn, place] = time.process_time() - start
    return seconds.min(axis=0).tolist()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--users", type=int, default=1_000)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--candidates", type=int, default=500)
    parser.add_argument("--length", type=int, default=40, help="interactions a user")
    parser.add_argument("--dim", type=int, default=64)
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-store", action="store_true", help="print only")
    options = parser.parse_args()

    seen = drawn_histories(options.users, options.items, options.length, options.seed)
    drawing = np.random.default_rng(options.seed)
    allowed = drawing.permutation(options.items)[: options.candidates]
    users = np.arange(options.users)
    histories = [seen.indices[seen.indptr[row] : seen.indptr[row + 1]] for row in users]
    measured = {}
    for name, model in models(seen, options.dim, options.seed).items():

        def call(model: Recommender = model, **chosen: object) -> object:
            return model.recommend(users, options.k, **chosen)

        def new(model: Recommender = model) -> object:
            return model.recommend_for(histories, options.k)

        def another(call: Callable[..., object] = call) -> object:
            # A list that was not asked for before.
            return call(candidates=drawing.permutation(options.items)[: options.candidates])

        def same(call: Callable[..., object] = call) -> object:
            return call(candidates=allowed)

        same()
        full, few, folded = fastest(options.repeats, call, same, new)
        [first] = fastest(options.repeats, another)
        measured[name] = {
            "full_seconds": round(full, 4),
            "allow_list_seconds": round(few, 4),
            "new_allow_list_seconds": round(first, 4),
            "new_users_seconds": round(folded, 4),
            "allow_list_to_full": round(few / full, 4),
            "new_allow_list_to_full": round(first / full, 4),
            "new_users_to_known": round(folded / full, 4),
        }
    result = {
        "what": f"{options.users:,} users, top {options.k}, {options.candidates} of "
        f"{options.items:,} items allowed",
        **{
            name: getattr(options, name)
            for name in ("users", "items", "candidates", "length", "dim", "k", "repeats", "seed")
        },
        "limit_ratio": LIMIT_RATIO,
        "largest_ratio": max(entry["allow_list_to_full"] for entry in measured.values()),
        "models": measured,
        "machine": machine("numpy", "scipy"),
    }
    print(json.dumps(result, indent=1))
    if not options.no_store:
        store(result, RESULTS)


if __name__ == "__main__":
    main()
