"""A sequence model pretrained on three catalogues and taken to the shop; results are stored.

Training takes minutes, so lessons read what was stored under `evidence/` by

    python -m longtail_course.experiments.transfer_runs

Rows that are stored are not measured again, and the pretraining is made only where a row needs it.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from longtail_course.experiments.stored import EVIDENCE, keep_rows
from longtail_lib.evaluation._report import stored_value

__all__ = ["PATH", "SOURCES", "WAYS", "domain_parts", "for_all_users", "tasks", "transfer_results"]

PATH = EVIDENCE / "transfer_runs.json"
SOURCES = ("video", "music", "social")
TARGET = "shop"
SHARES = (0.01, 0.1, 1.0)
SEEDS = (0, 1, 2)
_PACKAGES = ("numpy", "scipy", "keras", "tensorflow")
_SHAPE = {"dim": 32, "blocks": 2, "heads": 2, "max_length": 50}
_PRETRAINING = _SHAPE | {"epochs": 6, "batch_size": 1024, "learning_rate": 0.005, "patience": 2}
# About as many steps where a share is small: fewer rows a batch, more epochs.
_BUDGETS = {
    0.01: {"batch_size": 250, "epochs": 20, "patience": 6},
    0.1: {"batch_size": 500, "epochs": 10, "patience": 3},
    1.0: {"batch_size": 1000, "epochs": 8, "patience": 2},
}
_LEARNING_RATE = 0.005

# What each row is, in the words of tables.
WAYS: dict[str, str] = {
    "nothing": "pretrained, nothing trained",
    "own": "pretrained on half of the shop, nothing trained",
    "probe": "pretrained, linear probe",
    "items": "pretrained, encoder frozen",
    "top": "pretrained, partly frozen",
    "all": "pretrained, everything trained",
    "added": "pretrained, ids added",
    "scratch": "from scratch, texts",
    "both": "from scratch, texts and ids",
    "ids": "from scratch, ids",
    "Popularity": "Popularity",
    "EASE": "EASE",
}

# Of each SASRec: its fusion, and what is trained of pretrained weights; None is from scratch.
_NETWORKS: dict[str, tuple[str | None, str | None]] = {
    "nothing": ("text", "nothing"),
    "own": ("text", "nothing"),
    "items": ("text", "items"),
    "top": ("text", "top"),
    "all": ("text", "all"),
    "added": ("sum", "all"),
    "scratch": ("text", None),
    "both": ("sum", None),
    "ids": (None, None),
}
# Ways that start from the other catalogues.
_CARRIED = {"probe", *(way for way, (_, train) in _NETWORKS.items() if train)} - {"own"}


def domain_parts(name: str) -> Any:
    """Give one catalogue's interactions, of 4 stars and more where there are any, by time."""
    from longtail_lib import load_dataset, prepare, split

    stars = {} if name == "social" else {"min_rating": 4}
    data = prepare(load_dataset(name, truth=False), **stars)
    return split(data, how="leave-last-out", ties="random")


def for_all_users(model: Any, parts: Any, pretrained: Any = None, vectors: Any = None) -> Any:
    """Let a model that learned from some users score all, each by the whole history.

    Parameters
    ----------
    model : Recommender
        Fitted on a `train_share` of `parts`.
    parts : Split
        Same users, same catalogue.
    pretrained : Pretrained or None
        Of a linear probe, which reads histories by it.
    vectors : ndarray or None
        Text vectors, likewise.

    Returns
    -------
    Recommender

    Examples
    --------
    >>> from longtail_lib.models import Popularity
    >>> from longtail_course.toys import train_share
    >>> from longtail_lib.testing import tiny_parts
    >>> parts = tiny_parts()
    >>> few = Popularity().fit(train_share(parts, 0.5))
    >>> for_all_users(few, parts).seen_.nnz == parts.train.nnz
    True
    """
    from longtail_course.toys import LinearProbe

    if hasattr(model, "for_users"):
        return model.for_users(parts)
    other = copy.copy(model)
    other.seen_ = parts.train
    if isinstance(model, LinearProbe):
        whole = LinearProbe(pretrained, vectors, model.l2).fit(parts)
        other.user_vectors_ = whole.user_vectors_
    return other


def tasks() -> list[tuple[str, float, int]]:
    """List what is measured as (way, share, seed), what matters most first."""
    small = [(way, share, 0) for share in SHARES[:2] for way in ("scratch", "all", "items", "top")]
    found = [("nothing", 0.0, 0), ("own", 0.0, 0), *small]
    found += [(way, 1.0, 0) for way in ("scratch", "all", "items", "top")]
    found += [(way, share, 0) for way in ("probe", "Popularity", "EASE") for share in SHARES]
    found += [(way, share, 0) for way in ("ids", "added", "both") for share in SHARES]
    again = tuple(way for way in WAYS if way not in ("nothing", "own"))
    found += [(way, share, seed) for seed in SEEDS[1:] for share in SHARES[:2] for way in again]
    return found + [
        (way, 1.0, seed) for seed in SEEDS[1:] for way in ("scratch", "all", "top", "ids")
    ]


def build(way: str, share: float, seed: int, pretrained: Any, vectors: Any) -> Any:
    """Make the unfitted model of one row."""
    from longtail_lib import models

    if way in ("Popularity", "EASE"):
        # Tuned once, on the whole log; see the benchmark's stored results.
        return models.EASE(l2=200.0) if way == "EASE" else models.Popularity()
    if way == "probe":
        from longtail_course.toys import LinearProbe

        return LinearProbe(pretrained, vectors)
    fusion, train = _NETWORKS[way]
    budget = {"epochs": 1, "patience": None} if train == "nothing" else _BUDGETS[share]
    parameters = _SHAPE | budget | {"learning_rate": _LEARNING_RATE, "seed": seed}
    if fusion is not None:
        parameters |= {"fusion": fusion, "vectors": vectors}
    if train is not None:
        parameters |= {"train": train, "pretrained": pretrained}
    return models.SASRec(**parameters)


def measured_rows(
    wanted: Sequence[tuple[str, float, int]],
    vectors: Mapping[str, np.ndarray] | None = None,
    pretrained: str | os.PathLike[str] | None = None,
    progress: bool = False,
) -> Iterator[dict[str, Any]]:
    """Pretrain, fit and evaluate; yield one row for each task.

    Parameters
    ----------
    wanted : sequence of (way, share, seed)
    vectors : mapping of catalogue to ndarray, or None
        Text vectors; None encodes the texts.
    pretrained : path or None
        Weights of an earlier run; written there if the file does not exist yet.
    progress : bool
    """
    from tqdm.auto import tqdm

    from longtail_course.toys import train_share
    from longtail_lib import evaluate
    from longtail_lib.models import Pretrained, SASRec, item_vectors, pretrain

    parts = domain_parts(TARGET)
    final = parts.final()
    vectors = dict(vectors or {})
    own = vectors[TARGET] if TARGET in vectors else item_vectors(parts)
    untrained = SASRec(**_PRETRAINING, progress=progress)
    weights = None
    if pretrained is not None and Path(pretrained).exists():
        weights = Pretrained.load(pretrained)
    for way, share, seed in tqdm(wanted, disable=not progress):
        if weights is None and way in _CARRIED:
            sources = [domain_parts(name) for name in SOURCES]
            texts = [
                vectors[name] if name in vectors else item_vectors(one)
                for name, one in zip(SOURCES, sources, strict=True)
            ]
            weights = pretrain(untrained, sources, texts)
            if pretrained is not None:
                weights.save(pretrained)
        known = weights
        if way == "own":
            # The positive control: here what was pretrained on must carry over.
            half = train_share(parts, 0.5, seed)
            known = pretrain(untrained, [half], [own])
        start = time.process_time()
        few = train_share(parts, share or min(SHARES), seed)
        model = build(way, share, seed, known, own).fit(few)
        seconds = time.process_time() - start
        model = for_all_users(model, final, known, own)
        report = evaluate(model, final, k=10, metrics=["NDCG"], name=way)
        found = {
            f"{group} {name}": round(getattr(report[group, "NDCG@10"], name), 5) + 0.0
            for group in ("overall", "tail")
            for name in ("value", "low", "high")
        }
        yield {
            "way": way,
            "share": share,
            "users": int((np.diff(few.train.indptr) > 0).sum()) if share else 0,
            "interactions": int(few.train.nnz) if share else 0,
            "seed": seed,
            **found,
            "epochs": int(getattr(model, "best_epoch_", 0)) if share else 0,
            "processor_seconds": round(seconds, 1),
        }


def transfer_results(path: str | os.PathLike[str] | None = None) -> Any:
    """Read what was measured.

    Parameters
    ----------
    path : path or None
        A file of this module's command; by default the one in this package.

    Returns
    -------
    polars.DataFrame
        One row for each way, share and seed: `way` in words, `share` of the shop's users that
        were trained on (0 where none were), their number `users`, `seed`, and NDCG@10 overall
        with its interval over users, `ndcg`, `low`, `high`, and that of the tail, `tail`,
        `tail_low`, `tail_high`.

    Examples
    --------
    >>> transfer_results().columns[4:]
    ['ndcg', 'low', 'high', 'tail', 'tail_low', 'tail_high']
    """
    import polars as pl

    path = Path(path or PATH)
    text, where = path.read_text(encoding="utf-8"), ""
    try:
        rows = json.loads(text)["rows"]
        for place, row in enumerate(rows):
            where = f"row {place}: "
            _check_row(row)
    except Exception as error:
        raise ValueError(
            f"{path} does not hold what `python -m longtail_course.experiments.transfer_runs` "
            f"stores, or it was changed ({where}{type(error).__name__}: {error}); restore it, or "
            "measure again"
        ) from error
    tasks = [(row["way"], row["share"], row["seed"]) for row in rows]
    if len(set(tasks)) < len(tasks):
        raise ValueError(f"{path} holds a way, share and seed twice; restore it, or measure again")
    rows.sort(key=lambda row: (list(WAYS).index(row["way"]), row["share"], row["seed"]))
    columns = {
        "way": [WAYS[row["way"]] for row in rows],
        **{name: [row[name] for row in rows] for name in ("share", "users", "seed")},
        **{
            name: [row[f"overall {key}"] for row in rows]
            for name, key in (("ndcg", "value"), ("low", "low"), ("high", "high"))
        },
        **{
            name: [row[f"tail {key}"] for row in rows]
            for name, key in (("tail", "value"), ("tail_low", "low"), ("tail_high", "high"))
        },
    }
    return pl.DataFrame(columns).with_columns(pl.col("share").cast(pl.Float64))


def _check_row(row: Mapping[str, Any]) -> None:
    """Refuse a row that the command cannot have measured."""
    if row["way"] not in WAYS:
        raise ValueError(f"its way is {row['way']!r:.80}")
    if row["share"] not in (0, *SHARES) or isinstance(row["share"], bool):
        raise ValueError(f"its share is {row['share']!r:.80}")
    if type(row["seed"]) is not int:
        raise ValueError(f"its seed is {row['seed']!r:.80}")
    for group in ("overall", "tail"):
        numbers = [row[f"{group} {name}"] for name in ("value", "low", "high")]
        stored_value("NDCG@10", (*numbers, row["users"]))
        if None in numbers:
            raise ValueError(f"a value of {group} is missing")


def read_vectors(folder: Path) -> dict[str, np.ndarray]:
    """Read ready text vectors, a file for each catalogue, in the order of its sorted item ids."""
    names = [name for name in (*SOURCES, TARGET) if (folder / f"{name}.npz").exists()]
    return {name: np.load(folder / f"{name}.npz")["vectors"] for name in names}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is missing, and store after each row."""
    parser = argparse.ArgumentParser(description="Pretraining on three catalogues, for the shop.")
    parser.add_argument("--out", type=Path, default=PATH)
    parser.add_argument("--vectors", type=Path, help="folder of NAME.npz with ready text vectors")
    parser.add_argument("--pretrained", type=Path, help="keep the pretrained weights here")
    options = parser.parse_args(arguments)
    vectors = read_vectors(options.vectors) if options.vectors else None
    keep_rows(
        options.out,
        ("way", "share", "seed"),
        tasks(),
        lambda missing: measured_rows(missing, vectors, options.pretrained, progress=True),
        {
            "sources": list(SOURCES),
            "target": TARGET,
            "split": "leave-last-out, ratings of 4 and more (social: all interactions); fitted on "
            "train, histories with validation",
            "pretraining": _PRETRAINING,
            "learning_rate": _LEARNING_RATE,
            "budgets": {f"{share:g}": budget for share, budget in _BUDGETS.items()},
        },
        _PACKAGES,
    )


if __name__ == "__main__":
    main()
