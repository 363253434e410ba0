"""A question with choices, each with its own explanation; readable without a kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from longtail_course.checks.inline_code import to_html

__all__ = ["Quiz", "quiz"]

# On paper every explanation is open; browsers that do not know the selector print the choices.
_PRINT = (
    "<style>@media print { .longtail-quiz details::details-content "
    "{ content-visibility: visible; block-size: auto } }</style>"
)


@dataclass(frozen=True)
class Quiz:
    """A question and its choices, as `quiz` makes it.

    Parameters
    ----------
    question : str
    choices : tuple of (str, bool, str)
        Text, whether it is correct, and the explanation.
    """

    question: str
    choices: tuple[tuple[str, bool, str], ...]

    def __repr__(self) -> str:
        lines = [self.question]
        lines += [f"  {letter}. {text}" for letter, (text, _, _) in self._lettered()]
        lines.append("Explanations:")
        lines += [
            f"  {letter}. {_word(correct)}. {explanation}"
            for letter, (_, correct, explanation) in self._lettered()
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = [_PRINT, f"<p><strong>{to_html(self.question)}</strong></p>"]
        parts += [
            f"<details><summary>{letter}. {to_html(text)}</summary>"
            f"<p><strong>{_word(correct)}.</strong> {to_html(explanation)}</p></details>"
            for letter, (text, correct, explanation) in self._lettered()
        ]
        return f'<div class="longtail-quiz">{"".join(parts)}</div>'

    def _lettered(self) -> list[tuple[str, tuple[str, bool, str]]]:
        return list(zip(ascii_uppercase, self.choices, strict=False))


def quiz(question: str, choices: Sequence[tuple[str, bool, str]], *, several: bool = False) -> Quiz:
    """Ask a question whose every choice explains itself when it is opened.

    Parameters
    ----------
    question : str
    choices : sequence of (text, correct, explanation)
        Two to 26 choices, shown in this order.
    several : bool
        Whether more than one choice may be correct; say so in the question.

    Returns
    -------
    Quiz
        Static HTML in a notebook, plain text elsewhere.

    Raises
    ------
    ValueError
        An empty text or explanation, the same text twice, or a wrong number of correct choices.

    Examples
    --------
    >>> quiz(
    ...     "Which item is cold?",
    ...     [
    ...         ("One without train interactions", True, "No count, so nothing to learn from."),
    ...         ("One that few users like", False, "It has interactions, only few of them."),
    ...     ],
    ... )
    Which item is cold?
      A. One without train interactions
      B. One that few users like
    Explanations:
      A. Right. No count, so nothing to learn from.
      B. Not right. It has interactions, only few of them.
    """
    choices = tuple((str(text), bool(correct), str(why)) for text, correct, why in choices)
    if not question.strip():
        raise ValueError("the quiz has no question")
    if not 2 <= len(choices) <= len(ascii_uppercase):
        raise ValueError(f"quiz {question!r} has {len(choices)} choices; give 2 to 26")
    for text, _, why in choices:
        if not text.strip():
            raise ValueError(f"quiz {question!r}: a choice has no text")
        if not why.strip():
            raise ValueError(f"quiz {question!r}: choice {text!r} has no explanation")
    if len({text for text, _, _ in choices}) < len(choices):
        raise ValueError(f"quiz {question!r}: two choices have the same text")
    right = sum(correct for _, correct, _ in choices)
    if right == 0 or (right > 1 and not several):
        raise ValueError(
            f"quiz {question!r} has {right} correct choices; give one, or pass several=True"
        )
    return Quiz(question, choices)


def _word(correct: bool) -> str:
    return "Right" if correct else "Not right"
