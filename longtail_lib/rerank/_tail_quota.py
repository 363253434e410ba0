"""Push the tail up by a rule: its quota in every prefix (FA*IR), or a penalty on popularity."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np

from longtail_lib._parameters import Interval, Nullable, constrained
from longtail_lib.rerank._candidates import checked_candidates, greedy, item_values

__all__ = ["adjusted_alpha", "popularity_penalty", "quota_table", "tail_quota"]

_SHARE, _ALPHA = Interval(Real, 0, 1), Nullable(Interval(Real, 0, 1, closed="neither"))


@constrained(share=_SHARE, alpha=_ALPHA)
def tail_quota(
    candidates: Any,
    scores: Any,
    *,
    tail: Any,
    share: float,
    k: int,
    alpha: float | None = None,
    adjust: bool = True,
) -> np.ndarray:
    """Re-rank so that every prefix of the list holds its quota of tail items.

    Each place takes the best candidate left, unless the prefix would fall short of `quota_table`;
    then it takes the best tail candidate left. Tail items keep their order among each other, and
    so do the others. Where a user's candidates hold too few tail items the quota cannot be met,
    and the other candidates fill the list.

    Parameters
    ----------
    candidates, scores, k
        As in `mmr`; so is what comes back, positions among the candidates, int64 (n, k).
    tail : array of bool, shape (n_items,)
        Which items are tail.
    share : float
        The share of tail items aimed at.
    alpha, adjust
        See `quota_table`.

    Notes
    -----
    Without `alpha` this is simpler than FA*IR: the quota is floor(share x length), and no test
    says whether a list is fair. With `alpha` the quotas are those of FA*IR's binomial test. Its
    protected group are people with a right to a place; here it is the tail, for every user's list
    anew.

    References
    ----------
    Zehlike, M., Bonchi, F., Castillo, C., Hajian, S., Megahed, M., Baeza-Yates, R. (2017).
    FA*IR: A fair top-k ranking algorithm. CIKM '17.

    Examples
    --------
    >>> tail = np.array([False, False, False, True, True])
    >>> tail_quota([[0, 1, 2, 3, 4]], [[5, 4, 3, 2, 1]], tail=tail, share=0.5, k=4).tolist()
    [[0, 3, 1, 4]]
    """
    found = checked_candidates(candidates, scores, k, "tail_quota")
    table = quota_table(found.k, share, alpha=alpha, adjust=adjust)
    tail = item_values(tail, found, "tail", "tail_quota").astype(bool)[found.columns]
    n, m = tail.shape
    users = np.arange(n)
    chosen = np.zeros(n, dtype=np.int64)
    order = -np.arange(m, dtype=np.float32)
    first = np.where(tail, np.float32(m), np.float32(0))

    def gains(step: int) -> np.ndarray:
        short = chosen < table[step]
        return order + np.where(short[:, None], first, np.float32(0))

    def choose(best: np.ndarray) -> None:
        chosen[:] += tail[users, best]

    return greedy(found, gains, choose)


@constrained(k=Interval(Integral, 1), share=_SHARE, alpha=_ALPHA)
def quota_table(
    k: int, share: float, alpha: float | None = None, adjust: bool = True
) -> np.ndarray:
    """Least number of tail items in each prefix of a list.

    Without alpha the simple form: floor(share x length). With alpha the form of FA*IR: the least
    number that a binomial test at level alpha would not reject, if each place were tail with
    probability `share`. It leaves the first places free. Testing k prefixes rejects more often than
    alpha says; `adjust` corrects for that.

    Parameters
    ----------
    k : int
        Length of the longest prefix.
    share : float
        In [0, 1].
    alpha : float or None
        Level of the test, above 0 and below 1.
    adjust : bool
        Use `adjusted_alpha`; only with alpha.

    Returns
    -------
    ndarray of int64, shape (k,)
        Ascending; place i is for the prefix of i + 1 items.

    Examples
    --------
    >>> quota_table(10, 0.5).tolist()
    [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]
    >>> quota_table(10, 0.5, alpha=0.1, adjust=False).tolist()
    [0, 0, 0, 1, 1, 1, 2, 2, 3, 3]
    """
    lengths = np.arange(1, k + 1)
    if alpha is None:
        # Rounding first keeps floor(0.29 * 100) at 29 although the product is 28.999999999999996.
        return np.floor(np.round(share * lengths, 9)).astype(np.int64)
    if adjust:
        alpha = adjusted_alpha(k, share, alpha)
    return _table(k, share, alpha)


def adjusted_alpha(k: int, share: float, alpha: float) -> float:
    """Level for each prefix at which a fair list fails somewhere with probability alpha at most.

    A fair list is one whose places are tail with probability `share`, independently. The
    probability of failing is computed exactly, prefix by prefix, and is a step function of the
    level; the largest level found by bisection whose step does not exceed alpha is returned.

    Parameters
    ----------
    k : int
    share : float
    alpha : float
        The probability aimed at.

    Returns
    -------
    float
        At most alpha.

    Examples
    --------
    >>> round(adjusted_alpha(40, 0.5, 0.1), 4) < 0.1
    True
    """
    low, high = 0.0, float(alpha)
    if _failing(_table(k, share, high), share) <= alpha:
        return high
    for _ in range(40):
        middle = (low + high) / 2
        if _failing(_table(k, share, middle), share) <= alpha:
            low = middle
        else:
            high = middle
    return low


def _table(k: int, share: float, alpha: float) -> np.ndarray:
    # scipy.stats takes half a second to import, and only this table needs it.
    from scipy.stats import binom

    if alpha <= 0 or share == 0:
        return np.zeros(k, dtype=np.int64)
    return np.maximum(binom.ppf(alpha, np.arange(1, k + 1), share), 0).astype(np.int64)


def _failing(table: np.ndarray, share: float) -> float:
    """Probability that some prefix of a fair list falls short of a table."""
    alive = np.zeros(len(table) + 1)
    alive[0] = 1.0
    for least in table:
        alive[1:] = alive[1:] * (1 - share) + alive[:-1] * share
        alive[0] *= 1 - share
        alive[:least] = 0
    return 1 - float(alive.sum())


@constrained(weight=Interval(Real, 0))
def popularity_penalty(
    candidates: Any, scores: Any, *, popularity: Any, weight: float, k: int
) -> np.ndarray:
    r"""Re-rank by the score less a multiple of the logarithm of popularity.

    .. math:: rel(v) - weight \cdot \frac{\log (1 + c_v)}{\log (1 + \max c)}

    with rel the user's score scaled to [0, 1] and c the popularity. Both terms lie in [0, 1] for
    weight 1, so a weight means the same for any model. One is added to every count, so that cold
    items have a logarithm. Unlike the other methods it ignores what else is in the list.

    Parameters
    ----------
    candidates, scores, k
        As in `mmr`; so is what comes back, positions among the candidates, int64 (n, k).
    popularity : array of numbers, shape (n_items,)
        Train interactions of each item of the catalogue.
    weight : float
        0 keeps the order; may exceed 1.

    Examples
    --------
    >>> popularity_penalty([[0, 1, 2]], [[0.9, 0.8, 0.5]], popularity=[99, 9, 0], weight=0.6,
    ...                    k=3).tolist()
    [[1, 0, 2]]
    """
    found = checked_candidates(candidates, scores, k, "popularity_penalty")
    counts = item_values(popularity, found, "popularity", "popularity_penalty")
    if counts.ndim != 1 or counts.min(initial=0) < 0:
        raise ValueError(
            "popularity_penalty: popularity must be one count of 0 or more for each item, got "
            f"shape {counts.shape} with least value {counts.min(initial=0)}"
        )
    logs = np.log1p(counts.astype(np.float64))
    penalty = (logs / max(logs.max(initial=0), 1e-12)).astype(np.float32)
    values = found.relevance - np.float32(weight) * penalty[found.columns]
    values = np.where(found.valid, values, np.float32(-np.inf))
    # Stable: equal values keep the order of the candidates, whose ties were ordered before.
    return np.argsort(-values, axis=1, kind="stable")[:, : found.k]
