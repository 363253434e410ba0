"""Pairs to learn from: train interactions, and pairs of a user with an item he has not seen."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["labelled_pairs"]


def labelled_pairs(
    train: csr_matrix, *, negatives: int = 1, max_pairs: int | None = None, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw positive pairs from a train matrix and negative ones uniformly from the rest.

    A negative is an item that the user has no train interaction with; that he would dislike it is
    an assumption. Rows come shuffled.

    Parameters
    ----------
    train : csr_matrix, shape (n_users, n_items), sorted indices
    negatives : int
        Negative pairs for each positive one, of the same user.
    max_pairs : int or None
        At most so many pairs in all; a random part of the interactions is then used.
    seed : int

    Returns
    -------
    user_rows, item_rows : ndarray of int64, shape (n_pairs,)
    labels : ndarray of float32, shape (n_pairs,)
        1 for an interaction, 0 for a negative.

    Raises
    ------
    ValueError
        negatives below 0, or max_pairs too small for one positive pair and its negatives.

    Examples
    --------
    >>> train = csr_matrix(np.array([[1, 0, 0], [0, 1, 1]], dtype=np.float32))
    >>> user_rows, item_rows, labels = labelled_pairs(train, negatives=1, seed=0)
    >>> len(labels), float(labels.sum())
    (6, 3.0)
    >>> set(zip(user_rows[labels == 1].tolist(), item_rows[labels == 1].tolist())) == {
    ...     (0, 0), (1, 1), (1, 2)}
    True
    """
    if negatives < 0:
        raise ValueError(f"negatives must not be negative, got {negatives}")
    if max_pairs is not None and max_pairs < 1 + negatives:
        raise ValueError(
            f"max_pairs must be at least {1 + negatives} (one positive pair and its negatives), "
            f"got {max_pairs}"
        )
    rng = np.random.default_rng(seed)
    n_users, n_items = train.shape
    users = np.repeat(np.arange(n_users, dtype=np.int64), np.diff(train.indptr))
    items = train.indices.astype(np.int64)
    known = users * n_items + items
    # A user who has seen the whole catalogue has no negatives to draw from.
    open_users = np.diff(train.indptr) < n_items
    chosen = np.arange(train.nnz)
    if max_pairs is not None and train.nnz * (1 + negatives) > max_pairs:
        chosen = rng.choice(train.nnz, size=max_pairs // (1 + negatives), replace=False)
    of_users = np.repeat(users[chosen], negatives)
    of_users = of_users[open_users[of_users]]
    drawn = rng.integers(n_items, size=len(of_users))
    while True:
        keys = of_users * n_items + drawn
        places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        clash = np.flatnonzero(known[places] == keys)
        if len(clash) == 0:
            break
        drawn[clash] = rng.integers(n_items, size=len(clash))
    user_rows = np.concatenate([users[chosen], of_users])
    item_rows = np.concatenate([items[chosen], drawn])
    labels = np.repeat(np.array([1, 0], dtype=np.float32), [len(chosen), len(of_users)])
    order = rng.permutation(len(labels))
    return user_rows[order], item_rows[order], labels[order]
