"""A docstring in numpydoc's form as Markdown."""

from __future__ import annotations

import re
from textwrap import dedent

__all__ = ["docstring_markdown", "docstring_sections", "escaped", "summary"]

# Sections whose entries are "name : type" with an indented description.
_ENTRIES = ("Parameters", "Attributes", "Returns", "Yields", "Raises", "Warns")


def summary(docstring: str) -> str:
    """The first paragraph as one line of Markdown."""
    return escaped(" ".join(docstring.strip().partition("\n\n")[0].split()))


def docstring_sections(docstring: str) -> list[tuple[str, str]]:
    """Headings and texts, the first without a heading.

    Examples
    --------
    >>> docstring_sections('''Count.
    ...
    ... Returns
    ... -------
    ... int
    ... ''')
    [('', 'Count.'), ('Returns', 'int')]
    """
    parts = re.split(r"^([A-Z]\w+(?: \w+)?)\n-{3,}\n", docstring.strip() + "\n", flags=re.M)
    found = [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    return [(heading, text.strip("\n ")) for heading, text in found]


def docstring_markdown(docstring: str) -> str:
    """The whole docstring; examples become code that can be copied."""
    blocks = []
    for heading, text in docstring_sections(docstring):
        if heading:
            blocks.append(f"**{heading}**")
        if heading == "Examples":
            blocks.append(_examples(text))
        elif heading in _ENTRIES:
            blocks.append(_entries(text))
        else:
            blocks.append(_paragraphs(text))
    return "\n\n".join(block for block in blocks if block)


def escaped(text: str) -> str:
    r"""Keep Markdown from reading formulas as its own marks; what is code already stays.

    Examples
    --------
    >>> escaped("a * b < `c * d`, :math:`e`")
    'a \\* b \\< `c * d`, $`e`$'
    """
    pieces = text.split("`")
    pieces[::2] = [re.sub(r"([*<$\[\]])", r"\\\1", piece) for piece in pieces[::2]]
    for place in range(1, len(pieces) - 1, 2):
        if pieces[place - 1].endswith(":math:"):
            # GitHub's way to write a formula in a line.
            pieces[place - 1] = pieces[place - 1].removesuffix(":math:") + "$"
            pieces[place + 1] = "$" + pieces[place + 1]
    return "`".join(pieces)


def _paragraphs(text: str) -> str:
    """Text as it stands, formulas as formulas, and indented blocks as code."""
    blocks = []
    for block in re.split(r"\n\s*\n", text):
        if not block.strip():
            continue
        if block.startswith(".. math::"):
            formula = " ".join(block.removeprefix(".. math::").split())
            blocks.append(f"```math\n{formula}\n```")
        elif block.startswith("    "):
            blocks.append(f"```text\n{dedent(block)}\n```")
        else:
            blocks.append(escaped(block))
    return "\n\n".join(blocks)


def _entries(text: str) -> str:
    """Entries of a section as a list."""
    lines = []
    for entry in re.split(r"\n(?=\S)", text):
        head, _, body = entry.partition("\n")
        names, colon, kind = head.partition(" : ")
        body = " ".join(dedent(body).split())
        if colon:
            # Several names share one line: `train, test : array`.
            said = f"{', '.join(f'`{name}`' for name in names.split(', '))} : {escaped(kind)}"
        else:
            said = escaped(head)
        lines.append(f"- {said}" + (f". {escaped(body)}" if body else ""))
    return "\n".join(lines)


def _examples(text: str) -> str:
    """Runs of prompts and what they give as code, words between them as words."""
    blocks: list[str] = []
    code: list[str] = []
    for block in re.split(r"\n\s*\n", text):
        if block.startswith(">>>"):
            code.append(block)
            continue
        if code:
            blocks.append(_fenced(code))
            code = []
        blocks.append(escaped(block))
    return "\n\n".join([*blocks, *([_fenced(code)] if code else [])])


def _fenced(code: list[str]) -> str:
    return "```pycon\n" + "\n\n".join(code) + "\n```"
