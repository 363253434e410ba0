"""What models know of the tail, and what they show of it, on real logs; results are stored.

A list has few places, and a model that gives them all to the head may know the tail well. So each
list is measured twice: as it is, and with its last two places kept for items of the tail, which
every model fills for every user. The command

    python -m longtail_course.experiments.tail_places [LOG ...]

takes the models, and the parameters that a search has found, from the stored results of each log,
fits them on train and validation, and stores one row a model. Rows that are stored are not
measured again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from longtail_course.experiments._named_logs import named_logs
from longtail_course.experiments._table_cells import decimal_cell, head_lines, hits_in
from longtail_course.experiments.stored import (
    EVIDENCE,
    LOGS,
    keep_rows,
    split_of_results,
    stored_results,
)
from longtail_lib import evaluate
from longtail_lib.models import Recommender
from longtail_lib.preprocessing import Split
from longtail_lib.tail import Groups, popularity_groups

__all__ = [
    "RESERVED",
    "classes_of",
    "measure_places",
    "places_tables",
    "run_places",
    "with_reserved",
]

PATH = EVIDENCE / "tail_places.json"
K, RESERVED, RARE = 10, 2, 3
_KEY = ("log", "split", "model")
_PACKAGES = ("numpy", "scipy", "keras", "tensorflow")


def classes_of(counts: Any) -> Groups:
    """Part the tail half of a catalogue into cold items, rare ones and the rest of it.

    Parameters
    ----------
    counts : array-like, shape (n_items,)
        Interactions that models learn from; `Split.popularity`.

    Returns
    -------
    Groups
        "others" outside of the tail half, "tail" with more than three interactions, "rare" with
        one to three, "cold" with none. An item outside the tail half is of the others, whatever
        its count, as it is where half of a catalogue is cold.

    Examples
    --------
    >>> classes_of([9, 8, 7, 6, 5, 4, 2, 0])
    Groups(others 4, tail 2, rare 1, cold 1; of the half of the catalogue with fewest train \
interactions, cold: none of them; rare: one to 3; tail: more; others: the other half)
    """
    counts = np.asarray(counts)
    tail = popularity_groups(counts).mask("tail")
    labels = np.where(tail, np.select([counts == 0, counts <= RARE], [3, 2], 1), 0)
    return Groups(
        labels,
        ("others", "tail", "rare", "cold"),
        "of the half of the catalogue with fewest train interactions, cold: none of them; rare: "
        f"one to {RARE}; tail: more; others: the other half",
    )


def with_reserved(model: Recommender, parts: Split, tail: np.ndarray) -> pl.DataFrame:
    """Make the lists of a part's users with the last places kept for items of the tail.

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`.
    parts : Split
    tail : array of bool, shape (n_items,)
        Which items may stand in the places that are kept, and nowhere else.

    Returns
    -------
    polars.DataFrame
        Columns user_id, item_id and rank: eight of the other items, best first, then the two of
        the tail that the model puts highest for the user.

    Examples
    --------
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> parts = tiny_parts()
    >>> tail = popularity_groups(parts.popularity).mask("tail")
    >>> lists = with_reserved(tiny_model(), parts, tail)
    >>> parts.item_ids[tail].tolist(), lists.filter(pl.col("user_id") == 0)["item_id"].to_list()
    (['d', 'e', 'f'], ['f', 'd'])
    """
    users = parts.user_ids[np.flatnonzero(np.diff(parts.test.indptr))]
    blocks = []
    for where, k in ((~tail, K - RESERVED), (tail, RESERVED)):
        k = min(k, int(where.sum()))
        items, scores = model.recommend(users, k, candidates=parts.item_ids[where])
        shown = np.isfinite(scores)
        blocks.append(
            pl.DataFrame({"user_id": users[np.nonzero(shown)[0]], "item_id": items[shown]})
        )
    return pl.concat(blocks).with_columns(
        rank=pl.int_range(1, pl.len() + 1).over("user_id").cast(pl.Int64)
    )


def measure_places(model: Recommender, parts: Split, name: str) -> dict[str, Any]:
    """Measure a model's lists by class of item, as they are and with two places kept for the tail.

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`, which joins train and validation.
    parts : Split
    name : str

    Returns
    -------
    dict
        By kind of list, "own" and "reserved": NDCG@10 with its interval, hits and purchases (both
        counts of interactions in test) overall and by class. A class without a purchase in test
        has no NDCG.

    Examples
    --------
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> found = measure_places(tiny_model(), tiny_parts(), "Tiny")
    >>> {kind: (each["overall"]["hits"], each["overall"]["purchases"])
    ...  for kind, each in found.items()}
    {'own': (4, 4), 'reserved': (3, 4)}
    """
    groups = classes_of(parts.popularity)
    lists = {
        "own": model,
        "reserved": with_reserved(model, parts, ~groups.mask("others")),
    }
    return {kind: _by_class(each, parts, groups, name) for kind, each in lists.items()}


def _by_class(lists: Any, parts: Split, groups: Groups, name: str) -> dict[str, Any]:
    report = evaluate(lists, parts, k=K, metrics=["NDCG", "Precision"], groups=groups, name=name)
    purchases = parts.test[report.user_rows]
    found = {}
    for group in report.groups:
        inside = slice(None) if group == "overall" else np.flatnonzero(groups.mask(group))
        value = report[group, f"NDCG@{K}"]
        found[group] = {
            "ndcg": [None if np.isnan(each) else round(float(each), 6) for each in value[:3]],
            "hits": hits_in(report, group, K),
            "purchases": purchases[:, inside].nnz,
        }
    return found


def run_places(path: Path = PATH, logs: Sequence[str] = LOGS) -> None:
    """Measure what the stored file lacks, for the models of each log's stored results."""

    def measure(tasks: list[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
        for log, how in dict.fromkeys(task[:2] for task in tasks):
            results = stored_results(log)
            parts = split_of_results(results, how)
            for model in [task[2] for task in tasks if task[:2] == (log, how)]:
                fitted = results.build(how, model).refit(parts)
                row = measure_places(fitted, parts.final(), model)
                yield {"log": log, "split": how, "model": model, **row}

    tasks = [(log, how, model) for log in LOGS for how, model in stored_results(log).rows]
    about = {"k": K, "reserved": RESERVED, "rare": RARE, "seed": 0}
    keep_rows(path, _KEY, tasks, measure, about, _PACKAGES, only=lambda task: task[0] in logs)


def places_tables(path: Path = PATH) -> list[str]:
    """Show the stored rows as tables in Markdown, one for each log and split.

    Hits in the first ten by class, as counts; then NDCG@10 and the hits in the tail half with two
    places kept for it.
    """
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return [
        "\n".join(_lines([row for row in rows if (row["log"], row["split"]) == key]))
        for key in dict.fromkeys((row["log"], row["split"]) for row in rows)
    ]


def _lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    first = rows[0]["own"]
    classes = [each for each in ("tail", "rare", "cold") if first[each]["purchases"]]
    bought = sum(first[each]["purchases"] for each in classes)
    heads = [
        f"{rows[0]['log']}, {rows[0]['split']}",
        "NDCG@10",
        *(f"{each}, of {first[each]['purchases']:,}" for each in classes),
        "NDCG@10, two kept",
        f"in the two, of {bought:,}",
    ]
    yield from head_lines(heads)
    for row in rows:
        hits = [f"{row['own'][each]['hits']:,}" for each in classes]
        kept = sum(row["reserved"][each]["hits"] for each in classes)
        own, both = (decimal_cell(row[kind]["overall"]["ndcg"][0]) for kind in ("own", "reserved"))
        yield f"| {' | '.join([row['model'], own, *hits, both, f'{kept:,}'])} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the logs that are named, or all."""
    run_places(logs=named_logs(arguments, "What models know of the tail, and show of it."))


if __name__ == "__main__":
    main()
