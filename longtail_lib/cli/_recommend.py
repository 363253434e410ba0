"""`longtail recommend`: the lists of a fitted model."""

from __future__ import annotations

import argparse
import json
import math
import re
from pathlib import Path
from typing import Any

from longtail_lib.cli._log_options import command, whole

__all__ = ["add_to"]

# In the column of users, whoever the model does not know.
_NEW = "new"


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
            "longtail recommend ease.npz --history lamp rug",
        ],
    )
    parser.add_argument("model", type=Path, metavar="MODEL", help="the file of a fitted model")
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--user", "--users", nargs="+", metavar="ID", help="one or several")
    whose.add_argument(
        "--history", nargs="+", metavar="ID", help="items that somebody new has chosen, in order"
    )
    parser.add_argument("--k", type=whole(1), default=10, help="length of a list; 10")
    parser.add_argument(
        "--exclude", nargs="+", default=[], metavar="ID", help="items that nobody is to get"
    )
    parser.add_argument(
        "--candidates", nargs="+", metavar="ID", help="items of which the lists are made, no other"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object in place of a table")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from longtail_lib.preprocessing._split_matrices import rows_of

    model = _load(options.model)
    barred = _ids(options.exclude, model.item_ids_, "item")
    # Passed over by `recommend`, an id that was mistyped would still be shown.
    rows_of(model.item_ids_, barred, "item")
    candidates = options.candidates and _ids(options.candidates, model.item_ids_, "item")
    filters = {"k": options.k, "candidates": candidates, "exclude": barred}
    if options.history:
        users = [_NEW]
        history = _ids(options.history, model.item_ids_, "item")
        items, scores = model.recommend_for([history.tolist()], **filters)
    else:
        known = _ids(options.user, model.user_ids_, "user")
        users = known.tolist()
        items, scores = model.recommend(known, **filters)
    lists = {}
    for user, own, score in zip(users, items, scores, strict=True):
        # Minus infinity marks what only fills the list up.
        kept = score > -math.inf
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


def _ids(words: list[str], known: Any, what: str) -> Any:
    """What was typed, as ids of the model's own type."""
    # All commands read this file when they start; --help needs no numpy.
    import numpy as np

    if known.dtype.kind not in "iu":
        return np.array(words, dtype=np.str_)
    odd = [word for word in words if not re.fullmatch(r"-?\d{1,18}", word)]
    if odd:
        raise ValueError(
            f"{what} ids of this model are whole numbers such as {known[0]}, got {odd[0]!r}"
        )
    return np.array(words, dtype=np.int64)
