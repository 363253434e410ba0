"""Scores to probabilities."""

from __future__ import annotations

import numpy as np

__all__ = ["softmax"]


def softmax(scores: np.ndarray) -> np.ndarray:
    """Turn each row of scores into probabilities that add up to 1.

    Parameters
    ----------
    scores : ndarray of float, shape (n, m)

    Returns
    -------
    ndarray of float, shape (n, m)

    Examples
    --------
    >>> softmax(np.log([[1.0, 3.0]])).round(2).tolist()
    [[0.25, 0.75]]
    """
    # The largest score becomes 0, so that no exponential overflows.
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)
