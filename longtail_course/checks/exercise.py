"""An exercise whose answer is a value: number, text, array, set, dictionary or frame."""

from __future__ import annotations

import contextlib
import copy
import importlib
import io
import pkgutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from longtail_course.checks.comparison import difference, is_untouched, same, show
from longtail_course.checks.generic_mistakes import generic_hint
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.verdict import Verdict

__all__ = ["Exercise", "find_exercises"]


class Exercise:
    """A question whose answer is a value, with the mistakes that learners make.

    Call it with an answer and it returns a `Verdict`. It never raises, whatever the answer is.

    Parameters
    ----------
    task : str
        What the learner should do; shown where the stub is untouched.
    expected : callable or value
        The right answer. A callable gets `given` as keywords and computes it.
    given : mapping, optional
        Inputs of the exercise. A call may override them by keyword, so that one exercise serves
        another dataset.
    mistakes : sequence of Mistake
        Tried in order; the first that fits gives the hint.
    means : str
        What the right answer means; shown where the answer is right. `{expected}` stands for the
        value.
    tolerance : float
        Absolute, and relative to the expected value.
    accepts : callable, optional
        `accepts(answer, **given) -> bool` for questions with several right answers; asked only
        where the answer differs from `expected`.

    Examples
    --------
    >>> share = Exercise(
    ...     task="Set `share` to the share of interactions that item 0 holds.",
    ...     given={"counts": np.array([6, 3, 1])},
    ...     expected=lambda counts: counts[0] / counts.sum(),
    ...     mistakes=[
    ...         Mistake(
    ...             "divided by the number of items",
    ...             "Divide by the number of interactions, not of items.",
    ...             produces=lambda counts: counts[0] / len(counts),
    ...         )
    ...     ],
    ...     means="One item of three holds {expected:.0%} of the interactions.",
    ... )
    >>> share(0.6)
    Right. One item of three holds 60% of the interactions.
    >>> share(2.0)
    Not yet. 2 is too large.
    Hint: Divide by the number of interactions, not of items.
    >>> share(...)
    Not yet. Set `share` to the share of interactions that item 0 holds.
    """

    _stub = "..."

    def __init__(
        self,
        task: str,
        expected: Any,
        *,
        given: Mapping[str, Any] | None = None,
        mistakes: Sequence[Mistake] = (),
        means: str = "",
        tolerance: float = 1e-6,
        accepts: Callable[..., bool] | None = None,
    ) -> None:
        self.task = task
        self.expected = expected
        self.given = dict(given or {})
        self.mistakes = tuple(mistakes)
        self.means = means
        self.tolerance = tolerance
        self.accepts = accepts

    @property
    def solution(self) -> Any:
        """The right answer for the exercise's own inputs."""
        return self._solve(self.given)

    @property
    def wrong_answers(self) -> list[tuple[Mistake, Any]]:
        """Each classic mistake with an answer that shows it."""
        return [(mistake, self._wrong(mistake, self.given)) for mistake in self.mistakes]

    def __call__(self, answer: Any, **given: Any) -> Verdict:
        """Judge an answer.

        Parameters
        ----------
        answer : any
            What the learner wrote.
        **given
            Inputs that replace the exercise's own.
        """
        unknown = sorted(set(given) - set(self.given))
        if unknown:
            return Verdict(
                False,
                f"This check has no input {', '.join(map(repr, unknown))}; "
                f"it takes {', '.join(map(repr, sorted(self.given))) or 'none'}.",
            )
        if is_untouched(answer):
            return Verdict(False, self.task)
        open_inputs = [name for name, value in given.items() if is_untouched(value)]
        if open_inputs:
            names = ", ".join(f"`{name}`" for name in open_inputs)
            return Verdict(False, f"{names} is still `...`: solve the exercise that sets it first.")
        with _quiet():
            try:
                return self._judge(answer, {**self.given, **given})
            except (Exception, SystemExit) as error:
                return Verdict(
                    False,
                    f"{show(answer)} could not be compared with the answer: {describe(error)}",
                    hint=self.task,
                )

    def _judge(self, answer: Any, given: Mapping[str, Any]) -> Verdict:
        expected = self._solve(given)
        words = difference(answer, expected, self.tolerance)
        if words is None or self._accepted(answer, given):
            return self._right(expected)
        for mistake in self.mistakes:
            if self._shows(mistake, answer, given):
                return Verdict(False, words, hint=mistake.hint)
        return Verdict(False, words, hint=generic_hint(answer, expected, self.tolerance))

    def _right(self, expected: Any) -> Verdict:
        return Verdict(True, self.means.format(expected=expected) or "That is the answer.")

    def _solve(self, given: Mapping[str, Any]) -> Any:
        return self.expected(**copy.deepcopy(given)) if callable(self.expected) else self.expected

    def _wrong(self, mistake: Mistake, given: Mapping[str, Any]) -> Any:
        return mistake.wrong_answer(copy.deepcopy(given))

    def _accepted(self, answer: Any, given: Mapping[str, Any]) -> bool:
        return self.accepts is not None and _holds(self.accepts, answer, given)

    def _shows(self, mistake: Mistake, answer: Any, given: Mapping[str, Any]) -> bool:
        if mistake.recognises is not None:
            return _holds(mistake.recognises, answer, given)
        try:
            wrong = self._wrong(mistake, given)
        except Exception:
            # A mistake that makes no sense for other inputs was not made there.
            return False
        return same(answer, wrong, self.tolerance)

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self.task}"


def describe(error: BaseException) -> str:
    """Name an exception and its message in one line."""
    text = " ".join(str(error).split())
    name = type(error).__name__
    if not text:
        return f"{name}."
    return f"{name}: {text if len(text) <= 200 else text[:197] + '...'}"


def find_exercises() -> Iterator[tuple[str, Exercise]]:
    """Yield every exercise of the course as ("start_here.item_count", exercise).

    An exercise is found where a module of `longtail_course.checks` holds it under a public name.
    """
    package = importlib.import_module("longtail_course.checks")
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"longtail_course.checks.{info.name}")
        for name, value in vars(module).items():
            if isinstance(value, Exercise) and not name.startswith("_"):
                yield f"{info.name}.{name}", value


def _holds(predicate: Callable[..., bool], answer: Any, given: Mapping[str, Any]) -> bool:
    try:
        return bool(predicate(answer, **copy.deepcopy(given)))
    except Exception:
        return False


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    # A learner's prints and NumPy's warnings would make the cell's output depend on the machine.
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield
