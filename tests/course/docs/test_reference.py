"""docs/reference/ describes every public name, as its docstring does today."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from longtail_course.build.docstring import docstring_markdown, docstring_sections, escaped, summary
from longtail_course.build.reference import public_modules, reference_files

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs" / "reference"
MODULES = public_modules(ROOT)
INDEX = (FOLDER / "README.md").read_text(encoding="utf-8")


def test_pages_are_what_the_docstrings_give():
    made = reference_files(ROOT)
    assert set(FOLDER.glob("*")) == set(made), "run: python -m longtail_course.build reference"
    stale = [path.name for path, text in made.items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run: python -m longtail_course.build reference"


def test_every_package_and_every_module_without_an_underscore_is_there():
    for path in sorted((ROOT / "longtail_lib").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        thing = import_module(module) if path.stem != "__main__" else None
        if path.stem == "__init__" and hasattr(thing, "__all__"):
            assert MODULES[module] == sorted(thing.__all__, key=str.lower)
    assert {"longtail_lib.ranking", "longtail_lib.evaluation.metrics.accuracy"} <= set(MODULES)
    assert not any("._" in module for module in MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_has_its_own_heading_signature_and_example(module):
    room = module.partition(".")[2].partition(".")[0]
    for name in MODULES[module]:
        page = room or re.search(rf"\[`{name}`\]\((\w+)\.md", INDEX)[1]
        text = (FOLDER / f"{page}.md").read_text(encoding="utf-8")
        headings = re.findall(rf"^## {name}$", text, re.M)
        assert len(headings) == 1, f"{module}.{name} on {page}.md"
        part = re.split(r"^##? ", text.partition(f"\n## {name}\n")[2], flags=re.M)[0]
        thing = getattr(import_module(module), name)
        docstring = inspect.getdoc(thing) or ""
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert summary(docstring) in " ".join(part.split())
            assert part.count("```pycon") >= docstring.count("Examples\n---")
            assert "```python\n" + name in part or f"import {name}`" in part
        for parameter in documented(docstring):
            assert f"`{parameter}`" in part, f"{name}: {parameter}"


def documented(docstring):
    """Names before a colon in the section on parameters."""
    text = dict(docstring_sections(docstring)).get("Parameters", "")
    lines = re.findall(r"^(\S.*?) : ", text, re.M)
    return [name for line in lines for name in line.split(", ")]


def test_links_lead_to_headings():
    for page, anchor in re.findall(r"\]\(([\w.]+)#([\w-]+)\)", INDEX):
        text = re.sub(
            r"^```.*?^```", "", (FOLDER / page).read_text(encoding="utf-8"), flags=re.M | re.S
        )
        slugs = []
        for words in re.findall(r"^#+ (.+)$", text, re.M):
            slug = re.sub(r"[^\w -]", "", words.lower()).replace(" ", "-")
            slugs.append(slug + (f"-{n}" if (n := slugs_before(slugs, slug)) else ""))
        assert anchor in slugs, f"{page}#{anchor}"


def slugs_before(slugs, slug):
    return sum(bool(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", before)) for before in slugs)


def test_names_that_differ_in_capitals_only_lead_to_different_headings():
    links = dict(re.findall(r"\[`(\w+)`\]\((\w+\.md#[\w-]+)\)", INDEX))
    assert links["Split"] != links["split"]
    assert links["Contestant"] != links["contestant"]


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda page: page.name)
def test_fences_are_closed_and_nothing_tells_of_one_machine(page):
    text = page.read_text(encoding="utf-8")
    assert text.count("```") % 2 == 0
    assert not re.search(r" at 0x[0-9a-f]+|/home/|/root/|/tmp/|<factory>", text)


def test_a_docstring_of_every_kind():
    text = docstring_markdown('''Score `a * b` and x < y.

    Two formulas:

        s = a * b

    .. math:: s = a
              \\cdot b

    Parameters
    ----------
    one, two : int
        Small; [0, 1].
    three
        No type.

    Examples
    --------
    In words:

    >>> 1 + 1
    2

    >>> 3
    3
    '''.replace("\n    ", "\n"))  # fmt: skip
    assert text == (
        "Score `a * b` and x \\< y.\n\nTwo formulas:\n\n```text\ns = a * b\n```\n\n"
        "```math\ns = a \\cdot b\n```\n\n**Parameters**\n\n"
        "- `one`, `two` : int. Small; \\[0, 1\\].\n- three. No type.\n\n**Examples**\n\n"
        "In words:\n\n```pycon\n>>> 1 + 1\n2\n\n>>> 3\n3\n```"
    )
    assert escaped("$5 and `$HOME`") == "\\$5 and `$HOME`"
