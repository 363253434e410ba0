"""Temporal split: one moment for all users, the future behind it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from numbers import Real
from typing import Any

import numpy as np

from longtail_lib._parameters import SEED, Interval, Options, check_parameters, constrained

__all__ = ["leave_last_out", "random_split", "temporal"]


def temporal(times: np.ndarray, validation: Any = 0.1, test: Any = 0.2) -> np.ndarray:
    """Assign interactions to parts by two moments that hold for all users."""
    if _is_moment(validation) != _is_moment(test) and validation != 0 and test != 0:
        raise ValueError(
            f"validation {validation!r} and test {test!r} must both be shares below 1, or both "
            "moments (seconds since 1970, dates or datetimes)"
        )
    if _is_moment(validation) or _is_moment(test):
        after = int(times.max()) + 1
        test_from = _moment(test) if _is_moment(test) else after
        validation_from = _moment(validation) if _is_moment(validation) else test_from
        if validation_from > test_from:
            raise ValueError(
                f"validation begins at {validation!r}, after test at {test!r}; it must begin before"
            )
    else:
        _check_shares(validation, test)
        test_from, validation_from = _borders(times, validation, test)
    part_of = (times >= validation_from).astype(np.uint8)
    part_of[times >= test_from] = 2
    sizes = np.bincount(part_of, minlength=3)
    asked = {"train": True, "validation": validation != 0, "test": test != 0}
    for size, (part, wanted) in zip(sizes, asked.items(), strict=True):
        if wanted and not size:
            raise ValueError(
                f"the {part} part of this temporal split is empty: the log runs from second "
                f"{int(times.min())} to {int(times.max())}, validation begins at {validation_from}"
                f" and test at {test_from}; choose other shares or moments"
            )
    return part_of


def _borders(times: np.ndarray, validation: float, test: float) -> tuple[int, int]:
    """First second of test and of validation."""
    n = len(times)
    after = int(times.max()) + 1
    held_out = round(n * (validation + test)) or int(validation + test > 0)
    in_test = round(n * test) or int(test > 0)
    places = sorted({n - in_test, n - held_out} - {n})
    ordered = np.partition(times, places) if places else times
    test_from = int(ordered[n - in_test]) if in_test else after
    validation_from = int(ordered[n - held_out]) if held_out else after
    return test_from, (validation_from if validation else test_from)


def _is_moment(value: Any) -> bool:
    if isinstance(value, date | np.datetime64):
        return True
    return isinstance(value, int | float | np.number) and abs(value) >= 1


def _moment(value: Any) -> int:
    if isinstance(value, datetime):
        return int((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())
    if isinstance(value, date | np.datetime64):
        return int(np.datetime64(value, "s").astype(np.int64))
    return int(value)


@constrained(share_of=Options("interactions", "user"), seed=SEED)
def random_split(
    users: np.ndarray,
    validation: Any = 0.1,
    test: Any = 0.2,
    *,
    share_of: str = "interactions",
    seed: int = 0,
) -> np.ndarray:
    """Assign interactions to parts by lot."""
    _check_shares(validation, test)
    rng = np.random.default_rng(seed)
    n = len(users)
    part_of = np.zeros(n, dtype=np.uint8)
    if share_of == "interactions":
        drawn = rng.permutation(n)
        in_test = round(n * test)
        held_out = round(n * (validation + test))
        part_of[drawn[:held_out]] = 1
        part_of[drawn[:in_test]] = 2
    else:
        lots = np.lexsort((rng.random(n), users))
        starts = np.flatnonzero(np.diff(users, prepend=users[0] - 1))
        counts = np.diff(starts, append=n)
        rank = np.arange(n) - np.repeat(starts, counts)
        held_out = np.minimum(np.rint(counts * (validation + test)), counts - 1)
        in_test = np.minimum(np.rint(counts * test), held_out)
        part_of[lots[rank < np.repeat(held_out, counts)]] = 1
        part_of[lots[rank < np.repeat(in_test, counts)]] = 2
    sizes = np.bincount(part_of, minlength=3)
    for part, size, share in zip(
        ("train", "validation", "test"), sizes, (1, validation, test), strict=True
    ):
        if share and not size:
            raise ValueError(
                f"the {part} part of this random split is empty: {n:,} interactions are too few "
                f"for validation={validation:g} and test={test:g}; choose other shares"
            )
    return part_of


def leave_last_out(
    users: np.ndarray, times: np.ndarray, validation: int = 1, test: int = 1
) -> np.ndarray:
    """Assign each user's latest interactions to test, and those before to validation."""
    part_of = np.zeros(len(users), dtype=np.uint8)
    starts = np.flatnonzero(np.diff(users, prepend=users[0] - 1))
    counts = np.diff(starts, append=len(users))
    eligible = counts > validation + test
    # Users who stay in train are taken out first, then one round finds one interaction a user.
    rows = np.flatnonzero(np.repeat(eligible, counts))
    left = counts[eligible]
    for part in [2] * test + [1] * validation:
        if not len(rows):
            break
        starts = np.concatenate([[0], np.cumsum(left)[:-1]])
        moments = times[rows]
        latest = np.repeat(np.maximum.reduceat(moments, starts), left)
        place = np.where(moments == latest, np.arange(len(rows)), -1)
        last = np.maximum.reduceat(place, starts)
        part_of[rows[last]] = part
        rows = np.delete(rows, last)
        left = left - 1
    return part_of


_SHARE = Interval(Real, 0, 1, closed="left", noun="share of the interactions")


def _check_shares(validation: Any, test: Any) -> None:
    """Refuse two shares of a log that leave nothing for train."""
    given = {"validation": validation, "test": test}
    check_parameters("split", given, dict.fromkeys(given, _SHARE))
    if validation + test >= 1:
        raise ValueError(
            f"validation {validation} and test {test} leave nothing for train; "
            "together they must stay below 1"
        )
