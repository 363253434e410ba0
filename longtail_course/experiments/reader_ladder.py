"""Does a pretrained reader reach the tail better than words, and a larger one better still?

One linear model reads the same titles through readers of growing size; nothing else changes. The
command

    python -m longtail_course.experiments.reader_ladder [LOG ...]

takes ridge and exponent that a search has found for EASE without texts, chooses for each reader,
on validation, how much its vectors weigh and the space that they lie in, fits on train and
validation, and stores what is measured on test. The readers beyond words and MiniLM are fetched
first: `longtail encoder fetch static`, and so on, and `longtail language fetch`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from longtail_course.experiments._named_logs import named_logs
from longtail_course.experiments._table_cells import (
    MARKS,
    decimal_cell,
    difference_cell,
    head_lines,
    hits_in,
)
from longtail_course.experiments.stored import (
    EVIDENCE,
    LOGS,
    keep_rows,
    split_of_results,
    stored_results,
)
from longtail_lib import Split, compare, evaluate
from longtail_lib.evaluation import Report
from longtail_lib.models import EASE, EaseText
from longtail_lib.tail import popularity_groups

__all__ = ["READERS", "climb", "ladder_table", "run_ladder", "verdicts_table"]

PATH = EVIDENCE / "reader_ladder.json"
# One model of the 17,632 artists of Last.fm takes a minute, and a ladder has seventy.
CLIMBED = tuple(log for log in LOGS if log != "lastfm")
# From what has read nothing to what has read most, with the numbers that each has learned.
READERS = {
    "shuffled": "MiniLM, titles of other items",
    "words": "TF-IDF, no pretraining",
    "static": "a table of word vectors, 8 M",
    "minilm": "MiniLM, 22 M",
    "mpnet": "MPNet, 110 M",
    "e5": "multilingual E5, 118 M",
    "smollm": "SmolLM2, which writes, 135 M",
}
LARGER = ("mpnet", "e5", "smollm")
WEIGHTS = (0.1, 0.3, 1.0, 3.0, 10.0)
SPACES = ("whiten", "centre")
# Of the best overall NDCG@10 that a reader's settings reach on validation, so much has to be kept.
KEEP = 0.99
_SPLIT = "leave-last-out"
_AGAINST = ("none", "words", "minilm")
_MEASURED = {"k": 10, "metrics": ["NDCG", "Precision"]}
_PACKAGES = ("numpy", "scipy", "keras", "tensorflow")


def climb(
    parts: Split, readers: Sequence[str], ease: Mapping[str, float], weights: Sequence[float]
) -> dict[str, Any]:
    """Measure `EaseText` in its collective form through each reader, and EASE without texts.

    Parameters
    ----------
    parts : Split
        With validation and test.
    readers : sequence of str
        As `EaseText(vectors=...)` takes them.
    ease : mapping
        `l2` and `popularity_exponent`, the same for all.
    weights : sequence of float
        Of text, tried on validation in both spaces. The one with the best NDCG@10 of the tail is
        taken among those with at least 99% of the reader's best overall.

    Returns
    -------
    dict
        "readers": for "none", which reads nothing, and each reader what was chosen, what was found
        on validation with it, and NDCG@10 on test with its interval, overall and in the tail half.
        "differences": paired, from what reads nothing, from words and from MiniLM.
    """
    final = parts.final()
    found = {"none": {"chosen": {}, "validation": {}}}
    reports = [evaluate(EASE(**ease).fit(final), final, name="none", **_MEASURED)]
    for reader in readers:
        base = {**ease, "form": "collective", "vectors": reader}
        settings = [{"text_weight": w, "space": space} for space in SPACES for w in weights]
        tried = [(each, *_on_validation(EaseText(**each, **base), parts)) for each in settings]
        least = KEEP * max(overall for _, overall, _ in tried)
        chosen, overall, tail = max(
            (each for each in tried if each[1] >= least), key=lambda each: each[2]
        )
        found[reader] = {"chosen": chosen, "validation": {"overall": overall, "tail": tail}}
        model = EaseText(**chosen, **base).fit(final)
        reports.append(evaluate(model, final, name=reader, **_MEASURED))
    for report in reports:
        found[report.model]["test"] = {
            group: [round(float(each), 6) for each in report[group, "NDCG@10"][:3]]
            for group in ("overall", "tail")
        }
        hits, wanted = hits_in(report, "tail", _MEASURED["k"]), _tail_purchases(final)
        found[report.model]["tail hits"] = [hits, wanted]
    return {"readers": found, "differences": list(_differences(reports))}


def _on_validation(model: EaseText, parts: Split) -> tuple[float, float]:
    report = evaluate(model.fit(parts), parts, part="validation", resamples=2, **_MEASURED)
    return tuple(round(report[group, "NDCG@10"].value, 6) for group in ("overall", "tail"))


def _tail_purchases(parts: Split) -> int:
    return parts.test[:, popularity_groups(parts.popularity).mask("tail")].nnz


def _differences(reports: Sequence[Report]) -> Iterator[dict[str, Any]]:
    for against in _AGAINST:
        if against not in {report.model for report in reports}:
            continue
        for row in compare(reports, baseline=against, metrics="NDCG@10").rows:
            if row.model != against and row.group in ("overall", "tail"):
                yield {
                    "reader": row.model,
                    "against": against,
                    "group": row.group,
                    "difference": [round(x, 6) for x in (row.difference, row.low, row.high)],
                    "verdict": row.verdict,
                }


def run_ladder(path: Path = PATH, logs: Sequence[str] = CLIMBED) -> None:
    """Climb the ladder on the logs that the stored file lacks."""

    def measure(tasks: list[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
        for (log,) in tasks:
            results = stored_results(log)
            parts = split_of_results(results, _SPLIT)
            ease = results[_SPLIT, "EaseScaled"].parameters
            climbed = climb(parts, list(READERS), ease, WEIGHTS)
            yield {"log": log, "split": _SPLIT, "ease": ease, **climbed}

    about = {"weights": WEIGHTS, "spaces": SPACES, "keep": KEEP}
    tasks = [(log,) for log in CLIMBED]
    keep_rows(path, ["log"], tasks, measure, about, _PACKAGES, only=lambda task: task[0] in logs)


def ladder_table(path: Path = PATH) -> str:
    """Show the stored ladder as a table in Markdown, one row a reader.

    A triangle says that the paired difference is decided: of the overall value from EASE without
    texts, of the tail's from it and, in columns of their own, from words and from MiniLM.
    """
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    heads = ["log, reader", "overall", "tail half", "hits there", "from words", "from MiniLM"]
    lines = head_lines(heads)
    for row in rows:
        lines.append(f"| **{row['log']}**, {row['split']} |{' |' * (len(heads) - 1)}")
        verdicts = {
            (each["reader"], each["against"], each["group"]): each for each in row["differences"]
        }
        for reader, found in row["readers"].items():
            overall, tail = (
                decimal_cell(found["test"][group][0])
                + MARKS.get(verdicts.get((reader, "none", group), {}).get("verdict"), "")
                for group in ("overall", "tail")
            )
            hits, wanted = found["tail hits"]
            pairs = (_difference(verdicts.get((reader, name, "tail"))) for name in _AGAINST[1:])
            name = READERS.get(reader, "no text")
            cells = [name, overall, tail, f"{hits:,} of {wanted:,}", *pairs]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def verdicts_table(path: Path = PATH) -> str:
    """Show as a table in Markdown, log by log, what each step of the ladder changes in the tail.

    Does text help: words against no text. Does pretraining: MiniLM against words. Does size: the
    larger reader that is best in the tail on validation against MiniLM.
    """
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    heads = ["log", "no text", "words against it", "MiniLM against words", "larger against MiniLM"]
    lines = head_lines(heads)
    for row in rows:
        readers = row["readers"]
        larger = max(LARGER, key=lambda name: readers[name]["validation"]["tail"])
        tail = {(d["reader"], d["against"]): d for d in row["differences"] if d["group"] == "tail"}
        cells = [
            decimal_cell(readers["none"]["test"]["tail"][0]),
            _difference(tail["words", "none"]),
            _difference(tail["minilm", "words"]),
            f"{larger}: {_difference(tail[larger, 'minilm'])}",
        ]
        lines.append(f"| {row['log']}, {row['split']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _difference(found: Mapping[str, Any] | None) -> str:
    return "" if found is None else difference_cell(*found["difference"], found["verdict"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Climb on the logs that are named, or on all."""
    run_ladder(logs=named_logs(arguments, "One linear model, readers of growing size.", CLIMBED))


if __name__ == "__main__":
    main()
