"""k-core: the largest part of a log in which every user and item is active enough."""

from __future__ import annotations

import numpy as np

__all__ = ["k_core"]


def k_core(
    users: np.ndarray, items: np.ndarray, min_user: int, min_item: int
) -> tuple[np.ndarray, int]:
    """Drop users and items with too few interactions until none is left to drop.

    Dropping an item takes interactions from its users, who may then fall below their own
    minimum, and so on. One pass is therefore not enough; the fixed point is unique and does not
    depend on the order of dropping.

    Parameters
    ----------
    users, items : ndarray of int, shape (n,)
        Codes from 0; each row is one interaction, no pair occurs twice.
    min_user, min_item : int
        Least interactions of a user and of an item.

    Returns
    -------
    kept : ndarray of bool, shape (n,)
    passes : int
        Passes that dropped something.

    References
    ----------
    Seidman, S. B. (1983). Network structure and minimum degree. Social Networks 5(3), 269-287.

    Examples
    --------
    User 1 loses the item that only they have, and then falls below the minimum.

    >>> users, items = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 2, 0, 1])
    >>> kept, passes = k_core(users, items, 2, 2)
    >>> kept.tolist(), passes
    ([True, True, False, False, True, True], 2)
    """
    kept = np.ones(len(users), dtype=bool)
    user_counts, item_counts = np.bincount(users), np.bincount(items)
    passes = 0
    while True:
        weak_user = (user_counts > 0) & (user_counts < min_user)
        weak_item = (item_counts > 0) & (item_counts < min_item)
        if not weak_user.any() and not weak_item.any():
            return kept, passes
        passes += 1
        gone = np.flatnonzero(kept & (weak_user[users] | weak_item[items]))
        kept[gone] = False
        user_counts -= np.bincount(users[gone], minlength=len(user_counts))
        item_counts -= np.bincount(items[gone], minlength=len(item_counts))
