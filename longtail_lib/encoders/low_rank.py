"""The best short summary of a matrix: its truncated singular value decomposition."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import svds

__all__ = ["LowRank", "truncated_svd"]


class LowRank(NamedTuple):
    """Factors of a matrix, largest singular value first.

    Parameters
    ----------
    left : ndarray of float64, shape (n, dimensions)
    values : ndarray of float64, shape (dimensions,)
    right : ndarray of float64, shape (dimensions, m)
    """

    left: np.ndarray
    values: np.ndarray
    right: np.ndarray


def truncated_svd(matrix: csr_matrix, dimensions: int, seed: int = 0) -> LowRank:
    """Factor a sparse matrix so that the squared error is the smallest possible.

    Parameters
    ----------
    matrix : csr_matrix, shape (n, m)
    dimensions : int
        From 1 to min(n, m) - 1.
    seed : int
        Of the start vector; it does not change the result beyond rounding.

    Returns
    -------
    LowRank
        Each dimension's sign is chosen so that its largest entry in `right` is positive.

    Raises
    ------
    ValueError
        More dimensions than the matrix can give.

    References
    ----------
    Eckart, C., Young, G. (1936). The approximation of one matrix by another of lower rank.
    Psychometrika 1(3), 211-218.

    Examples
    --------
    >>> parts = truncated_svd(csr_matrix(np.diag([3.0, 1.0, 2.0])), dimensions=2)
    >>> parts.values.round(3).tolist()
    [3.0, 2.0]
    """
    most = min(matrix.shape) - 1
    if not 1 <= dimensions <= most:
        raise ValueError(
            f"truncated_svd: dimensions must lie between 1 and {most} for a matrix of shape "
            f"{matrix.shape}, got {dimensions}; pass fewer dimensions or more texts"
        )
    start = np.random.default_rng(seed).normal(size=min(matrix.shape))
    left, values, right = svds(matrix.astype(np.float64), k=dimensions, v0=start)
    order = np.argsort(-values, kind="stable")
    left, values, right = left[:, order], values[order], right[order]
    largest = np.abs(right).argmax(axis=1)
    sign = np.where(right[np.arange(dimensions), largest] < 0, -1.0, 1.0)
    return LowRank(left * sign, values, right * sign[:, None])
