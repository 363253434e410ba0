"""Batches of texts of like length, so that padding is hardly ever computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["batches_by_length", "padded"]


def batches_by_length(lengths: np.ndarray, batch_tokens: int) -> list[np.ndarray]:
    """Divide texts into batches of neighbours in length, longest first.

    Parameters
    ----------
    lengths : ndarray of int, shape (n,)
        Tokens of each text, at least 1.
    batch_tokens : int
        At most so many tokens in a batch, padding counted; a longer text is a batch of its own.

    Returns
    -------
    list of ndarray of int
        Positions of the texts, each exactly once.

    Examples
    --------
    >>> [batch.tolist() for batch in batches_by_length(np.array([3, 9, 4, 2, 3]), 9)]
    [[1], [2, 0], [4, 3]]
    """
    order = np.argsort(-lengths, kind="stable")
    batches, start = [], 0
    while start < len(order):
        # The first text of a batch is its longest.
        stop = start + max(1, batch_tokens // int(lengths[order[start]]))
        batches.append(order[start:stop])
        start = stop
    return batches


def padded(ids: Sequence[Sequence[int]], padding: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Lay token ids of different lengths into one matrix.

    Returns
    -------
    tuple of ndarray of int32, shape (n, longest)
        The ids, filled up at the right, and 1 where there is a token.

    Examples
    --------
    >>> [part.tolist() for part in padded([[5, 6, 7], [8]])]
    [[[5, 6, 7], [8, 0, 0]], [[1, 1, 1], [1, 0, 0]]]
    """
    mask = np.arange(max(map(len, ids))) < np.array([len(row) for row in ids])[:, None]
    matrix = np.full(mask.shape, padding, np.int32)
    matrix[mask] = np.concatenate([np.asarray(row, np.int32) for row in ids])
    return matrix, mask.astype(np.int32)
