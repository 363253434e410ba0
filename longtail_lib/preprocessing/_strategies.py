"""Strategies of a split: which part each interaction of a sorted log belongs to."""

from __future__ import annotations

from datetime import UTC, date, datetime
from numbers import Real
from typing import Any

import numpy as np

from longtail_lib._parameters import SEED, Interval, Options, check_parameters, constrained

__all__ = ["leave_last_out", "next_of_each", "random_split", "temporal"]


def temporal(times: np.ndarray, validation: Any = 0.1, test: Any = 0.2) -> np.ndarray:
    """Assign interactions to parts by two moments that hold for all users."""
    if _is_moment(validation) != _is_moment(test) and validation != 0 and test != 0:
        raise ValueError(
            f"validation {validation!r} and test {test!r} must both be shares below 1, or both "
            "moments (seconds since 1970, dates, datetimes or ISO 8601 text)"
        )
    if _is_moment(validation) or _is_moment(test):
        after = times.max().item() + 1
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
                f"{times.min().item()} to {times.max().item()}, validation begins at "
                f"{validation_from} and test at {test_from}; choose other shares or moments"
            )
    return part_of


def next_of_each(
    users: np.ndarray, times: np.ndarray, keys: np.ndarray, part_of: np.ndarray
) -> np.ndarray:
    """Keep of each user's validation and test the first interaction.

    What comes after it in validation's time lies between the parts (3), since it is known when
    test begins; what comes after it in test's time is dropped (4).
    """
    left = part_of.copy()
    for part, rest in ((1, 3), (2, 4)):
        rows = np.flatnonzero(part_of == part)
        if not len(rows):
            continue
        owners = users[rows]
        starts = np.flatnonzero(np.diff(owners, prepend=owners[0] - 1))
        first = rows[_one_of_each(starts, times[rows], keys[rows], latest=False)]
        left[rows] = rest
        left[first] = part
    return left


def _one_of_each(
    starts: np.ndarray, moments: np.ndarray, keys: np.ndarray, *, latest: bool
) -> np.ndarray:
    """Place of each user's latest or earliest interaction; keys order those of one moment."""
    extreme = np.maximum if latest else np.minimum
    counts = np.diff(starts, append=len(moments))
    there = moments == np.repeat(extreme.reduceat(moments, starts), counts)
    beyond = np.uint64(0 if latest else np.iinfo(np.uint64).max)
    worth = np.where(there, keys, beyond)
    there &= worth == np.repeat(extreme.reduceat(worth, starts), counts)
    return np.maximum.reduceat(np.where(there, np.arange(len(moments)), -1), starts)


def _borders(times: np.ndarray, validation: float, test: float) -> tuple[float, float]:
    """First second of test and of validation."""
    n = len(times)
    after = times.max().item() + 1
    held_out = round(n * (validation + test)) or int(validation + test > 0)
    in_test = round(n * test) or int(test > 0)
    places = sorted({n - in_test, n - held_out} - {n})
    ordered = np.partition(times, places) if places else times
    test_from = ordered[n - in_test].item() if in_test else after
    validation_from = ordered[n - held_out].item() if held_out else after
    return test_from, (validation_from if validation else test_from)


def _is_moment(value: Any) -> bool:
    if isinstance(value, str | date | np.datetime64):
        return True
    return isinstance(value, int | float | np.number) and abs(value) >= 1


def _moment(value: Any) -> float:
    """Seconds since 1970; what names no zone is UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError as error:
            raise ValueError(
                f"a part of a temporal split begins at {value!r}, which is no ISO 8601 date such "
                "as '2020-09-13' or '2020-09-13T12:00:00+02:00'"
            ) from error
    if isinstance(value, datetime):
        seconds = (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        return int(seconds) if seconds.is_integer() else seconds
    if isinstance(value, date | np.datetime64):
        return int(np.datetime64(value, "s").astype(np.int64))
    return value


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
    users: np.ndarray, times: np.ndarray, keys: np.ndarray, validation: int = 1, test: int = 1
) -> np.ndarray:
    """Assign each user's latest interactions to test, and those before to validation.

    Of several at one time the one with the largest key counts as the latest.
    """
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
        last = _one_of_each(starts, times[rows], keys[rows], latest=True)
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
