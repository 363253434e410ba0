"""How much a protocol decides: the same logs and models, measured in six ways; results are stored.

    python -m longtail_course.experiments.protocol_runs

Rows that are stored are not measured again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import narwhals as nw

from longtail_course.experiments._table_cells import decimal_cell, head_lines
from longtail_course.experiments.stored import EVIDENCE, keep_rows
from longtail_lib import Dataset, evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, ItemKNN, Popularity, Recommender, SASRec

__all__ = ["PROTOCOLS", "measure_protocols", "protocol_table", "run_protocols"]

_STORED = EVIDENCE / "protocol_runs.json"
_LOGS = ("movielens-small", "movietweetings", "online-retail", "amazon-toys-5core")
_MODELS = ("Popularity", "ItemKNN", "EaseScaled", "SASRec")
# Equal times in the order of item ids, which is what a stable sort of a sorted log gives unasked.
PROTOCOLS = {
    "ids, train": "equal times by item id; fitted on train",
    "lot, train": "equal times by lot; fitted on train",
    "lot, histories": "equal times by lot; fitted on train, histories with validation",
    "lot, both": "equal times by lot; fitted on train and validation",
    "ids, both": "equal times by item id; fitted on train and validation",
    "date, both": "fitted on all before a date, asked for each user's next item after it",
}
_KEY = ("log", "model", "protocol")


def measure_protocols(data: Dataset, model: str, wanted: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Measure one model on one log by leave-last-out or at a date, in the ways that are wanted.

    Settings are fixed and were not searched, so that nothing but the protocol changes: `EASE` has
    l2 20 and popularity_exponent .15, `SASRec` ten epochs, `ItemKNN` its defaults.

    Parameters
    ----------
    data : Dataset
        Prepared, with times.
    model : {"Popularity", "ItemKNN", "EaseScaled", "SASRec"}
    wanted : sequence of str
        Of `PROTOCOLS`.

    Yields
    ------
    dict
        Protocol, users, share of them whose test interaction shares its time with another, and
        NDCG@10 with its interval, overall and for items outside the 20% most popular.
    """
    fitted: dict[str, Recommender] = {}
    for name in wanted:
        ties, knowledge = name.split(", ")
        parts = _parts(data, ties)
        known = parts if knowledge == "train" else parts.final()
        if knowledge == "both":
            ready = _model(model).fit(known)
        else:
            if ties not in fitted:
                fitted[ties] = _model(model).fit(parts)
            ready = fitted[ties]
            if knowledge == "histories":
                ready, known = ready.with_histories(parts), parts
        report = evaluate(ready, known, k=10, metrics=["NDCG"], groups={"head": 0.2, "tail": 0.8})
        tied, users = parts.tied["test"]
        yield {
            "protocol": name,
            "users": users,
            "tied": tied / users,
            **{
                what: [getattr(report[group, "NDCG@10"], each) for each in ("value", "low", "high")]
                for what, group in (("overall", "overall"), ("outside head", "tail"))
            },
        }


def run_protocols(
    path: Path = _STORED, logs: Sequence[str] = _LOGS, models: Sequence[str] = _MODELS
) -> None:
    """Measure what the stored file lacks; it is written after each row."""

    def measure(tasks: list[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
        for log in dict.fromkeys(task[0] for task in tasks):
            data = prepare(load_dataset(log, quiet=True), min_user_interactions=5)
            for model in dict.fromkeys(task[1] for task in tasks if task[0] == log):
                wanted = [task[2] for task in tasks if task[:2] == (log, model)]
                for row in measure_protocols(data, model, wanted):
                    yield {"log": log, "model": model, **row}

    tasks = [(log, model, name) for log in _LOGS for model in _MODELS for name in PROTOCOLS]
    about = {"protocols": PROTOCOLS, "min_user_interactions": 5}
    keep_rows(
        path,
        _KEY,
        tasks,
        measure,
        about,
        ["numpy", "scipy", "keras", "tensorflow"],
        only=lambda task: task[0] in logs and task[1] in models,
    )


def protocol_table(path: Path = _STORED) -> str:
    """Stored rows as a table in Markdown: NDCG@10 overall, and outside the head after a slash."""
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    found = {tuple(row[name] for name in _KEY): row for row in rows}
    lines = head_lines(["NDCG@10, overall / outside the head", *PROTOCOLS])
    for log in dict.fromkeys(row["log"] for row in rows):
        one, at_date = (
            next(row for row in rows if (row["log"], row["protocol"]) == (log, name))
            for name in ("lot, both", "date, both")
        )
        lines.append(
            f"| **{log}**: {one['users']:,} users, {one['tied']:.0%} with equal times at the test; "
            f"{at_date['users']:,} after the date |{' |' * len(PROTOCOLS)}"
        )
        for model in dict.fromkeys(row["model"] for row in rows if row["log"] == log):
            values = [found.get((log, model, name)) for name in PROTOCOLS]
            lines.append(f"| {model} | " + " | ".join(map(_values, values)) + " |")
    return "\n".join(lines)


def _values(row: dict[str, Any] | None) -> str:
    if row is None:
        return "not measured"
    shown = (decimal_cell(row[what][0]) for what in ("overall", "outside head"))
    return " / ".join(shown)


def _parts(data: Dataset, ties: str) -> Any:
    if ties == "lot":
        return split(data, ties="random")
    if ties == "date":
        return split(data, how="temporal", target="next", ties="random")
    log = nw.from_native(data.interactions, eager_only=True)
    return split(data.replace(interactions=log.sort("item_id").to_native()), ties="file")


def _model(name: str) -> Recommender:
    made = {
        "Popularity": Popularity,
        "ItemKNN": ItemKNN,
        "EaseScaled": lambda: EASE(l2=20.0, popularity_exponent=0.15),
        "SASRec": lambda: SASRec(epochs=10, patience=None, seed=0),
    }
    return made[name]()


if __name__ == "__main__":
    run_protocols()
