"""Users whom a model's features cannot tell apart, and who share no item."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["look_alikes"]


def look_alikes(
    features: np.ndarray, train: csr_matrix, *, least: int = 10
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find each user's nearest user by features among those who share no item with him.

    Parameters
    ----------
    features : ndarray of float, shape (n_users, n_features)
    train : csr_matrix, shape (n_users, n_items)
    least : int
        Users with fewer train interactions are left out: little is known about them anyhow.

    Returns
    -------
    user_rows, twin_rows : ndarray of int64, shape (n_pairs,)
        Nearest pairs first; ties in the order of rows. A user who shares an item with everybody
        has no row.
    distances : ndarray of float64, shape (n_pairs,)
        Euclidean, between the features of the two.

    Raises
    ------
    ValueError
        Features and train have different numbers of users.

    Examples
    --------
    >>> features = np.array([[0.1], [0.1], [0.9], [0.2]])
    >>> train = csr_matrix(np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 1]]))
    >>> users, twins, distances = look_alikes(features, train, least=1)
    >>> list(zip(users.tolist(), twins.tolist()))
    [(0, 3), (1, 3), (3, 0), (2, 0)]
    >>> distances.round(2)
    array([0.1, 0.1, 0.1, 0.8])
    """
    features = np.asarray(features, dtype=np.float64)
    if len(features) != train.shape[0]:
        raise ValueError(
            f"features hold {len(features)} users and train {train.shape[0]}; "
            "take both from one split"
        )
    rows = np.flatnonzero(np.diff(train.indptr) >= least)
    ones = csr_matrix(
        (np.ones(train.nnz, dtype=np.float32), train.indices, train.indptr), train.shape
    )[rows]
    shared = (ones @ ones.T).toarray()
    x = features[rows]
    nearest = np.zeros(len(rows), dtype=np.int64)
    distances = np.full(len(rows), np.inf)
    for place in range(len(rows)):
        others = np.linalg.norm(x - x[place], axis=1)
        others[shared[place] > 0] = np.inf
        nearest[place] = others.argmin()
        distances[place] = others[nearest[place]]
    # Rounded, so that last digits of a processor do not decide an order.
    order = np.argsort(distances.round(9), kind="stable")
    order = order[np.isfinite(distances[order])]
    return rows[order], rows[nearest[order]], distances[order]
