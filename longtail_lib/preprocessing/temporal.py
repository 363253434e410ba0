"""Temporal split: one moment for all users, the future behind it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from longtail_lib.preprocessing.shares import check_shares

__all__ = ["temporal"]


def temporal(times: np.ndarray, validation: Any = 0.1, test: Any = 0.2) -> np.ndarray:
    """Assign interactions to parts by two moments that hold for all users.

    Nothing in train is as late as anything in validation, and nothing in validation as late as
    anything in test: what lies on a border goes to the later part entirely, with everything of
    the same second. So a part can be a little larger than its share.

    Parameters
    ----------
    times : ndarray of int64, shape (n,)
        Seconds since 1970-01-01 UTC.
    validation, test : float, int or datetime
        Both shares of the interactions (below 1), or both the moment at which the part begins:
        seconds since 1970, a date or a datetime (UTC where it has no zone).

    Returns
    -------
    ndarray of uint8, shape (n,)
        0 for train, 1 for validation, 2 for test.

    Raises
    ------
    ValueError
        Shares that leave nothing for train, moments in the wrong order, or a part that was
        asked for and stays empty.

    References
    ----------
    Ji, Y., Sun, A., Zhang, J., and Li, C. (2023). A critical study on data leakage in recommender
    system offline evaluation. ACM Transactions on Information Systems 41(3), article 75.

    Examples
    --------
    >>> temporal(np.array([1, 2, 3, 4, 5, 5, 5, 6, 7, 8]), validation=0.3, test=0.3)
    array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2], dtype=uint8)
    >>> temporal(np.array([10, 20, 30]), validation=20, test=25)
    array([0, 1, 2], dtype=uint8)
    """
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
        validation, test = check_shares(validation, test)
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
