"""Intervals for means over users: a seeded bootstrap, many metrics at once."""

from __future__ import annotations

import numpy as np

__all__ = ["bootstrap_means", "interval_of_means", "never_seen_bound"]

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


def bootstrap_means(values: np.ndarray, resamples: int, seed: int) -> np.ndarray:
    """Means over resampled users.

    Users are drawn with replacement; all columns see the same draws, so that differences between
    columns are paired.

    Parameters
    ----------
    values : ndarray of float64, shape (n, m)
        One row for each user, one column for each metric; NaN where a user does not count for it.
    resamples : int
    seed : int

    Returns
    -------
    ndarray of float64, shape (resamples, m)
        NaN where a draw holds no user that counts.

    References
    ----------
    Efron, B., Tibshirani, R. J. (1993). An Introduction to the Bootstrap. Chapman and Hall.

    Examples
    --------
    >>> means = bootstrap_means(np.array([[0.0], [1.0], [1.0]]), resamples=500, seed=0)
    >>> means.shape, bool(abs(means.mean() - 2 / 3) < 0.05)
    ((500, 1), True)
    """
    n, m = values.shape
    counted = ~np.isnan(values)
    filled = np.where(counted, values, 0.0).astype(np.float32)
    masks, which = np.unique(np.packbits(counted, axis=0), axis=1, return_inverse=True)
    weights = np.unpackbits(masks, axis=0, count=n).astype(np.float32)
    both = np.concatenate([filled, weights], axis=1)
    rng = np.random.default_rng(seed)
    means = np.empty((resamples, m))
    step = max(1, _CHUNK_BYTES // max(1, 4 * n))
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        counts = np.empty((size, n), dtype=np.float32)
        for row in counts:
            row[:] = np.bincount(rng.integers(0, n, size=n, dtype=np.int32), minlength=n)
        sums = counts @ both
        totals = sums[:, m:][:, which.ravel()]
        with np.errstate(invalid="ignore", divide="ignore"):
            means[start : start + size] = np.where(totals > 0, sums[:, :m] / totals, np.nan)
    return means


def interval_of_means(
    values: np.ndarray, means: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile interval of each column, and an honest one where users do not differ.

    Where all users have 0, or all have 1, a resample cannot show anything else. The open side is
    then `never_seen_bound`, which holds for any metric in [0, 1].

    Parameters
    ----------
    values : ndarray, shape (n, m)
        In [0, 1], NaN where a user does not count.
    means : ndarray, shape (resamples, m)
        From `bootstrap_means`.
    confidence : float

    Returns
    -------
    low, high : ndarray, shape (m,)
        NaN where fewer than two users count.

    Examples
    --------
    >>> values = np.zeros((66, 1))
    >>> low, high = interval_of_means(values, bootstrap_means(values, 100, seed=0), 0.95)
    >>> low.tolist(), high.round(4).tolist()
    ([0.0], [0.0544])
    """
    alpha = (1 - confidence) / 2
    n = (~np.isnan(values)).sum(axis=0)
    low, high = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    for column in np.flatnonzero(n >= 2):
        own = means[:, column]
        low[column], high[column] = np.quantile(own[~np.isnan(own)], [alpha, 1 - alpha])
        smallest, largest = np.nanmin(values[:, column]), np.nanmax(values[:, column])
        if largest == 0:
            high[column] = never_seen_bound(int(n[column]), confidence)
        elif smallest == 1:
            low[column] = 1 - never_seen_bound(int(n[column]), confidence)
    return low, high
