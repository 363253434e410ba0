"""Guesses of what users would have chosen, for `doubly_robust` to correct."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["item_preference"]


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
