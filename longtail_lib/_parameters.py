"""What parameters may be, declared: one check and one form of message for all of them.

A class declares `_constraints = {"l2": Interval(Real, 0, closed="neither")}`, a function wears
`@constrained(k=Interval(Integral, 1))`. As in scikit-learn, a constructor stores whatever it is
given, and what is declared is checked before work begins.
"""

from __future__ import annotations

import functools
import inspect
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Protocol, TypeVar

import numpy as np

__all__ = [
    "ARRAY",
    "BOOLEAN",
    "COLUMN",
    "PAIR",
    "PATH",
    "SEED",
    "WORDS",
    "AnyOf",
    "Constraint",
    "Interval",
    "InvalidParameterError",
    "Nullable",
    "Options",
    "Satisfies",
    "check_parameters",
    "check_parameters_of",
    "constrained",
    "constraints_of",
]


class InvalidParameterError(ValueError, TypeError):
    """A parameter of a wrong type or out of range; either error catches it, as in scikit-learn."""


class Constraint(Protocol):
    """Accepts a value or not; its text is what was expected, `mend` says more, or nothing."""

    @property
    def mend(self) -> str: ...

    def accepts(self, value: Any) -> bool:
        """Whether the value may be used."""


@dataclass(frozen=True)
class Interval:
    """A finite number between two ends, None for no end; True and False are no numbers."""

    kind: type
    low: float | None = None
    high: float | None = None
    closed: str = "both"
    noun: str = ""
    mend: str = ""

    def accepts(self, value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, self.kind) or not math.isfinite(value):
            return False
        at_low, at_high = self.closed in ("both", "left"), self.closed in ("both", "right")
        above = self.low is None or value > self.low or (at_low and value == self.low)
        below = self.high is None or value < self.high or (at_high and value == self.high)
        return bool(above and below)

    def __str__(self) -> str:
        number = self.noun or ("whole number" if self.kind is Integral else "number")
        at_low, at_high = self.closed in ("both", "left"), self.closed in ("both", "right")
        if self.low is None and self.high is None:
            return f"a finite {number}"
        if self.low == 0 and self.high is None and not at_low:
            return f"a positive {number}"
        if self.closed == "both" and None not in (self.low, self.high):
            return f"a {number} from {self.low:g} to {self.high:g}"
        ends = []
        if self.low is not None:
            ends.append(f"{'from' if at_low else 'above'} {self.low:g}")
        if self.high is not None:
            ends.append(f"{'up to' if at_high else 'below'} {self.high:g}")
        return f"a {number} {' and '.join(ends)}"


class Options:
    """One of some words."""

    def __init__(self, *words: str, mend: str = "") -> None:
        self.words, self.mend = words, mend

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str) and value in self.words

    def __str__(self) -> str:
        return f"one of {', '.join(map(repr, self.words))}"


@dataclass(frozen=True)
class Satisfies:
    """Anything else, told by a function that says yes or no."""

    what: str
    accepts: Callable[[Any], bool]
    mend: str = ""

    def __str__(self) -> str:
        return self.what


@dataclass(frozen=True)
class Nullable:
    """What another constraint accepts, or None, which may have a meaning to be told."""

    constraint: Constraint
    meaning: str = ""

    @property
    def mend(self) -> str:
        return self.constraint.mend

    def accepts(self, value: Any) -> bool:
        return value is None or self.constraint.accepts(value)

    def __str__(self) -> str:
        return f"{self.constraint}, or None{' ' if self.meaning else ''}{self.meaning}"


class AnyOf:
    """What at least one of several constraints accepts."""

    def __init__(self, *constraints: Constraint, mend: str = "") -> None:
        self.constraints, self.mend = constraints, mend

    def accepts(self, value: Any) -> bool:
        return any(one.accepts(value) for one in self.constraints)

    def __str__(self) -> str:
        return " or ".join(map(str, self.constraints))


def _is_array(value: Any) -> bool:
    dtype = getattr(value, "dtype", None)
    if not isinstance(dtype, np.dtype):
        try:
            dtype = np.asarray(value).dtype
        except ValueError:
            return False
    return dtype.kind in "biuf" and np.ndim(value) > 0


def _are_words(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, Sequence) and all(isinstance(one, str) for one in value)
    )


def _is_rising_pair(value: Any) -> bool:
    if not isinstance(value, Sequence | np.ndarray) or len(value) != 2:
        return False
    return all(isinstance(end, Real) for end in value) and bool(value[0] < value[1])


BOOLEAN = Satisfies("True or False", lambda value: isinstance(value, bool | np.bool_))
COLUMN = Satisfies("the name of a column", lambda value: isinstance(value, str))
PATH = Satisfies("a path", lambda value: isinstance(value, str | os.PathLike))
PAIR = Satisfies("a pair (lowest, highest) of numbers", _is_rising_pair)
WORDS = Satisfies("a word or a list of words", _are_words)
ARRAY = Satisfies("an array of numbers", _is_array)
SEED = Interval(Integral, 0)


def check_parameters(
    owner: str, values: Mapping[str, Any], constraints: Mapping[str, Constraint]
) -> None:
    """Refuse the first value that its constraint does not accept; others are not looked at."""
    for name, constraint in constraints.items():
        if name in values and not constraint.accepts(values[name]):
            mend = f"; {constraint.mend}" if constraint.mend else ""
            raise InvalidParameterError(
                f"{owner}: {name} must be {constraint}, got {_shown(values[name])}{mend}"
            )


def constraints_of(owner: type) -> dict[str, Constraint]:
    """Merge what a class and its ancestors declare; the nearer declaration counts."""
    merged: dict[str, Constraint] = {}
    for base in reversed(owner.__mro__):
        merged |= vars(base).get("_constraints", {})
    return merged


def check_parameters_of(instance: Any) -> None:
    """Check the attributes of an object that its class has declared."""
    constraints = constraints_of(type(instance))
    values = {name: getattr(instance, name) for name in constraints if hasattr(instance, name)}
    check_parameters(type(instance).__name__, values, constraints)


F = TypeVar("F", bound=Callable[..., Any])


def constrained(**constraints: Constraint) -> Callable[[F], F]:
    """Check a function's arguments by name before it runs; what it declares is `_constraints`."""

    def decorate(function: F) -> F:
        # Not by binding the signature, which takes a tenth of the time of one user's list.
        places = {name: place for place, name in enumerate(inspect.signature(function).parameters)}

        @functools.wraps(function)
        def checked(*args: Any, **named: Any) -> Any:
            given = {name: named[name] for name in constraints if name in named}
            for name in constraints:
                if places[name] < len(args):
                    given[name] = args[places[name]]
            check_parameters(function.__name__, given, constraints)
            return function(*args, **named)

        checked._constraints = constraints  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return decorate


def _shown(value: Any) -> str:
    if isinstance(value, type):
        return value.__name__
    if getattr(value, "shape", ()):
        return f"{type(value).__name__} of {value.dtype}, shape {value.shape}"
    text = repr(value)
    return type(value).__name__ if text.startswith("<") or len(text) > 100 else text
