"""`longtail recommend`: the lists of a fitted model."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from longtail_lib.cli._log_options import command, whole

__all__ = ["add_to"]


def add_to(groups: Any) -> None:
    """Add the command `recommend` to the command line."""
    parser = command(
        groups,
        "recommend",
        "serve the lists of a fitted model",
        "Read a model that `longtail evaluate --save` or `save` wrote, and print the best items\n"
        "of some users, best first, with tabs between columns. What a user has seen is left out.",
        [
            "longtail recommend ease.npz --user 7 9",
            "longtail recommend ease.npz --user 7 --k 5 --exclude lamp rug --json",
        ],
    )
    parser.add_argument("model", type=Path, metavar="MODEL", help="the file of a fitted model")
    parser.add_argument(
        "--user", "--users", nargs="+", required=True, metavar="ID", help="one or several"
    )
    parser.add_argument("--k", type=whole(1), default=10, help="length of a list; 10")
    parser.add_argument(
        "--exclude", nargs="+", default=[], metavar="ID", help="items that nobody is to get"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object in place of a table")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from longtail_lib.preprocessing._split_matrices import rows_of

    model = _load(options.model)
    users = _ids(options.user, model.user_ids_, "user")
    rows_of(model.user_ids_, users, "user")
    barred = _ids(options.exclude, model.item_ids_, "item")
    barred = model.item_ids_[rows_of(model.item_ids_, barred, "item")]
    # A list that is longer by what is barred from it holds what is asked for.
    longest = max(options.k, min(options.k + len(set(barred.tolist())), len(model.item_ids_)))
    items, scores = model.recommend(users, k=longest)
    lists = {}
    for user, own, score in zip(users.tolist(), items, scores, strict=True):
        # Minus infinity marks what only fills the list up.
        kept = np.flatnonzero((score > -np.inf) & ~np.isin(own, barred))[: options.k]
        lists[user] = list(zip(own[kept].tolist(), score[kept].tolist(), strict=True))
    if options.json:
        said = [
            {"user_id": user, "items": [{"item_id": item, "score": score} for item, score in best]}
            for user, best in lists.items()
        ]
        print(json.dumps({"model": repr(model), "lists": said}, ensure_ascii=False))
        return
    print("user_id", "item_id", "rank", "score", sep="\t")
    for user, best in lists.items():
        for rank, (item, score) in enumerate(best, 1):
            print(user, item, rank, f"{score:.6g}", sep="\t")


def _load(path: Path) -> Any:
    """Read a model of whatever class the file holds."""
    from longtail_lib.models._model_file import read_model_file
    from longtail_lib.models._wrapped_recommender import find_class

    with read_model_file(path) as (about, _):
        model_class = find_class(about["model"])
    return model_class.load(path)


def _ids(words: list[str], known: np.ndarray, what: str) -> np.ndarray:
    """What was typed, as ids of the model's own type."""
    if known.dtype.kind not in "iu":
        return np.array(words, dtype=np.str_)
    odd = [word for word in words if not re.fullmatch(r"-?\d{1,18}", word)]
    if odd:
        raise ValueError(
            f"{what} ids of this model are whole numbers such as {known[0]}, got {odd[0]!r}"
        )
    return np.array(words, dtype=np.int64)
