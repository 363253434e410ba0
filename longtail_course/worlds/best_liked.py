"""The items that users like best, which only a simulator knows."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.data import Truth

__all__ = ["favourites"]

_ROWS_AT_ONCE = 256


def favourites(truth: Truth, users: Any, k: int = 50) -> np.ndarray:
    """Find the k items that each user likes best in truth, whether or not they were ever shown.

    Parameters
    ----------
    truth : Truth
        `Dataset.truth` of a simulated dataset.
    users : array-like of int, shape (n,)
        Positions in `truth.user_ids`.
    k : int
        How many, from 1 to the size of the catalogue.

    Returns
    -------
    ndarray of int64, shape (n, k)
        Positions in `truth.item_ids`, best liked first; equal preferences in the order of the
        catalogue.

    Raises
    ------
    ValueError
        No truth, or a k that the catalogue does not allow.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> table = np.array([[0.1, 0.7, 0.4], [0.6, 0.2, 0.6]])
    >>> truth = SimpleNamespace(item_ids=["a", "b", "c"], preference=lambda rows: table[rows])
    >>> favourites(truth, [0, 1], k=2).tolist()
    [[1, 2], [0, 2]]
    """
    if truth is None:
        raise ValueError(
            "favourites: the dataset has no truth; take a simulated one, with truth=True"
        )
    users = np.asarray(users, dtype=np.int64)
    n_items = len(truth.item_ids)
    if not 1 <= k <= n_items:
        raise ValueError(f"favourites: k must lie between 1 and {n_items} items, got {k}")
    best = np.empty((len(users), k), dtype=np.int64)
    # In pieces, so that memory does not grow with users x items.
    for start in range(0, len(users), _ROWS_AT_ONCE):
        liked = truth.preference(users[start : start + _ROWS_AT_ONCE])
        best[start : start + _ROWS_AT_ONCE] = np.argsort(-liked, axis=1, kind="stable")[:, :k]
    return best
