"""Guesses of what users would have chosen, for `doubly_robust` to correct."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["calibrated_preference", "item_preference"]


def item_preference(popularity: Any, propensity: Any, n_users: int | None = None) -> np.ndarray:
    """Impute one preference an item: its choices, divided by how often it must have been shown.

    Parameters
    ----------
    popularity : array, shape (n_items,)
        Users who chose each item.
    propensity : array, shape (n_users, n_items) or (n_items,)
    n_users : int or None
        Needed where the propensity has no axis of users.

    Returns
    -------
    ndarray of float64, shape (n_items,)
        In [0, 1]; 0 for an item that was shown to nobody.

    Raises
    ------
    ValueError
        `n_users` is missing, or shapes do not fit.

    Examples
    --------
    >>> item_preference([5, 1, 0], [0.5, 0.1, 0.1], n_users=20).tolist()
    [0.5, 0.5, 0.0]
    """
    popularity = np.asarray(popularity, dtype=np.float64)
    propensity = np.asarray(propensity)
    if propensity.ndim == 1 and n_users is None:
        raise ValueError("item_preference: a propensity for each item needs n_users beside it")
    expected = (
        n_users * propensity.astype(np.float64)
        if propensity.ndim == 1
        else propensity.sum(axis=0, dtype=np.float64)
    )
    if expected.shape != popularity.shape:
        raise ValueError(
            f"item_preference: popularity has shape {popularity.shape}, propensity "
            f"{propensity.shape}; both must end in the items of the catalogue"
        )
    share = np.divide(popularity, expected, out=np.zeros_like(expected), where=expected > 0)
    return np.minimum(share, 1.0)


def calibrated_preference(
    scores: Any, outcome: Any, shown: Any, propensity: Any, *, bins: int = 20
) -> np.ndarray:
    """Turn a model's scores into preferences: what was chosen at similar scores.

    Cells are put into bins of equal size by score, and each bin takes its self-normalised IPS
    estimate. Give it a log of its own: an imputation fitted on the log that an estimate is made
    from lets the estimate correct itself.

    Parameters
    ----------
    scores : array, shape (n_users, k)
        Of any model, for the cells to impute.
    outcome : array, shape (n_users, k)
        Ignored where a cell was not shown.
    shown : array of bool, shape (n_users, k)
    propensity : array, broadcast to (n_users, k)
    bins : int
        At least 1. A bin of which nothing was shown takes the mean over all cells.

    Returns
    -------
    ndarray of float64, shape (n_users, k)

    Raises
    ------
    ValueError
        Shapes that do not fit, fewer than one bin, or nothing was shown.

    Examples
    --------
    >>> scores = [[0.9, 0.1], [0.8, 0.2]]
    >>> shown = [[True, True], [True, False]]
    >>> calibrated_preference(scores, [[1, 0], [0, 0]], shown, np.full((2, 2), 0.5), bins=2)
    array([[0.5, 0. ],
           [0.5, 0. ]])
    """
    scores, outcome = np.asarray(scores), np.asarray(outcome, dtype=np.float64)
    shown = np.asarray(shown, dtype=bool)
    if not scores.shape == outcome.shape == shown.shape or bins < 1 or not shown.any():
        raise ValueError(
            "calibrated_preference: scores, outcome and shown must have one shape, with something "
            f"shown, and bins be at least 1, got {scores.shape}, {outcome.shape}, {shown.shape} "
            f"and {bins}"
        )
    propensity = np.broadcast_to(np.asarray(propensity, dtype=np.float64), shown.shape)
    if not (propensity[shown] > 0).all():
        raise ValueError("calibrated_preference: a cell was shown whose propensity is 0")
    edges = np.quantile(scores, np.arange(1, bins) / bins)
    bin_of = np.searchsorted(edges, scores, side="right")
    weight = 1 / propensity[shown]
    weights = np.bincount(bin_of[shown], weight, minlength=bins)
    chosen = np.bincount(bin_of[shown], weight * outcome[shown], minlength=bins)
    mean = chosen.sum() / weights.sum()
    return np.divide(chosen, weights, out=np.full(bins, mean), where=weights > 0)[bin_of]
