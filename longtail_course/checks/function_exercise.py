"""An exercise whose answer is a function, tried on a few inputs against a reference."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from longtail_course.checks.comparison import difference, is_untouched, same, show
from longtail_course.checks.exercise import Exercise, describe
from longtail_course.checks.generic_mistakes import generic_hint
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.verdict import Verdict

__all__ = ["FunctionExercise"]


class FunctionExercise(Exercise):
    """A question whose answer is a function.

    The learner's function is called on a copy of each case. What it raises, returns and changes
    is told together with the input.

    Parameters
    ----------
    task : str
        What the function should do; shown where the stub is untouched.
    expected : callable
        The reference, best a function of the library or the formula itself.
    cases : sequence of tuple
        Positional arguments of each call. Put the simplest case first.
    mistakes : sequence of Mistake
        `produces` is a wrong function; the mistake is recognised where the learner's function
        agrees with it on every case. `recognises` gets the learner's function.
    means : str
        What the solved exercise means.
    tolerance : float

    Raises
    ------
    ValueError
        No case.

    Examples
    --------
    >>> sigmoid = FunctionExercise(
    ...     task="Write `sigmoid(x)`, which is 1 / (1 + exp(-x)).",
    ...     expected=lambda x: 1 / (1 + np.exp(-x)),
    ...     cases=[(0.0,), (2.0,), (np.array([-1.0, 1.0]),)],
    ...     mistakes=[
    ...         Mistake(
    ...             "sign of the exponent",
    ...             "At large x the sigmoid comes near 1. Look at the sign of the exponent.",
    ...             produces=lambda x: 1 / (1 + np.exp(x)),
    ...         )
    ...     ],
    ...     means="It maps every number into (0, 1).",
    ... )
    >>> sigmoid(lambda x: 1 / (1 + np.exp(-x)))
    Right. It maps every number into (0, 1).
    >>> sigmoid(lambda x: 1 / (1 + np.exp(x)))
    Not yet. For the input 2 your function returns 0.119203; expected is 0.880797.
    Hint: At large x the sigmoid comes near 1. Look at the sign of the exponent.
    >>> sigmoid(lambda x: x / 0)
    Not yet. For the input 0 your function raised ZeroDivisionError: float division by zero
    """

    def __init__(
        self,
        task: str,
        expected: Callable[..., Any],
        *,
        cases: Sequence[tuple[Any, ...]],
        mistakes: Sequence[Mistake] = (),
        means: str = "",
        tolerance: float = 1e-6,
    ) -> None:
        super().__init__(task, expected, mistakes=mistakes, means=means, tolerance=tolerance)
        if not cases:
            raise ValueError(f"FunctionExercise {task!r}: give at least one case")
        self.cases = [tuple(case) for case in cases]

    @property
    def solution(self) -> Callable[..., Any]:
        """The reference function."""
        return self.expected

    def _judge(self, answer: Any, given: Mapping[str, Any]) -> Verdict:
        if not callable(answer):
            hint = "Give the function itself, without brackets and arguments behind its name."
            return Verdict(False, f"{show(answer)} is no function.", hint=hint)
        if not any(self._touched(answer, case) for case in self.cases):
            return Verdict(False, self.task)
        for case in self.cases:
            verdict = self._try(answer, case)
            if verdict is not None:
                for mistake in self.mistakes:
                    if self._shows(mistake, answer, given):
                        return Verdict(False, verdict.message, hint=mistake.hint)
                return verdict
        return Verdict(True, self.means or "Your function does what it should.")

    def _try(self, function: Callable[..., Any], case: tuple[Any, ...]) -> Verdict | None:
        wanted = self.expected(*copy.deepcopy(case))
        inputs = copy.deepcopy(case)
        shown = f"For the input {', '.join(show(argument, 60) for argument in case)}"
        try:
            got = function(*inputs)
        except (Exception, SystemExit) as error:
            return Verdict(False, f"{shown} your function raised {describe(error)}")
        if is_untouched(got):
            hint = "Does every path end in `return`?" if got is None else None
            return Verdict(False, f"{shown} your function returns {show(got)}.", hint=hint)
        words = difference(got, wanted, self.tolerance)
        if words is not None:
            hint = generic_hint(got, wanted, self.tolerance)
            hint = hint or (None if "differ" in words or "too " in words else words)
            return Verdict(
                False,
                f"{shown} your function returns {show(got)}; expected is {show(wanted)}.",
                hint=hint,
            )
        if any(_changed(after, before) for after, before in zip(inputs, case, strict=True)):
            return Verdict(
                False,
                f"{shown} the result is right, but your function changes its input.",
                hint="Work on a copy: the caller still needs the original.",
            )
        return None

    def _touched(self, function: Callable[..., Any], case: tuple[Any, ...]) -> bool:
        try:
            return not is_untouched(function(*copy.deepcopy(case)))
        except NotImplementedError:
            return False
        except (Exception, SystemExit):
            return True

    def _wrong(self, mistake: Mistake, given: Mapping[str, Any]) -> Any:
        return mistake.wrong_answer(given, as_function=True)

    def _shows(self, mistake: Mistake, answer: Any, given: Mapping[str, Any]) -> bool:
        if mistake.recognises is not None:
            return super()._shows(mistake, answer, given)
        wrong = self._wrong(mistake, given)
        return all(self._agree(answer, wrong, case) for case in self.cases)

    def _agree(self, answer: Any, wrong: Any, case: tuple[Any, ...]) -> bool:
        try:
            got, shown = answer(*copy.deepcopy(case)), wrong(*copy.deepcopy(case))
        except (Exception, SystemExit):
            return False
        return same(got, shown, self.tolerance)


def _changed(after: Any, before: Any) -> bool:
    # Other inputs, such as models, have no general equality: they count as unchanged.
    return isinstance(before, (np.ndarray, list, dict, set)) and not same(after, before, 0.0)
