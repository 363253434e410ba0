"""What a check answers: right or not yet, why, and which hint helps."""

from __future__ import annotations

from dataclasses import dataclass

from longtail_course.checks.inline_code import to_html
from longtail_lib.evaluation._report_display import COLOURS

__all__ = ["Verdict"]

# Word and line style carry the meaning; the colours are blind-safe and only repeat it.
_LOOK = {True: ("Right", "solid", COLOURS[0]), False: ("Not yet", "dashed", COLOURS[1])}


@dataclass(frozen=True)
class Verdict:
    """Answer of a check to a learner.

    Parameters
    ----------
    passed : bool
        Whether the answer is right.
    message : str
        What is right, or what is not right yet.
    hint : str or None
        The next step, where the check recognised what went wrong.

    Examples
    --------
    >>> Verdict(True, "Item 3 has 4 interactions.")
    Right. Item 3 has 4 interactions.
    >>> verdict = Verdict(False, "40.0 is too large.", hint="A share lies between 0 and 1.")
    >>> verdict
    Not yet. 40.0 is too large.
    Hint: A share lies between 0 and 1.
    >>> bool(verdict)
    False
    """

    passed: bool
    message: str
    hint: str | None = None

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        word = _LOOK[bool(self.passed)][0]
        hint = f"\nHint: {self.hint}" if self.hint else ""
        return f"{word}. {self.message}{hint}"

    def _repr_html_(self) -> str:
        word, line, colour = _LOOK[bool(self.passed)]
        hint = f"<br><strong>Hint:</strong> {to_html(self.hint)}" if self.hint else ""
        return (
            f'<div role="status" style="border-left: 6px {line} {colour}; '
            f'padding: 0.4em 0.8em; margin: 0.3em 0">'
            f"<strong>{word}.</strong> {to_html(self.message)}{hint}</div>"
        )
