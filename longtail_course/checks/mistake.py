"""A classic mistake: how it shows in an answer, and the hint that mends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Mistake"]

_MISSING = object()


class Mistake:
    """One mistake that learners make in one exercise.

    Give `produces` where the mistake leads to a definite answer. Give `recognises` and `sample`
    where it shows as a property of many answers.

    Parameters
    ----------
    name : str
        The mistake in a few words, for example "percent instead of share".
    hint : str
        What to look at next. It does not give the solution away.
    produces : callable or value, optional
        The wrong answer itself. In an `Exercise`, a callable gets the exercise's inputs as
        keywords and returns the wrong answer. In a `FunctionExercise`, it is a wrong function,
        and the mistake is recognised where the learner's function agrees with it on every case.
    recognises : callable, optional
        `recognises(answer, **given) -> bool`. Exceptions count as False.
    sample : any, optional
        An answer with this mistake, for the tests; needed beside `recognises`.

    Raises
    ------
    ValueError
        Neither or both of `produces` and `recognises`, no sample, or an empty hint.

    Examples
    --------
    >>> mistake = Mistake("divided by the users", "Divide by all interactions.", produces=2.5)
    >>> mistake.wrong_answer({})
    2.5
    """

    def __init__(
        self,
        name: str,
        hint: str,
        *,
        produces: Any = _MISSING,
        recognises: Callable[..., bool] | None = None,
        sample: Any = _MISSING,
    ) -> None:
        if (produces is _MISSING) == (recognises is None):
            raise ValueError(f"mistake {name!r}: give either produces or recognises")
        if recognises is not None and sample is _MISSING:
            raise ValueError(f"mistake {name!r}: recognises needs a sample answer for the tests")
        if not hint.strip():
            raise ValueError(f"mistake {name!r}: the hint is empty; say what to look at next")
        self.name = name
        self.hint = hint
        self.recognises = recognises
        self._produces = produces
        self._sample = sample

    def wrong_answer(self, given: Mapping[str, Any], as_function: bool = False) -> Any:
        """Return the wrong answer, or the sample where the mistake is a property.

        Parameters
        ----------
        given : mapping
            Inputs of the exercise.
        as_function : bool
            The answer is itself a function, so it is not called.
        """
        if self.recognises is not None:
            return self._sample
        if callable(self._produces) and not as_function:
            return self._produces(**given)
        return self._produces

    def __repr__(self) -> str:
        return f"Mistake({self.name!r})"
