"""What scores go along with, user by user: popularity, length, the order of candidates."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from longtail_lib._parameters import Interval, check_parameters

__all__ = ["Correlation", "within_user_correlation"]


class Correlation(NamedTuple):
    """A mean of rank correlations over users, and an interval around it."""

    value: float
    low: float
    high: float
    n_users: int


def within_user_correlation(
    scores: Sequence[np.ndarray], values: Sequence[np.ndarray], *, confidence: float = 0.95
) -> Correlation:
    """Correlate the ranks of scores and of another value among each user's candidates.

    With the logarithm of popularity, or popularity itself, it shows a popularity bias; with the
    number of tokens of the titles, one of length. Compare it with the same correlation for the
    truth, or for the model that found the candidates: what people buy is more popular, too.

    Parameters
    ----------
    scores, values : list of arrays, shape (m_i,), length n
        One pair of arrays for each user. A user whose scores or values are all equal says nothing
        and is left out.
    confidence : float

    Returns
    -------
    Correlation
        The mean of Spearman's correlations, in [-1, 1], with an interval from their spread over
        users; NaN where fewer than two users count.

    References
    ----------
    Spearman, C. (1904). The proof and measurement of association between two things. The American
    Journal of Psychology 15(1), 72-101.

    Examples
    --------
    >>> scores = [np.array([-4.0, -2.0, -9.0]), np.array([-1.0, -2.0, -3.0])]
    >>> lengths = [np.array([4, 2, 9]), np.array([3, 2, 1])]
    >>> within_user_correlation(scores, lengths).value
    0.0
    """
    from scipy.stats import rankdata

    limits = {"confidence": Interval(float, 0, 1, closed="neither")}
    check_parameters("within_user_correlation", {"confidence": confidence}, limits)
    if len(scores) != len(values):
        raise ValueError(
            f"within_user_correlation: scores of {len(scores)} users and values of {len(values)}"
        )
    found = []
    for place, (own, other) in enumerate(zip(scores, values, strict=True)):
        pair = np.asarray(own, np.float64), np.asarray(other, np.float64)
        if pair[0].ndim != 1 or pair[0].shape != pair[1].shape:
            raise ValueError(
                f"within_user_correlation: user {place} has scores of shape {pair[0].shape} and "
                f"values of shape {pair[1].shape}; give each candidate one of both"
            )
        if not np.isfinite(pair).all():
            raise ValueError(f"within_user_correlation: user {place} has a NaN or an infinity")
        ranks = [rankdata(part) for part in pair]
        first, second = (rank - rank.mean() for rank in ranks)
        size = np.sqrt((first @ first) * (second @ second))
        if size > 0:
            found.append(float(first @ second / size))
    n = len(found)
    if n < 2:
        return Correlation(float("nan"), float("nan"), float("nan"), n)
    mean, error = float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(n))
    half = NormalDist().inv_cdf((1 + confidence) / 2) * error
    return Correlation(mean, max(-1.0, mean - half), min(1.0, mean + half), n)
