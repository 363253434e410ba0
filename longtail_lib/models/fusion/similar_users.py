"""Users whose histories read alike."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["similar_users"]

# Similarities held at a time: 32 MiB.
_BLOCK = 2**23


def similar_users(train: csr_matrix, vectors: np.ndarray, n: int) -> np.ndarray:
    """Find for each user the n others whose mean text vector is nearest by cosine.

    Parameters
    ----------
    train : csr_matrix, shape (n_users, n_items)
    vectors : ndarray of float32, shape (n_items, d)
    n : int
        From 1 to the number of users less one.

    Returns
    -------
    ndarray of int32, shape (n_users, n)
        Rows of the split, ascending.

    Examples
    --------
    >>> train = csr_matrix(np.eye(3, dtype=np.float32))
    >>> similar_users(train, np.array([[1.0, 0.0], [0.9, 0.1], [0.6, 0.8]], np.float32), 1)
    array([[1],
           [0],
           [1]], dtype=int32)
    """
    profiles = np.asarray(train @ vectors, dtype=np.float32)
    profiles /= np.maximum(np.linalg.norm(profiles, axis=1, keepdims=True), 1e-12)
    n_users = len(profiles)
    found = np.empty((n_users, n), dtype=np.int32)
    step = max(1, _BLOCK // n_users)
    for start in range(0, n_users, step):
        block = profiles[start : start + step] @ profiles.T
        block[np.arange(len(block)), start + np.arange(len(block))] = -np.inf
        found[start : start + step] = np.argpartition(-block, n - 1, axis=1)[:, :n]
    return np.sort(found, axis=1)
