"""Interactions in batches of equal size, as a tf.data stream."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["batches_of", "equal_batches", "shuffled_pairs"]


def shuffled_pairs(train: csr_matrix, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the user row and item column of every interaction, in random order.

    Parameters
    ----------
    train : csr_matrix, shape (n_users, n_items)
    rng : numpy.random.Generator

    Returns
    -------
    user_rows, item_rows : ndarray of int32, shape (n_interactions,)

    Examples
    --------
    >>> train = csr_matrix(np.array([[1, 0, 1], [0, 1, 0]], dtype=np.float32))
    >>> users, items = shuffled_pairs(train, np.random.default_rng(0))
    >>> sorted(zip(users.tolist(), items.tolist()))
    [(0, 0), (0, 2), (1, 1)]
    """
    users = np.repeat(np.arange(train.shape[0], dtype=np.int32), np.diff(train.indptr))
    order = rng.permutation(train.nnz)
    return users[order], train.indices[order].astype(np.int32, copy=False)


def equal_batches(n: int, batch_size: int) -> tuple[int, int]:
    """Return how many batches of which equal size n rows make, near the size asked for.

    One size means that a compiled step is traced once. Fewer rows than there are batches are left
    over; where rows are shuffled, they are others in each epoch.

    Examples
    --------
    >>> equal_batches(50_285, 1024)
    (49, 1026)
    >>> equal_batches(30, 1024)
    (1, 30)
    """
    count = max(1, round(n / batch_size))
    return count, n // count


def batches_of(arrays: Any, batch_size: int) -> Any:
    """Stream arrays in batches of equal size, in the order of their rows.

    Whole batches are stored as rows of one tensor, so that taking one is a copy of consecutive
    memory and the next lies ready while a step runs.

    Parameters
    ----------
    arrays : array, or tuple or dict of arrays (nested if need be), each of shape (n, ...)
    batch_size : int
        Batches differ from it as little as equal sizes allow, see `equal_batches`.

    Returns
    -------
    tf.data.Dataset
        Of the same structure, shapes (size, ...).
    """
    import tensorflow as tf

    first = tf.nest.flatten(arrays)[0]
    count, size = equal_batches(len(first), batch_size)
    stacked = tf.nest.map_structure(
        lambda array: np.reshape(array[: count * size], (count, size, *array.shape[1:])), arrays
    )
    return tf.data.Dataset.from_tensor_slices(stacked).prefetch(tf.data.AUTOTUNE)
