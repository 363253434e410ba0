"""Residual quantisation: each level's codebook describes what the levels before it left over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from longtail_lib.models.generative.lloyd import k_means, nearest

__all__ = ["fit_codebooks", "quantise", "sum_of_codes"]


def fit_codebooks(
    points: np.ndarray,
    levels: int,
    codes: int,
    rng: np.random.Generator,
    start: Sequence[np.ndarray] | None = None,
) -> np.ndarray:
    """Fit one codebook after another by k-means on the residuals.

    Parameters
    ----------
    points : ndarray of float32, shape (n, d)
    levels : int
    codes : int
        Vectors of each codebook.
    rng : numpy.random.Generator
    start : sequence of ndarray, shape (codes, d), or None
        First centroids of each level.

    Returns
    -------
    ndarray of float32, shape (levels, codes, d)

    Examples
    --------
    >>> points = np.array([[0.0], [1.0], [10.0], [11.0]], dtype=np.float32)
    >>> books = fit_codebooks(points, 2, 2, np.random.default_rng(0))
    >>> [sorted(book[:, 0].tolist()) for book in books]
    [[0.5, 10.5], [-0.5, 0.5]]
    """
    residual = np.ascontiguousarray(points, dtype=np.float32)
    books = []
    for level in range(levels):
        book, labels = k_means(residual, codes, rng, start=None if start is None else start[level])
        books.append(book)
        residual = residual - book[labels]
    return np.stack(books)


def quantise(points: np.ndarray, codebooks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest code at each level, and what each level leaves over.

    Parameters
    ----------
    points : ndarray of float32, shape (n, d)
    codebooks : ndarray of float32, shape (levels, codes, d)

    Returns
    -------
    codes : ndarray of int32, shape (n, levels)
    left : ndarray of float64, shape (levels,)
        Mean squared length of the residual after each level.

    Examples
    --------
    >>> books = np.array([[[0.5], [10.5]], [[-0.5], [0.5]]], dtype=np.float32)
    >>> codes, left = quantise(np.array([[0.0], [11.0]], dtype=np.float32), books)
    >>> codes.tolist(), left.tolist()
    ([[0, 0], [1, 1]], [0.25, 0.0])
    """
    residual = np.ascontiguousarray(points, dtype=np.float32)
    chosen, left = [], []
    for book in codebooks:
        labels, distances = nearest(residual, book)
        residual = residual - book[labels]
        chosen.append(labels)
        left.append(distances.mean(dtype=np.float64) if len(points) else 0.0)
    return np.stack(chosen, axis=1), np.array(left)


def sum_of_codes(codes: np.ndarray, codebooks: np.ndarray) -> np.ndarray:
    """Add up the code vectors of ids, or of the first tokens of ids.

    Parameters
    ----------
    codes : ndarray of int, shape (n, m)
        At most `levels` tokens each.
    codebooks : ndarray of float32, shape (levels, codes, d)

    Returns
    -------
    ndarray of float32, shape (n, d)

    Examples
    --------
    >>> books = np.array([[[0.5], [10.5]], [[-0.5], [0.5]]], dtype=np.float32)
    >>> sum_of_codes(np.array([[1, 0]]), books)
    array([[10.]], dtype=float32)
    """
    codes = np.asarray(codes)
    total = np.zeros((len(codes), codebooks.shape[2]), dtype=np.float32)
    for level in range(codes.shape[1]):
        total += codebooks[level][codes[:, level]]
    return total
