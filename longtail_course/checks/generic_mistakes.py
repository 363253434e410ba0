"""Mistakes that fit any exercise with numbers: percent for share, wrong direction, off by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from longtail_course.checks.comparison import difference, same

__all__ = ["generic_hint"]


def generic_hint(answer: Any, expected: Any, tolerance: float = 1e-6) -> str | None:
    """Return the hint for a mistake that needs no knowledge of the exercise.

    Parameters
    ----------
    answer, expected : number or array
        Anything else has no generic mistakes.
    tolerance : float

    Returns
    -------
    str or None
        None where no generic mistake fits.

    Examples
    --------
    >>> generic_hint(77.0, 0.77)
    'This looks like a percentage. A share lies between 0 and 1: do not multiply by 100.'
    >>> generic_hint([3, 2, 1], [1, 2, 3])
    'The values are right and their order is reversed. Look at the direction of the sort.'
    """
    try:
        if isinstance(answer, str):
            answer = float(answer)
            if same(answer, expected, tolerance):
                return "The number is right; it is a text. Leave out the quotes."
            return None
        got, want = np.asarray(answer), np.asarray(expected)
        if got.dtype.kind not in "biuf" or want.dtype.kind not in "biuf" or want.size == 0:
            return None
        if got.shape != want.shape:
            return _shape_hint(got, want, tolerance)
        for recognises, hint in _NUMBER_HINTS if want.ndim == 0 else _ARRAY_HINTS:
            if recognises(got, want, tolerance):
                return hint
    except Exception:
        return None
    return None


def _shape_hint(got: np.ndarray, want: np.ndarray, tolerance: float) -> str | None:
    if got.ndim == 2 and got.T.shape == want.shape and same(got.T, want, tolerance):
        return "Rows and columns are swapped. Transpose, or sum along the other axis."
    if got.size == want.size and same(got.reshape(want.shape), want, tolerance):
        if want.ndim == 0:
            return "The number is right; it sits in an array. Take it out with [0] or float()."
        return "The values are right; only the shape differs."
    if want.ndim == 1 and got.ndim == 1 and len(got) > len(want):
        if same(got[: len(want)], want, tolerance):
            return "The first values are right. There are too many: where should you stop?"
        if same(got[::-1][: len(want)], want, tolerance):
            return "The order is ascending. The largest should come first."
    if want.ndim == 1 and got.ndim == 1 and same(got, want[: len(got)], tolerance):
        return "The values are right so far, but some are missing at the end."
    return None


def _near(change: Callable[[np.ndarray], np.ndarray]) -> Callable[..., bool]:
    def recognises(got: np.ndarray, want: np.ndarray, tolerance: float) -> bool:
        return difference(got, change(want), tolerance) is None

    return recognises


def _rounded(got: np.ndarray, want: np.ndarray, tolerance: float) -> bool:
    return any(np.allclose(got, np.round(want, digits), rtol=0, atol=1e-9) for digits in (4, 3, 2))


def _whole(values: np.ndarray) -> bool:
    return bool(np.all(values == np.round(values)))


def _shares(values: np.ndarray) -> bool:
    return bool(np.all((values >= 0) & (values <= 1)))


_PERCENT = (
    lambda got, want, tol: (
        _shares(want) and np.any(want > 0) and difference(got, want * 100, tol * 100) is None
    ),
    "This looks like a percentage. A share lies between 0 and 1: do not multiply by 100.",
)
_SIGN = (_near(np.negative), "The size is right and the sign is wrong.")
_COMPLEMENT = (
    lambda got, want, tol: _shares(want) and difference(got, 1 - want, tol) is None,
    "This is the share of all the others: one minus the answer.",
)
_ROUNDED = (_rounded, "The number is rounded. Keep every digit; rounding is for printing.")

_NUMBER_HINTS = (
    _PERCENT,
    _SIGN,
    _COMPLEMENT,
    (
        lambda got, want, tol: _whole(want) and np.abs(got - want) == 1,
        "Off by one. Does the count start at 0 or at 1, and is the last one included?",
    ),
    (
        lambda got, want, tol: want not in (0, 1) and difference(got, 1 / want, tol) is None,
        "The ratio is upside down: swap what is above and below the line.",
    ),
    _ROUNDED,
)
_ARRAY_HINTS = (
    (
        _near(lambda want: want[::-1]),
        "The values are right and their order is reversed. Look at the direction of the sort.",
    ),
    (
        lambda got, want, tol: want.dtype.kind == "b" and np.array_equal(got != 0, ~want),
        "True and False are swapped everywhere.",
    ),
    _PERCENT,
    _SIGN,
    _COMPLEMENT,
    (
        lambda got, want, tol: (
            want.dtype.kind in "iu"
            and np.any(want)
            and len(np.unique(got - want)) == 1
            and abs((got - want).flat[0]) == 1
        ),
        "Every value is off by one. Positions in Python start at 0.",
    ),
    (
        lambda got, want, tol: (
            want.ndim == 1
            and np.sum(want) > 1
            and difference(got, want / np.sum(want), tol) is None
        ),
        "These are shares; counts are asked for.",
    ),
    (
        lambda got, want, tol: (
            want.ndim == 1
            and abs(np.sum(want) - 1) < 1e-6
            and np.sum(got) > 1
            and difference(got / np.sum(got), want, tol) is None
        ),
        "These are in proportion, but they do not add up to 1. Divide by their sum.",
    ),
    (
        lambda got, want, tol: (
            want.ndim == 2
            and want.shape[0] == want.shape[1]
            and difference(got, want.T, tol) is None
        ),
        "Rows and columns are swapped. Transpose.",
    ),
    (
        lambda got, want, tol: (
            want.ndim == 1 and difference(np.sort(got), np.sort(want), tol) is None
        ),
        "The values are right; their order is not.",
    ),
    _ROUNDED,
)
