"""The map names lessons, library and tests; all of these must be there."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "article-map.md").read_text(encoding="utf-8")
NAMES = sorted(set(re.findall(r"`(longtail_lib(?:\.\w+)+)`", TEXT)))
PATHS = sorted(set(re.findall(r"`(tests/[\w./]+)`", TEXT)))
SECTIONS = [
    "1.1",
    "1.2",
    "1.3",
    "2.1",
    "2.2",
    "2.3",
    "2.4",
    "3.1",
    "3.2",
    "3.3",
    "3.4",
    "4.1",
    "4.2",
    "4.3",
    "5.1",
    "5.2",
    "5.3",
    "7.1",
    "7.2",
    "7.3",
    "8.1",
    "8.2",
    "8.3",
    "8.4",
    "9.1",
    "9.2",
    "9.3",
    "9.4",
]


@pytest.mark.parametrize("name", NAMES)
def test_library_names_exist(name):
    home, _, last = name.rpartition(".")
    module = import_module(home)
    assert hasattr(module, last) or import_module(name)


@pytest.mark.parametrize("path", PATHS)
def test_tests_exist(path):
    found = ROOT / path
    assert found.is_file() or list(found.glob("test_*.py"))


def test_every_section_of_the_article_has_a_row():
    rows = re.findall(r"^\| (\d\.\d)", TEXT, flags=re.MULTILINE)
    assert set(SECTIONS) <= set(rows)
    assert "| 6.1 to 6.4" in TEXT


def test_sections_six_to_eight_are_marked_as_later():
    for row in TEXT.split("## Formulas")[0].splitlines():
        if re.match(r"\| [68]\.", row):
            assert "later in the course" in row


def test_every_erratum_that_is_cited_is_listed():
    listed = re.findall(r"^\| (E\d+) \|", TEXT, flags=re.MULTILINE)
    assert listed == [f"E{n}" for n in range(1, len(listed) + 1)]
    assert set(re.findall(r"\bE\d+\b", TEXT)) == set(listed)
    assert f"E1 to {listed[-1]}" in TEXT
