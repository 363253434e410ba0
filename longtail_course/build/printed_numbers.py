"""Find the numbers in a printed text, with their signs and their last printed digit."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["Printed", "read_numbers", "same_sign"]

# A digit that follows a letter belongs to a word, as in item_017, and so do those of 1.2.3.
_NUMBER = re.compile(
    r"(?P<word>\d+(?:\.\d+){2,})"
    r"|(?P<sign>(?<![\w.)\]%])[-+\u2212])?"
    r"(?P<digits>(?<![\w.])(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d*)?|(?<![\w.])\.\d+)"
    r"(?P<power>[eE][-+]?\d+)?"
)
# One cell of a table: of polars' frames as text, and of frames as HTML.
_FIELD, _ROW = re.compile(r"[│┆|]|</t[dh]>"), re.compile(r"\n|</tr>")


@dataclass(frozen=True)
class Printed:
    """A number as it stands in a text.

    Parameters
    ----------
    text : str
        Its characters, with the sign.
    start, end : int
        Where they stand.
    value : Decimal
    unit : Decimal
        What one more in the last printed digit adds; 1 for a whole number.
    """

    text: str
    start: int
    end: int
    value: Decimal
    unit: Decimal


def read_numbers(text: str) -> list[Printed]:
    """All numbers of a text, in order.

    A frame leaves out zeros at the end. So in a table the unit of a number is the smallest of its
    column, and 0.3 above 0.275 is taken for 0.300.

    Examples
    --------
    >>> [number.text for number in read_numbers("item_017: -.25 of 1,200 users, 3-1, +4%, 1e-05")]
    ['-.25', '1,200', '3', '1', '+4', '1e-05']
    >>> [str(number.unit) for number in read_numbers("│ 0.3 ┆ 5 │\\n│ 0.275 ┆ 6 │")]
    ['0.001', '1', '0.001', '1']
    """
    numbers = [_read(match) for match in _NUMBER.finditer(text) if not match["word"]]
    columns = _columns(text, numbers)
    finest: dict[tuple[int, int], Decimal] = {}
    for number, column in zip(numbers, columns, strict=True):
        if column and number.unit < 1:
            finest[column] = min(number.unit, finest.get(column, number.unit))
    return [
        Printed(number.text, number.start, number.end, number.value, finest[column])
        if column in finest and number.unit < 1
        else number
        for number, column in zip(numbers, columns, strict=True)
    ]


def _read(match: re.Match) -> Printed:
    sign = "-" if match["sign"] in ("-", "\u2212") else ""
    digits, power = match["digits"].replace(",", ""), match["power"] or ""
    value = Decimal(f"{sign}{digits}{power}")
    decimals = digits.partition(".")[2]
    unit = Decimal(f"1e-{len(decimals)}").scaleb(int(power[1:] or 0)) if decimals or power else 1
    return Printed(match.group(), match.start(), match.end(), value, Decimal(unit))


def _columns(text: str, numbers: list[Printed]) -> list[tuple[int, int] | None]:
    """The column of each number and its place in the field; None for one outside of tables."""
    rows = [0, *(match.end() for match in _ROW.finditer(text)), len(text)]
    fields = [match.start() for match in _FIELD.finditer(text)]
    found, before = [], None
    nth = 0
    for number in numbers:
        row = bisect_right(rows, number.start) - 1
        first, last = (bisect_left(fields, edge) for edge in rows[row : row + 2])
        field = bisect_left(fields, number.start) - first
        nth = nth + 1 if (row, field) == before else 0
        before = row, field
        found.append((field, nth) if last > first else None)
    return found


def same_sign(old: Printed, new: Printed) -> bool:
    """Whether two printings of a number have the same sign; zero as printed has either.

    Examples
    --------
    >>> one, other, zero = read_numbers("-0.001 0.001 -0.000")
    >>> same_sign(one, other), same_sign(one, zero), same_sign(other, zero)
    (False, True, True)
    """
    if old.value and new.value and (old.value < 0) != (new.value < 0):
        return False
    # A plus is a way of printing: it may go to a minus zero, and not get lost.
    return ("+" in old.text[:1]) == ("+" in new.text[:1]) or "-" in (old.text + new.text)
