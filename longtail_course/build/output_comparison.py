"""Compare a cell's stored outputs with new ones: text to the letter, numbers as numbers.

Another processor adds in another order, so that a number which stands between two printed digits
may be rounded to either. One unit in the last printed digit of a number with decimals is therefore
no difference. A cell whose numbers move by more carries their spread in its metadata, which the
author's command `spread` has measured. All else is strict: words, whole numbers, signs, the
order of rows, and how many outputs there are.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import zip_longest

from nbformat import NotebookNode

from longtail_course.build.printed_numbers import Printed, read_numbers, same_sign

__all__ = ["differences", "moved_numbers", "texts"]

# Pixels differ between machines; the alt text beside them holds the numbers, and is compared.
PIXELS = {"image/png", "image/jpeg"}
WIDGET = "application/vnd.jupyter.widget-view+json"
_SANITISERS = re.compile("^regex: (.*)$\n^replace: (.*)$", re.MULTILINE)
Spread = Mapping[str, Mapping[str, float]]


def sanitisers(text: str) -> list[tuple[str, str]]:
    """Pairs of pattern and replacement from a file as nbval takes it."""
    return _SANITISERS.findall(text)


def texts(
    outputs: Iterable[NotebookNode], patterns: Iterable[tuple[str, str]] = ()
) -> dict[str, list[str]]:
    """The text of a cell's outputs by kind, such as "stdout" or "text/html".

    Parameters
    ----------
    outputs : iterable of NotebookNode
        As they are stored or come from a kernel; parts of one stream belong together.
    patterns : iterable of (str, str)
        What is replaced before texts are compared, from `sanitisers`.

    Returns
    -------
    dict
        Kind to the texts of that kind, in order. The order between kinds is not kept: a control
        and what is printed beside it come in either order.
    """
    found = defaultdict(list)
    patterns = list(patterns)
    for output in outputs:
        if output.output_type == "stream":
            if not found[output.name]:
                found[output.name].append("")
            found[output.name][0] += "".join(output.text)
        elif output.output_type == "error":
            found["error"].append(f"{output.ename}: {output.evalue}")
        for kind, content in output.get("data", {}).items():
            # A control has a random name; that there is one is compared.
            shown = "" if kind in PIXELS or kind == WIDGET else content
            found[kind].append(shown if isinstance(shown, str) else _flat(shown))
    for kind, several in found.items():
        for pattern, replacement in patterns:
            several = [re.sub(pattern, replacement, text) for text in several]
        found[kind] = several
    return dict(found)


def _flat(content: object) -> str:
    return "".join(content) if isinstance(content, list) else str(content)


def differences(
    stored: Mapping[str, list[str]], new: Mapping[str, list[str]], spread: Spread | None = None
) -> list[str]:
    """Say where new outputs differ from the stored ones by more than they may.

    Parameters
    ----------
    stored, new : dict
        From `texts`.
    spread : dict, optional
        For each kind the place of a number, from "0", and how far it moves between processors.

    Returns
    -------
    list of str
        One line for each difference; empty where the outputs are the same.

    Examples
    --------
    >>> differences({"stdout": ["NDCG .2182, higher"]}, {"stdout": ["NDCG .2183, higher"]})
    []
    >>> differences({"stdout": ["NDCG .2182, higher"]}, {"stdout": ["NDCG .2187, higher"]})
    ['stdout: .2182 became .2187; it may move by 0.0001']
    >>> differences({"stdout": ["NDCG .2182, higher"]}, {"stdout": ["NDCG .2182, lower"]})
    ["stdout: 'NDCG .2182, higher' became 'NDCG .2182, lower'"]
    >>> spread = {"stdout": {"0": 0.0005}}
    >>> differences({"stdout": ["NDCG .2182"]}, {"stdout": ["NDCG .2187"]}, spread)
    []
    """
    found = []
    for kind in dict.fromkeys([*stored, *new]):
        olds, news = stored.get(kind, []), new.get(kind, [])
        if len(olds) != len(news):
            found.append(f"{kind}: {len(news)} outputs, {len(olds)} stored")
            continue
        moves = (spread or {}).get(kind, {})
        count = 0
        for old, fresh in zip(olds, news, strict=True):
            numbers = read_numbers(old)
            if old != fresh:
                allowed = [moves.get(str(count + place)) for place in range(len(numbers))]
                found += [f"{kind}: {said}" for said in _text_differences(old, fresh, allowed)]
            count += len(numbers)
    return found


def _text_differences(old: str, new: str, spreads: list[float | None]) -> list[str]:
    """Differences of two texts that are not the same."""
    before, after = read_numbers(old), read_numbers(new)
    if not _same_wording(old, before, new, after):
        if len(before) == len(after):
            # With the same numbers in both the words that differ stand out.
            new = "".join(
                piece + (before[place].text if place < len(before) else "")
                for place, piece in enumerate(_pieces(new, after))
            )
        return [_first_difference(old, new)]
    return [
        said
        for one, other, spread in zip(before, after, spreads, strict=True)
        if (said := _number_difference(one, other, spread))
    ]


def _number_difference(old: Printed, new: Printed, spread: float | None) -> str:
    if old.text == new.text:
        return ""
    if not same_sign(old, new):
        return f"{old.text} became {new.text}: another sign"
    unit = min(old.unit, new.unit)
    # A whole number that no processor was seen to move is a count.
    allowed = Decimal(0) if spread is None and unit == 1 else unit
    allowed += Decimal(repr(spread or 0))
    if abs(old.value - new.value) <= allowed:
        return ""
    return f"{old.text} became {new.text}; it may move by {allowed.normalize():f}"


def moved_numbers(versions: list[str]) -> dict[int, float] | None:
    """How far each number moves among several printings of one text.

    Parameters
    ----------
    versions : list of str
        The same output from several kernels, the one to be stored first.

    Returns
    -------
    dict or None
        Place of a number to its greatest less its least value, where that is more than what
        `differences` allows without a spread. None where the words or a sign differ.

    Examples
    --------
    >>> moved_numbers(["EASE .2182 +279%", "EASE .2187 +278%", "EASE .2183 +279%"])
    {0: 0.0005, 1: 1.0}
    >>> moved_numbers(["+0.1, higher", "+0.1, undecided"]) is None
    True
    """
    columns = [read_numbers(text) for text in versions]
    for text, numbers in zip(versions[1:], columns[1:], strict=True):
        if not _same_wording(versions[0], columns[0], text, numbers):
            return None
    moved = {}
    for place, printings in enumerate(zip(*columns, strict=True)):
        first = printings[0]
        if not all(same_sign(first, other) for other in printings):
            return None
        if any(_number_difference(first, other, None) for other in printings):
            values = [printing.value for printing in printings]
            moved[place] = float(max(values) - min(values))
    return moved


def _same_wording(old: str, before: list[Printed], new: str, after: list[Printed]) -> bool:
    """Whether two texts are the same apart from their numbers.

    A table pads its columns with blanks and rules to the widest number. So these may differ in
    length, but only where a number has another width.
    """
    if len(before) != len(after):
        return False
    one, other = _pieces(old, before), _pieces(new, after)
    if all(len(a.text) == len(b.text) for a, b in zip(before, after, strict=True)):
        return one == other
    return _unpadded(one) == _unpadded(other)


def _pieces(text: str, numbers: list[Printed]) -> list[str]:
    """What stands before, between and behind the numbers."""
    edges = [0, *(edge for number in numbers for edge in (number.start, number.end)), len(text)]
    return [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _unpadded(pieces: list[str]) -> str:
    bare = re.sub(r"[ \t]+", " ", "\0".join(pieces))
    bare = re.sub(r"[─═]+|-{3,}", "─", bare)
    return re.sub(r" ?\0 ?", "\0", bare)


def _first_difference(old: str, new: str) -> str:
    for one, other in zip_longest(old.splitlines(), new.splitlines(), fillvalue=""):
        if one.split() != other.split():
            return f"{_around(one, other)!r} became {_around(other, one)!r}"
    return "blanks or line ends differ"


def _around(line: str, other: str, width: int = 60) -> str:
    """The part of a long line where it begins to differ."""
    same = next((i for i, (a, b) in enumerate(zip(line, other, strict=False)) if a != b), 0)
    start = max(0, same - width // 2) if len(line) > width else 0
    return line[start : start + width]
