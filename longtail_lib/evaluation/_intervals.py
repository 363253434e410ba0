r"""Intervals for coverage, Gini of exposure and tail share: the jackknife over users.

These are no means over users. A bootstrap draw holds about 63% of the users, so its coverage is
too small and its Gini too large, and the percentile interval may not even hold the value itself.
Leaving out one user at a time changes the sample by almost nothing; from the n values
:math:`\theta_{-u}` follows the standard error

.. math:: se^2 = \frac{n-1}{n} \sum_u (\theta_{-u} - \bar\theta_{-})^2

which, by Efron and Stein, is on average not too small. For coverage it is often too large, by up
to about two: these intervals are on the safe side. They speak of the same number of other users,
not of infinitely many, since coverage grows with every user.

References
----------
Efron, B., Stein, C. (1981). The jackknife estimate of variance. Annals of Statistics 9(3),
586-596.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from longtail_lib._one_blas_thread import one_blas_thread

__all__ = [
    "Draws",
    "bootstrap_means",
    "interval_of_left_out",
    "interval_of_means",
    "left_out_coverage",
    "left_out_gini",
    "left_out_share",
    "never_seen_bound",
    "slack_of_coverage",
    "slack_of_gini",
    "slack_of_share",
    "standard_error",
]


def left_out_coverage(lists: np.ndarray, exposed: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Coverage of a group with each user left out in turn."""
    only_here = np.append((exposed == 1) & mask, False)
    covered = np.count_nonzero(exposed[mask])
    return (covered - only_here[lists].sum(axis=1)) / np.count_nonzero(mask)


def left_out_gini(lists: np.ndarray, exposed: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Gini coefficient of exposure within a group with each user left out in turn."""
    with_count = np.bincount(exposed[mask])
    n_items = int(with_count.sum())
    # Items below each count: the first of those with the count itself has the next rank.
    below = np.cumsum(with_count) - with_count
    weighted = float(np.arange(1, n_items + 1) @ np.sort(exposed[mask]).astype(np.float64))
    total = float(exposed[mask].sum())
    counts = np.sort(np.append(np.where(mask, exposed, 0), 0).astype(np.int32)[lists], axis=1)
    # The second of two equal counts in one list takes the next rank.
    column = np.arange(counts.shape[1], dtype=np.int32)
    new = np.ones(counts.shape, dtype=bool)
    new[:, 1:] = counts[:, 1:] != counts[:, :-1]
    nth = column - np.maximum.accumulate(np.where(new, column, 0), axis=1)
    taken = np.where(counts > 0, below[counts] + nth + 1, 0).sum(axis=1)
    left = total - np.count_nonzero(counts, axis=1)
    value = _quotient(2 * (weighted - taken) - (n_items + 1) * left, n_items * left)
    return np.maximum(value, 0.0)


def left_out_share(lists: np.ndarray, exposed: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Share of exposure that goes to a group with each user left out in turn."""
    inside = np.append(mask, False)[lists].sum(axis=1)
    return _quotient(exposed[mask].sum() - inside, exposed.sum() - (lists >= 0).sum(axis=1))


def _quotient(above: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Divide; NaN where nothing is left."""
    return np.divide(above, left, out=np.full(len(left), np.nan), where=left > 0)


def standard_error(left_out: np.ndarray) -> float:
    """Jackknife standard error; NaN where fewer than two users count or a value is undefined."""
    n = len(left_out)
    if n < 2 or np.isnan(left_out).any():
        return float("nan")
    return float(np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()))


def interval_of_left_out(
    value: float,
    left_out: np.ndarray,
    confidence: float,
    slack: tuple[float, float] = (0.0, 0.0),
    ends: tuple[float, float] = (0.0, 1.0),
) -> tuple[float, float]:
    """Interval around a statistic from its values with one user left out."""
    half = NormalDist().inv_cdf((1 + confidence) / 2) * standard_error(left_out)
    below, above = slack if half <= 1e-12 else (half, half)
    return float(np.clip(value - below, *ends)), float(np.clip(value + above, *ends))


def slack_of_coverage(share: float, n: int, k: int, n_items: int) -> tuple[float, float]:
    """How far coverage may rise if a share of all users is unlike the n met: by k items each."""
    return 0.0, n * share * k / max(1, n_items)


def slack_of_gini(share: float, n: int, k: int, n_items: int) -> tuple[float, float]:
    """The same for a Gini coefficient: a share b of exposure moves it by 2 b at most."""
    return 2 * share, 2 * share


def slack_of_share(share: float, n: int, k: int, n_items: int) -> tuple[float, float]:
    """The same for a share of exposure."""
    return share, share


_CHUNK_BYTES = 16_000_000


def never_seen_bound(n: int, confidence: float) -> float:
    """Upper limit for how often something happens that n users never showed."""
    return 1 - ((1 - confidence) / 2) ** (1 / n)


class Draws(NamedTuple):
    """Means over reweighted users, and the weight that one more user would have had."""

    means: np.ndarray
    unmet: np.ndarray


def bootstrap_means(values: np.ndarray, resamples: int, seed: int) -> Draws:
    """Means over users with random weights."""
    n, m = values.shape
    counted = ~np.isnan(values)
    # A weighted mean lies between the least and the greatest value. Sums in float32, which BLAS
    # adds in an order of its own, may end a little outside.
    least = np.where(counted, values, np.inf).min(axis=0, initial=np.inf)
    greatest = np.where(counted, values, -np.inf).max(axis=0, initial=-np.inf)
    filled = np.where(counted, values, 0.0).astype(np.float32)
    masks, which = np.unique(np.packbits(counted, axis=0), axis=1, return_inverse=True)
    weights = np.unpackbits(masks, axis=0, count=n).astype(np.float32)
    both = np.concatenate([filled, weights], axis=1)
    rng = np.random.default_rng(seed)
    means, unmet = np.empty((resamples, m)), np.empty((resamples, m))
    step = max(1, _CHUNK_BYTES // max(1, 4 * n))
    for start in range(0, resamples, step):
        rows = slice(start, min(start + step, resamples))
        drawn = rng.standard_exponential((rows.stop - start, n + 1), dtype=np.float32)
        # Drawing takes three times as long as these narrow products.
        with one_blas_thread(wait=False):
            sums = drawn[:, :n] @ both
        totals = sums[:, m:][:, which.ravel()].astype(np.float64)
        extra = drawn[:, n:].astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn_means = np.clip(sums[:, :m] / totals, least, greatest)
        means[rows] = np.where(totals > 0, drawn_means, np.nan)
        unmet[rows] = extra / (totals + extra)
    return Draws(means, unmet)


def interval_of_means(
    draws: Draws, confidence: float, worst: float | np.ndarray = 0.0, best: float | np.ndarray = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Interval of each column, with the user who was not met at the worst and at the best value."""
    alpha = (1 - confidence) / 2
    met = draws.means * (1 - draws.unmet)
    return (
        np.quantile(met + draws.unmet * worst, alpha, axis=0),
        np.quantile(met + draws.unmet * best, 1 - alpha, axis=0),
    )
