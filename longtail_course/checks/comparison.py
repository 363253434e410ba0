"""Compare an answer with the expected one and say in words where they part."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np

__all__ = ["difference", "is_untouched", "same", "show"]


def is_untouched(answer: Any) -> bool:
    """Whether an answer is still the stub: `...` or None.

    Examples
    --------
    >>> is_untouched(...), is_untouched(None), is_untouched(0)
    (True, True, False)
    """
    return answer is None or answer is Ellipsis


def show(value: Any, limit: int = 120) -> str:
    """Write a value in one short line, whatever its own repr does.

    Examples
    --------
    >>> show(np.float64(0.30000000000000004))
    '0.3'
    """
    try:
        if _is_frame(value):
            frame = nw.from_native(value, eager_only=True)
            return f"a frame of {len(frame)} rows with columns {', '.join(frame.columns)}"
        if isinstance(value, (bool, np.bool_)):
            return str(bool(value))
        if isinstance(value, (float, np.floating)):
            return f"{float(value):.6g}"
        if isinstance(value, (int, np.integer)):
            return str(int(value))
        if isinstance(value, (list, tuple, np.ndarray)) and np.asarray(value).dtype != object:
            text = np.array2string(np.asarray(value), precision=4, separator=", ", threshold=12)
        else:
            text = repr(value)
    except Exception:
        text = f"a {type(value).__name__}"
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 3] + "..."


def same(answer: Any, expected: Any, tolerance: float = 1e-6) -> bool:
    """Whether an answer equals the expected one, up to the tolerance.

    Parameters
    ----------
    answer, expected : number, text, array, sequence, set, mapping or frame
    tolerance : float
        Absolute, and relative to the expected value.

    Examples
    --------
    >>> same([0.1 + 0.2, 1], np.array([0.3, 1.0]))
    True
    >>> same("tail", "head")
    False
    """
    try:
        return difference(answer, expected, tolerance) is None
    except Exception:
        return False


def difference(answer: Any, expected: Any, tolerance: float = 1e-6) -> str | None:
    """Say how an answer differs from the expected one; None where it does not.

    The expected value is never told: a learner still has something to find.

    Examples
    --------
    >>> difference(5, 4)
    '5 is too large.'
    >>> difference([1, 2], np.array([1, 2, 3]))
    'Your array has shape (2,); the answer has shape (3,).'
    """
    if _is_frame(expected):
        return _frame_difference(answer, expected, tolerance)
    if isinstance(expected, (dict, set, frozenset)):
        return _container_difference(answer, expected, tolerance)
    if isinstance(expected, str):
        if not isinstance(answer, (str, np.str_)):
            return f"{_a(answer)} came; a text is asked for."
        return None if str(answer) == expected else f"{show(str(answer))} is not the answer."
    return _numeric_difference(answer, np.asarray(expected), tolerance)


def _numeric_difference(answer: Any, expected: np.ndarray, tolerance: float) -> str | None:
    wanted = "a number" if expected.ndim == 0 else "an array or list"
    if callable(answer) or isinstance(answer, (dict, set, frozenset)) or _is_frame(answer):
        return f"{_a(answer)} came; {wanted} is asked for."
    if expected.ndim == 0 and isinstance(answer, (str, bytes)):
        return f"The text {show(answer)} came; a number is asked for. Leave out the quotes."
    try:
        got = np.asarray(answer)
    except Exception as error:
        return f"Your answer is no {wanted.split()[-1]}: {error}."
    if expected.ndim and got.ndim == 0 and got.dtype != object:
        return f"One single value came; an array of shape {expected.shape} is asked for."
    numeric = expected.dtype.kind in "biufc"
    if numeric and got.dtype.kind not in "biufc":
        return f"{_a(answer)} came; {wanted} of numbers is asked for.".replace(
            "a number of numbers", "a number"
        )
    if got.dtype.kind == "b" and expected.dtype.kind != "b":
        return f"True or False came; {wanted} is asked for."
    if got.shape != expected.shape:
        noun = "answer" if expected.ndim == 0 else "array"
        wanted = "one number" if expected.ndim == 0 else f"shape {expected.shape}"
        verb = "is" if expected.ndim == 0 else "has"
        return f"Your {noun} has shape {got.shape}; the answer {verb} {wanted}."
    if not numeric:
        wrong = np.atleast_1d(got != expected)
    else:
        if np.isnan(got).any() and not np.isnan(expected).any():
            return "Your answer holds nan: somewhere 0 was divided by 0, or a value is missing."
        close = np.isclose(got, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
        wrong = np.atleast_1d(~close)
    if not wrong.any():
        return None
    if expected.ndim == 0:
        return f"{show(got[()])} is too {'large' if got > expected else 'small'}."
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = place[0] if len(place) == 1 else place
    return (
        f"{int(wrong.sum())} of {wrong.size} values differ; the first is at position {where}, "
        f"where yours is {show(got[place])}."
    )


def _container_difference(answer: Any, expected: Any, tolerance: float) -> str | None:
    kind = dict if isinstance(expected, dict) else (set, frozenset)
    name = "dictionary" if isinstance(expected, dict) else "set"
    if not isinstance(answer, kind):
        return f"{_a(answer)} came; a {name} is asked for."
    extra, missing = set(answer) - set(expected), set(expected) - set(answer)
    if extra:
        return (
            f"{len(extra)} of yours should not be there, for example {show(min(extra, key=repr))}."
        )
    if missing:
        return f"Your {name} lacks {len(missing)} of {len(expected)}."
    if isinstance(expected, dict):
        for key, value in expected.items():
            words = difference(answer[key], value, tolerance)
            if words:
                return f"At {show(key)}: {words}"
    return None


def _frame_difference(answer: Any, expected: Any, tolerance: float) -> str | None:
    if not _is_frame(answer):
        return f"{_a(answer)} came; a frame is asked for."
    got = nw.from_native(answer, eager_only=True)
    want = nw.from_native(expected, eager_only=True)
    missing = [name for name in want.columns if name not in got.columns]
    if missing:
        return f"Your frame has no column {', '.join(map(repr, missing))}."
    if len(got) != len(want):
        return f"Your frame has {len(got)} rows; the answer has {len(want)}."
    for name in want.columns:
        words = difference(got[name].to_numpy(), want[name].to_numpy(), tolerance)
        if words:
            return f"Column {name!r}: {words}"
    return None


def _is_frame(value: Any) -> bool:
    try:
        nw.from_native(value, eager_only=True)
    except Exception:
        return False
    return True


def _a(value: Any) -> str:
    if isinstance(value, str):
        return f"The text {show(value)}"
    kind = type(value).__name__
    return f"{'An' if kind[0].lower() in 'aeiou' else 'A'} {kind}"
