"""Mentions of other lessons become links, so that authors can write plain "lesson 05"."""

import re
from collections.abc import Mapping

__all__ = ["link_lessons"]

_MENTION = re.compile(r"(?<!\[)\b([Ll]essons?) (\d\d(?:(?:, | and | to |, and )\d\d)*)\b(?!\]\()")


def link_lessons(text: str, names: Mapping[str, str], own: str = "") -> str:
    """Link each mention of a lesson that exists.

    Parameters
    ----------
    text : str
        Markdown.
    names : mapping of str to str
        Two-digit number to the lesson's name.
    own : str
        Number of the lesson that the text belongs to; it does not link to itself.

    Returns
    -------
    str

    Examples
    --------
    >>> names = {"01": "01_tail", "04": "04_data"}
    >>> link_lessons("See lesson 04, and [lesson 01](01_tail.ipynb).", names)
    'See [lesson 04](04_data.ipynb), and [lesson 01](01_tail.ipynb).'
    >>> link_lessons("Lessons 01 and 09", names)
    'Lessons [01](01_tail.ipynb) and 09'
    """

    def link(label: str, number: str) -> str:
        if number == own or number not in names:
            return label
        return f"[{label}]({names[number]}.ipynb)"

    def replace(found: re.Match[str]) -> str:
        word, numbers = found.groups()
        if len(numbers) == 2:
            return link(f"{word} {numbers}", numbers)
        linked = re.sub(r"\d\d", lambda number: link(number.group(), number.group()), numbers)
        return f"{word} {linked}"

    return _MENTION.sub(replace, text)
