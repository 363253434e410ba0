"""The tables and pictures of docs/evidence.md, made from stored benchmark results."""

from __future__ import annotations

import re
from pathlib import Path

from longtail_course.experiments.stored import LOGS

__all__ = ["EVIDENCE", "evidence_files", "write_evidence"]

# Stored results, in the order in which the page shows them.
EVIDENCE = ("shop", "movielens-small", *LOGS)
_PAGE, _PICTURES = "docs/evidence.md", "docs/pictures"
_BEGIN, _END = "<!-- evidence: begin -->", "<!-- evidence: end -->"
_ROWS = """\
Every name in a table is something that you can build: `contestant("EaseScaled").build()`, with
`contestant` from `longtail_lib.benchmark`, gives the recommender of that name with the parameters
found on the shop's random split, and `stored_results("movielens-small").build("random",
"EaseScaled")`, with `stored_results` from `longtail_course.experiments`, that of one row to the
last digit."""
_PROTOCOLS = """\
### How much a protocol decides

Users with at least five interactions, settings that were not searched: `EASE` with l2 20 and
popularity exponent .15, `SASRec` for ten epochs, `ItemKNN` as it comes. By leave-last-out "ids"
orders equal times by item id and "lot" draws; models are fitted on train, or on both train and
validation, and with "histories" a model of train is shown the history up to the test. With "date"
they learn from all that came before one date, and are asked for each user's next item after it."""
_VERDICTS = """\
### Text, its own text, and pretraining, log by log

`EaseTextCollective`, which reads with MiniLM, against the same model without text, on the texts of
other items, and on words; each was searched by itself, so that a difference holds the luck of two
searches. Paired differences of NDCG with 95% intervals."""
_LADDER = """\
### One linear model, readers of growing size

`EaseText` in its collective form, leave-last-out, with ridge and exponent of the stored
`EaseScaled`, which is the row without text; weight and space of the vectors were chosen on
validation for each reader. NDCG@10, hits in the first ten as counts, and paired differences in the
tail half. ▲ and ▼ beside a value mark its decided difference from the row without text. The first
table has the three questions log by log; of the larger readers it takes the one with the best tail
on validation."""
_TITLES = """\
### What a language model makes of twenty candidates

Two hundred users of Online Retail whose last purchase is among the first twenty of `EaseScaled`;
each order ranks the same twenty. SmolLM2 (135 million parameters, not trained on this log) gives
the likelihood of each title after the last ten titles of the user. Mean reciprocal rank (MRR), and
paired differences with 95% intervals over users."""
_PLACES = """\
### What models know of the tail, and what they show of it

Hits in the first ten as counts, of the purchases or ratings in test of the catalogue's tail half:
cold items have no interaction in train and validation, rare ones one to three. Then the same
models with the last two of ten places kept for the tail half, which each model fills for every
user: what they find there, they know of the tail; what they find without, they show. One seed."""
# The picture leaves out what is further below the best: it would squeeze all others together.
_NEAR = 0.85


def evidence_files(root: Path) -> dict[Path, bytes]:
    """What the page and its pictures must be, by path.

    Raises
    ------
    ValueError
        The page lacks the two marks between which the evidence stands.
    KeyError
        Results are missing.
    """
    from longtail_course.experiments.protocol_runs import protocol_table
    from longtail_course.experiments.reader_ladder import ladder_table, verdicts_table
    from longtail_course.experiments.tail_places import places_tables
    from longtail_course.experiments.text_verdicts import text_verdicts
    from longtail_course.experiments.title_likelihood import ranking_table

    page = (root / _PAGE).read_text(encoding="utf-8")
    if page.count(_BEGIN) != 1 or page.count(_END) != 1:
        raise ValueError(f"{_PAGE} must hold {_BEGIN} and {_END} once each")
    files, blocks = {}, [_ROWS.replace("\n", " ")]
    for name in EVIDENCE:
        block, picture = _block(name)
        blocks.append(block)
        files[root / _PICTURES / f"evidence_{name}.png"] = picture
    for about, tables in (
        (
            _VERDICTS,
            [
                text_verdicts("overall"),
                text_verdicts("tail"),
                text_verdicts("tail", "NDCG@100"),
            ],
        ),
        (_LADDER, [verdicts_table(), ladder_table()]),
        (_TITLES, [ranking_table()]),
        (_PLACES, places_tables()),
        (_PROTOCOLS, [protocol_table()]),
    ):
        heading, words = about.split("\n\n")
        blocks += [heading, words.replace("\n", " "), *tables]
    text = f"{_BEGIN}\n\n" + "\n\n".join(blocks) + f"\n\n{_END}"
    pattern = re.compile(f"{re.escape(_BEGIN)}.*{re.escape(_END)}", re.DOTALL)
    files[root / _PAGE] = pattern.sub(lambda _: text, page).encode()
    return files


def write_evidence(root: Path) -> list[Path]:
    """Write tables and pictures; each file appears whole or not at all."""
    files = evidence_files(root)
    for path, content in files.items():
        part = path.with_name(path.name + ".part")
        part.write_bytes(content)
        part.replace(path)
    return list(files)


def _block(name: str) -> tuple[str, bytes]:
    from longtail_course.experiments import paired_table, stored_results
    from longtail_course.pictures import frontier_plot
    from longtail_course.toys import frontier
    from longtail_lib.benchmark import evidence_table

    results = stored_results(name)
    splits = results.protocol["splits"]
    reports = [results.report(splits[0], model) for model in results.models(splits[0])]
    least = _NEAR * max(report["NDCG@10"].value for report in reports)
    reports = [report for report in reports if report["NDCG@10"].value >= least]
    found = frontier(reports, x=("overall", "NDCG@10"), y=("overall", "TailShare@10"))
    title = f"{name}, {splits[0]}:\nwho comes near the best, and what of the tail is shown"
    picture = frontier_plot(found, title=title)
    text = re.sub(r"\s+", " ", picture.alt_text).replace("[", "(").replace("]", ")")
    image = f"![{text}](pictures/evidence_{name}.png)"
    pairs = [paired_table(results, how) for how in splits]
    parts = [f"### {name}", evidence_table(results), *pairs, image]
    return "\n\n".join(part for part in parts if part), picture.png()
