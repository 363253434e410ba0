"""Weights of two models for each class of popularity, by the likelihood of validation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

from longtail_lib.preprocessing.parts import Split

__all__ = ["popularity_bins", "weights_by_likelihood"]

# Scores of one model held at a time, and in all: 64 MiB.
_ROOM = 2**24
_MASKED = -1e9


def popularity_bins(popularity: np.ndarray) -> np.ndarray:
    """Put items into classes of popularity: 0, 1, 2, 3 to 4, 5 to 8, 9 to 16 and so on.

    Parameters
    ----------
    popularity : ndarray of int, shape (n_items,)

    Returns
    -------
    ndarray of int64, shape (n_items,)
        The class of each item, from 0 without a gap.

    Examples
    --------
    >>> popularity_bins(np.array([0, 1, 2, 3, 4, 5, 8, 9])).tolist()
    [0, 1, 2, 3, 3, 4, 4, 5]
    """
    doubled = np.ceil(np.log2(np.maximum(popularity, 1))).astype(np.int64) + (popularity > 0)
    return np.unique(doubled, return_inverse=True)[1]


def weights_by_likelihood(
    scores: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    bins: np.ndarray,
    parts: Split,
    penalty: float = 1e-4,
) -> np.ndarray:
    """Choose a weight for each model and class that makes validation interactions likeliest.

    The likelihood of an interaction is a softmax over the catalogue without the user's train
    items. It is maximised by L-BFGS from equal weights; weights are not below 0.

    Parameters
    ----------
    scores : callable
        From user rows to both models' scores, each of shape (n, n_items).
    bins : ndarray of int, shape (n_items,)
    parts : Split
        Where users are many, evenly spaced ones are taken.
    penalty : float
        On squared weights, so that a class that validation never meets keeps small ones.

    Returns
    -------
    ndarray of float64, shape (2, n_bins)
    """
    users = np.flatnonzero(np.diff(parts.validation.indptr))
    most = max(1, _ROOM // parts.n_items)
    if len(users) > most:
        users = users[np.linspace(0, len(users) - 1, most).astype(np.int64)]
    both = scores(users)
    wanted = parts.validation[users]
    seen = parts.train[users]
    per_user = np.diff(wanted.indptr)
    members = np.eye(bins.max() + 1, dtype=np.float32)[bins]
    blocked = np.repeat(np.arange(len(users)), np.diff(seen.indptr)), seen.indices
    hit = np.repeat(np.arange(len(users)), per_user), wanted.indices
    # What the data say of each weight does not change from step to step.
    met = np.stack([_per_bin(each[hit], bins[wanted.indices], members.shape[1]) for each in both])
    step = max(1, 2**20 // parts.n_items)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(2, -1).astype(np.float32)
        total, expected = 0.0, np.zeros_like(met)
        by_item = weights @ members.T
        for start in range(0, len(users), step):
            block = slice(start, start + step)
            first, second = both[0][block], both[1][block]
            logits = first * by_item[0] + second * by_item[1]
            inside = (blocked[0] >= start) & (blocked[0] < start + step)
            logits[blocked[0][inside] - start, blocked[1][inside]] = _MASKED
            largest = logits.max(axis=1, keepdims=True)
            share = np.exp(logits - largest)
            mass = share.sum(axis=1, keepdims=True)
            total += float(per_user[block] @ (np.log(mass) + largest)[:, 0].astype(np.float64))
            share *= per_user[block, None] / mass
            expected[0] += (share * first).sum(axis=0, dtype=np.float64) @ members
            expected[1] += (share * second).sum(axis=0, dtype=np.float64) @ members
        value = total - float((weights * met).sum())
        slope = expected - met
        n = per_user.sum()
        return (
            value / n + penalty * float(np.square(flat).sum()),
            slope.ravel() / n + 2 * penalty * flat,
        )

    start = np.ones(2 * members.shape[1])
    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, None)] * len(start),
        options={"maxiter": 60},
    )
    return found.x.reshape(2, -1)


def _per_bin(values: np.ndarray, bins: np.ndarray, n_bins: int) -> np.ndarray:
    return np.bincount(bins, weights=values, minlength=n_bins)
