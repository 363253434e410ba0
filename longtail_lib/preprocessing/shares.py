"""Shares: the parameters that say how much of a log goes to validation and test."""

from __future__ import annotations

from typing import Any

__all__ = ["check_shares"]


def check_shares(validation: Any, test: Any) -> tuple[float, float]:
    """Check two shares of a log, which leave something for train.

    Parameters
    ----------
    validation, test : float
        From 0 on, together below 1.

    Returns
    -------
    validation, test : float

    Raises
    ------
    ValueError
        A share that is no number, is negative, or leaves nothing for train.

    Examples
    --------
    >>> check_shares(0.1, 0.2)
    (0.1, 0.2)
    """
    for name, share in (("validation", validation), ("test", test)):
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
            raise ValueError(
                f"{name} must be a share of the interactions from 0 to below 1, got {share!r}"
            )
    if validation + test >= 1:
        raise ValueError(
            f"validation {validation} and test {test} leave nothing for train; "
            "together they must stay below 1"
        )
    return float(validation), float(test)
