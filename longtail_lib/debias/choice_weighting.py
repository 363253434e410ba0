"""Accuracy from a log of choices only, each choice weighted by 1 / propensity."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.debias.estimate import Estimate

__all__ = ["ips_accuracy"]

_METRICS = ("Recall", "DCG")


def ips_accuracy(
    lists: Any,
    relevant: Any,
    propensity: Any,
    *,
    metric: str = "Recall",
    normalise: str = "user",
) -> Estimate:
    r"""Share of what users like that their lists hold, estimated from what they chose.

    A real log holds choices only, and more of them on popular items, so that an ordinary mean
    over held-out choices rewards whoever recommends those. Yang et al. (2018) weight each choice
    by 1 / propensity and divide by the sum of the weights. With c = 1 where the list holds the
    item (Recall), or 1 / log2(place + 1) there (DCG), else 0:

    .. math:: \frac{1}{|U|} \sum_u
              \frac{\sum_{i \in S_u} c_{ui} / p_{ui}}{\sum_{i \in S_u} 1 / p_{ui}}

    with :math:`S_u` the items that u chose. That is `normalise="user"`. With one choice a user,
    as leave-last-out has it, the weights cancel and nothing is corrected; `normalise="log"`
    divides the sum over all choices by the sum of all weights, and estimates the mean over liked
    pairs instead of over users.

    Estimates are as good as the propensities. A constant factor on them changes nothing. What is
    never shown leaves no choices and stays invisible.

    Parameters
    ----------
    lists : array of int, shape (n, k)
        Recommended columns, best first; -1 where a list is shorter.
    relevant : csr_matrix, shape (n, n_items)
        Held-out choices of the same users. Users without any do not count.
    propensity : array, shape (n_items,) or (n, n_items)
        Such as `popularity_propensity(parts)`; above 0 wherever something was chosen.
    metric : {"Recall", "DCG"}
    normalise : {"user", "log"}

    Returns
    -------
    Estimate
        With a standard error between users.

    Raises
    ------
    ValueError
        Shapes that do not fit, no choices, an unknown metric, a propensity that is not above 0,
        or `normalise="user"` where no user has two choices.

    References
    ----------
    Yang, Cui, Xuan, Wang, Belongie and Estrin (2018), "Unbiased Offline Recommender Evaluation
    for Missing-Not-At-Random Implicit Feedback", RecSys 2018.

    Examples
    --------
    One user chose a popular item, which the list holds, and a rare one, which it does not.

    >>> from scipy.sparse import csr_matrix
    >>> chosen = csr_matrix(np.array([[1, 0, 1]], dtype=np.float32))
    >>> ips_accuracy([[0, 1]], chosen, [0.9, 0.5, 0.1]).value.round(3)
    np.float64(0.1)
    >>> ips_accuracy([[0, 1]], chosen, [1, 1, 1]).value
    np.float64(0.5)
    """
    lists, propensity = np.asarray(lists), np.asarray(propensity, dtype=np.float64)
    n, n_items = relevant.shape
    if metric not in _METRICS or normalise not in ("user", "log"):
        raise ValueError(
            f"ips_accuracy: metric must be one of {', '.join(_METRICS)} and normalise 'user' or "
            f"'log', got {metric!r} and {normalise!r}"
        )
    if lists.ndim != 2 or len(lists) != n or propensity.shape not in ((n_items,), (n, n_items)):
        raise ValueError(
            f"ips_accuracy: relevant has shape {relevant.shape}, so lists must have {n} rows and "
            f"propensity shape ({n_items},) or {relevant.shape}, got {lists.shape} and "
            f"{propensity.shape}"
        )
    choices = np.diff(relevant.indptr)
    if not choices.any():
        raise ValueError("ips_accuracy: relevant holds no choice; take a part that holds some")
    if normalise == "user" and choices.max() == 1:
        raise ValueError(
            "ips_accuracy: no user has two choices, so weights that are normalised by user cancel "
            "and correct nothing; use normalise='log'"
        )
    rows, columns = np.repeat(np.arange(n), choices), relevant.indices
    p = propensity[columns] if propensity.ndim == 1 else propensity[rows, columns]
    if not ((p > 0) & (p <= 1)).all():
        raise ValueError(
            "ips_accuracy: propensity must lie in (0, 1] wherever an item was chosen; give it a "
            "floor above 0"
        )
    gain = _gains(lists, rows, columns, n_items, metric)
    above = np.bincount(rows, gain / p, minlength=n)[choices > 0]
    below = np.bincount(rows, 1 / p, minlength=n)[choices > 0]
    users = len(above)
    if normalise == "user":
        above, below = above / below, np.ones(users)
    value = above.sum() / below.sum()
    rest = above - value * below
    error = np.sqrt((rest**2).sum() * users / (users - 1)) / below.sum() if users > 1 else np.nan
    return Estimate(value, error, users)


def _gains(
    lists: np.ndarray, rows: np.ndarray, columns: np.ndarray, n_items: int, metric: str
) -> np.ndarray:
    """Gain of each choice: by the place of the item in its user's list, 0 outside it."""
    n, k = lists.shape
    inside = lists >= 0
    listed = (np.arange(n)[:, None] * n_items + lists)[inside]
    places = np.broadcast_to(np.arange(1, k + 1), lists.shape)[inside]
    if not len(listed):
        return np.zeros(len(rows))
    order = np.argsort(listed)
    wanted = rows.astype(np.int64) * n_items + columns
    at = order[np.minimum(np.searchsorted(listed, wanted, sorter=order), len(order) - 1)]
    gain = np.ones(len(at)) if metric == "Recall" else 1 / np.log2(places[at] + 1.0)
    return np.where(listed[at] == wanted, gain, 0.0)
