"""The glossary is complete, alphabetical, in two languages, one sentence a word."""

import re
from pathlib import Path

import pytest

LINES = (
    (Path(__file__).parents[3] / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
)
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in LINES if line.startswith("| ")]
HEADER, *ROWS = ROWS
TERMS = [row[0] for row in ROWS]

# The words that the library and the lessons use without synonyms.
REQUIRED = {
    "interaction",
    "user",
    "item",
    "catalogue",
    "head",
    "mid",
    "tail",
    "popularity",
    "exposure",
    "relevance",
    "candidate",
    "seen items",
    "cold item",
    "split",
    "cut-off k",
    "report",
    "truth",
    "propensity",
}


def test_every_word_of_the_course_is_there():
    assert set(TERMS) >= REQUIRED


def test_alphabetical_without_repetition():
    keys = [term.casefold().replace("–", "-") for term in TERMS]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("row", ROWS, ids=TERMS)
def test_row_is_complete(row):
    term, chinese, meaning, lesson = row
    assert re.search(r"[\u4e00-\u9fff]", chinese) or chinese.startswith(term)
    assert re.fullmatch(r"0[0-9]|1[0-6]", lesson)
    assert meaning.endswith(".")
    assert not re.search(r"\.\s+[A-Z]", meaning), "one sentence"
