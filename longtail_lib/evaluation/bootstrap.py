"""Intervals for means over users: a seeded bootstrap, many metrics at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["Draws", "bootstrap_means", "interval_of_means", "never_seen_bound"]

_CHUNK_BYTES = 16_000_000


def never_seen_bound(n: int, confidence: float) -> float:
    """Upper limit for how often something happens that n users never showed.

    If a share p of all users would show it, n users show none with probability
    :math:`(1-p)^n`. The limit is the p where that falls to (1 - confidence) / 2, as in the exact
    interval of Clopper and Pearson.

    Parameters
    ----------
    n : int
        Users looked at.
    confidence : float

    Returns
    -------
    float
        In (0, 1).

    References
    ----------
    Clopper, C. J., Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in
    the case of the binomial. Biometrika 26(4), 404-413.

    Examples
    --------
    >>> round(never_seen_bound(66, 0.95), 4)
    0.0544
    """
    return 1 - ((1 - confidence) / 2) ** (1 / n)


class Draws(NamedTuple):
    """Means over reweighted users, and the weight that one more user would have had.

    Parameters
    ----------
    means : ndarray, shape (resamples, m)
        NaN where no user counts.
    unmet : ndarray, shape (resamples, m)
        Share of the total weight that goes to one user who was not met, in (0, 1].
    """

    means: np.ndarray
    unmet: np.ndarray


def bootstrap_means(values: np.ndarray, resamples: int, seed: int) -> Draws:
    """Means over users with random weights.

    Each draw gives every user, and one who was not met, an independent exponential weight. All
    columns see the same weights, so that differences between columns are paired.

    Parameters
    ----------
    values : ndarray of float64, shape (n, m)
        One row for each user, one column for each metric; NaN where a user does not count for it.
    resamples : int
    seed : int

    Returns
    -------
    Draws

    References
    ----------
    Rubin, D. B. (1981). The Bayesian bootstrap. Annals of Statistics 9(1), 130-134.

    Examples
    --------
    >>> means, unmet = bootstrap_means(np.array([[0.0], [1.0], [1.0]]), resamples=500, seed=0)
    >>> means.shape, bool(abs(means.mean() - 2 / 3) < 0.05), bool(abs(unmet.mean() - 1 / 4) < 0.05)
    ((500, 1), True, True)
    """
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
    """Interval of each column, with the user who was not met at the worst and at the best value.

    A plain bootstrap cannot show what no user showed: from sixty zeros it concludes that the mean
    is zero for certain, and from one small value among them hardly less. One more user at the end
    of the range corrects that. For values that are only 0 or 1 the limits are those of Clopper
    and Pearson; for others in a bounded range no case is known in which they hold too rarely
    (Learned-Miller and Thomas). With many users the correction vanishes.

    Parameters
    ----------
    draws : Draws
        From `bootstrap_means`.
    confidence : float
    worst, best : float or ndarray, shape (m,)
        Ends of the range of values.

    Returns
    -------
    low, high : ndarray, shape (m,)
        NaN where no user counts.

    References
    ----------
    Gaffke, N. (2005). Three test statistics for a nonparametric one-sided hypothesis on the mean
    of a nonnegative variable. Mathematical Methods of Statistics 14(4), 451-467.

    Learned-Miller, E., Thomas, P. S. (2019). A new confidence interval for the mean of a bounded
    random variable. arXiv:1905.06208.

    Examples
    --------
    >>> low, high = interval_of_means(bootstrap_means(np.zeros((66, 1)), 20_000, seed=0), 0.95)
    >>> low.tolist(), high.round(2).tolist(), round(never_seen_bound(66, 0.95), 2)
    ([0.0], [0.05], 0.05)
    """
    alpha = (1 - confidence) / 2
    met = draws.means * (1 - draws.unmet)
    return (
        np.quantile(met + draws.unmet * worst, alpha, axis=0),
        np.quantile(met + draws.unmet * best, 1 - alpha, axis=0),
    )
