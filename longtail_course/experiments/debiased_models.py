"""Debiased models beside plain baselines on the shop, judged by the truth; results are stored.

Training all of them takes minutes, so lessons read what was stored under `evidence/` by

    python -m longtail_course.experiments.debiased_models

Rows that are stored are not measured again; `--again NAME` does so.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from longtail_course.experiments.debiased_subjects import FRESH, SUBJECTS, TABLES
from longtail_course.experiments.stored import EVIDENCE, keep_rows, split_dataset

__all__ = ["PATH", "debiased_results", "fresh_parts", "judge", "shop_parts"]

PATH = EVIDENCE / "debiased_models.json"
_VALUES = ("value", "tail_share", "tail_value", "coverage", "ndcg", "tail_ndcg_100")
_PACKAGES = ("numpy", "scipy", "keras", "tensorflow")


def shop_parts() -> Any:
    """Give the shop's log, split leave-last-out, with its truth."""
    return split_dataset("shop", "leave-last-out")


def fresh_parts(parts: Any, seed: int = 1) -> Any:
    """Put a fresh log into the train part, where the true propensities are exactly right.

    The other parts are empty: in a fresh log nothing comes later.

    Parameters
    ----------
    parts : Split
        With its truth.
    seed : int

    Returns
    -------
    Split
    """
    from longtail_course.worlds import fresh_feedback

    none = parts.test.copy()
    none.data[:] = 0
    none.eliminate_zeros()
    chosen = fresh_feedback(parts, seed=seed).chosen
    return dataclasses.replace(parts, train=chosen, validation=none, test=none, times=None)


def judge(model: Any, parts: Any, k: int = 10) -> dict[str, float | None]:
    """Measure a fitted model by the truth and, where there is one, on the test part.

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`.
    parts : Split
        With its truth.
    k : int
        Length of the lists.

    Returns
    -------
    dict of str to float or None
        `value`, the mean true preference of what is recommended; `tail_share` of all places;
        `tail_value`, the mean true preference of the tail items among them; `coverage` of the
        catalogue; `ndcg` at k overall and `tail_ndcg_100` for the tail, on test. None where it
        is not defined.

    Examples
    --------
    >>> from longtail_course.worlds.tiny_store import alphabetical_model, tiny_store
    >>> found = judge(alphabetical_model(), tiny_store(), k=2)
    >>> round(found["value"], 3), found["coverage"], found["ndcg"]
    (0.425, 0.4, None)
    """
    from longtail_course.worlds import recommended_lists
    from longtail_lib import evaluate
    from longtail_lib.simulation import true_preference
    from longtail_lib.tail import popularity_groups

    lists = recommended_lists(model, parts, k)
    preference = true_preference(parts, lists).astype(np.float64)
    tail = popularity_groups(parts.popularity).mask("tail")[lists]
    found = {
        "value": float(preference.mean()),
        "tail_share": float(tail.mean()),
        "tail_value": float(preference[tail].mean()) if tail.any() else None,
        "coverage": len(np.unique(lists)) / parts.n_items,
        "ndcg": None,
        "tail_ndcg_100": None,
    }
    if parts.test.nnz:
        report = evaluate(model, parts, k=(k, 100), metrics=["NDCG"], resamples=100)
        found["ndcg"] = report[f"NDCG@{k}"].value
        found["tail_ndcg_100"] = report["tail", "NDCG@100"].value
    return found


def debiased_results(
    table: str | None = None,
    *,
    log: str = "stored",
    digits: int = 3,
    path: str | os.PathLike[str] | None = None,
) -> Any:
    """Read what was measured.

    Parameters
    ----------
    table : str or None
        A key of `TABLES`; all rows of one log if None.
    log : {"stored", "fresh"}
        Trained on the shop's log, or on a fresh one; a table knows its own.
    digits : int
    path : path or None
        A file of this module's command; by default the one in this package.

    Returns
    -------
    polars.DataFrame
        `model` and the numbers of `judge`, less those that no row has. A row's model is made by
        `contestant(name, SUBJECTS).build()`, with the names of `debiased_subjects.SUBJECTS`.

    Raises
    ------
    ValueError
        An unknown table or log, or a row that was not measured.

    Examples
    --------
    >>> debiased_results("debiased").columns[:3]
    ['model', 'value', 'tail_share']
    """
    import polars as pl

    if table is not None and table not in TABLES:
        raise ValueError(
            f"debiased_results: no table {table!r}; there are {', '.join(map(repr, TABLES))}"
        )
    rows = json.loads(Path(path or PATH).read_text(encoding="utf-8"))["rows"]
    log, wanted = TABLES[table] if table else (log, None)
    held = {row["model"]: row for row in rows if row["log"] == log}
    wanted = list(held) if wanted is None else wanted
    missing = [name for name in wanted if name not in held]
    if missing or not wanted:
        raise ValueError(
            f"debiased_results: {', '.join(map(repr, missing)) or 'nothing'} was not measured on "
            f"log {log!r}; run `python -m longtail_course.experiments.debiased_models`"
        )
    columns = {name: [held[model][name] for model in wanted] for name in _VALUES}
    columns = {name: found for name, found in columns.items() if set(found) != {None}}
    frame = pl.DataFrame({"model": wanted, **columns})
    # Shares of the tail are small: one digit more.
    frame = frame.with_columns(pl.col("tail_share").round(digits + 1))
    return frame.with_columns(pl.col(pl.Float64).exclude("tail_share").round(digits))


def measured_rows(
    tasks: Sequence[tuple[str, str]], progress: bool = False
) -> Iterator[dict[str, Any]]:
    """Fit on train and validation, and judge; yield one row for each (name, log)."""
    from tqdm.auto import tqdm

    parts = {"stored": shop_parts()}
    for name, log in tqdm(tasks, disable=not progress):
        if log not in parts:
            parts[log] = fresh_parts(parts["stored"])
        start = time.perf_counter()
        model = SUBJECTS[name].build().refit(parts[log])
        seconds = time.perf_counter() - start
        found = judge(model, parts[log].final())
        rounded = {key: None if each is None else round(each, 5) for key, each in found.items()}
        yield {
            "model": name,
            "log": log,
            "params": dict(SUBJECTS[name].fixed),
            **rounded,
            "seconds": round(seconds, 1),
        }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is missing, and store after each model."""
    parser = argparse.ArgumentParser(description="Debiased models on the shop, by the truth.")
    parser.add_argument("--again", nargs="*", default=[], metavar="NAME", choices=list(SUBJECTS))
    parser.add_argument("--out", type=Path, default=PATH)
    options = parser.parse_args(arguments)
    keep_rows(
        options.out,
        ("model", "log"),
        [*((name, "stored") for name in SUBJECTS), *((name, "fresh") for name in FRESH)],
        lambda tasks: measured_rows(tasks, progress=True),
        {
            "dataset": "shop",
            "split": "leave-last-out, all ratings; fitted on train and validation",
            "seeds": 1,
        },
        _PACKAGES,
        again=lambda task: task[0] in options.again,
    )


if __name__ == "__main__":
    main()
