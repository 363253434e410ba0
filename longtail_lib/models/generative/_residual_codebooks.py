"""Residual quantisation: each level's codebook describes what the levels before it left over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["fit_codebooks", "k_means", "nearest", "quantise", "sum_of_codes"]


def fit_codebooks(
    points: np.ndarray,
    levels: int,
    codes: int,
    rng: np.random.Generator,
    start: Sequence[np.ndarray] | None = None,
) -> np.ndarray:
    """Fit one codebook after another by k-means on the residuals."""
    residual = np.ascontiguousarray(points, dtype=np.float32)
    books = []
    for level in range(levels):
        book, labels = k_means(residual, codes, rng, start=None if start is None else start[level])
        books.append(book)
        residual = residual - book[labels]
    return np.stack(books)


def quantise(points: np.ndarray, codebooks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest code at each level, and what each level leaves over."""
    residual = np.ascontiguousarray(points, dtype=np.float32)
    chosen, left = [], []
    for book in codebooks:
        labels, distances = nearest(residual, book)
        residual = residual - book[labels]
        chosen.append(labels)
        left.append(distances.mean(dtype=np.float64) if len(points) else 0.0)
    return np.stack(chosen, axis=1), np.array(left)


def sum_of_codes(codes: np.ndarray, codebooks: np.ndarray) -> np.ndarray:
    """Add up the code vectors of ids, or of the first tokens of ids."""
    codes = np.asarray(codes)
    total = np.zeros((len(codes), codebooks.shape[2]), dtype=np.float32)
    for level in range(codes.shape[1]):
        total += codebooks[level][codes[:, level]]
    return total


# Distances held at a time: 32 MiB.
_BLOCK = 2**23


def k_means(
    points: np.ndarray,
    clusters: int,
    rng: np.random.Generator,
    *,
    start: np.ndarray | None = None,
    iterations: int = 30,
) -> tuple[np.ndarray, np.ndarray]:
    """Find centroids that are each the mean of the points nearest to them, or close to it."""
    points = np.ascontiguousarray(points, dtype=np.float32)
    lengths = (points**2).sum(axis=1)
    centroids = _spread(points, clusters, rng) if start is None else start.astype(np.float32)
    labels, closeness = _closest(points, centroids)
    for _ in range(iterations):
        labels = _fill_empty(labels, np.maximum(lengths - 2 * closeness, 0), clusters)
        centroids = _means(points, labels, centroids)
        last = labels
        labels, closeness = _closest(points, centroids)
        if np.array_equal(labels, last):
            break
    return centroids, labels


def nearest(points: np.ndarray, centroids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each point's nearest centroid and the squared distance to it."""
    labels, _ = _closest(points, centroids)
    # The difference itself, and not the expanded square, which rounds below zero.
    return labels, ((points - centroids[labels]) ** 2).sum(axis=1)


def _closest(points: np.ndarray, centroids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return nearest centroids, and x @ c - |c|^2 / 2, which is the larger the nearer."""
    labels = np.empty(len(points), dtype=np.int32)
    closeness = np.empty(len(points), dtype=np.float32)
    halves = (centroids**2).sum(axis=1) / 2
    step = max(1, _BLOCK // len(centroids))
    for first in range(0, len(points), step):
        block = slice(first, first + step)
        values = points[block] @ centroids.T - halves
        labels[block] = values.argmax(axis=1)
        closeness[block] = np.take_along_axis(values, labels[block, None], axis=1)[:, 0]
    return labels, closeness


def _spread(points: np.ndarray, clusters: int, rng: np.random.Generator) -> np.ndarray:
    """Choose first centroids among points drawn with a chance that grows with their distance."""
    # Of a few drawn points the one that serves the others best, as scikit-learn does it.
    draws = 2 + int(np.log(clusters))
    lengths = (points**2).sum(axis=1)
    chosen = np.empty((clusters, points.shape[1]), dtype=np.float32)
    chosen[0] = points[rng.integers(len(points))]
    distances = ((points - chosen[0]) ** 2).sum(axis=1)
    for place in range(1, clusters):
        total = np.cumsum(distances, dtype=np.float64)
        rows = np.searchsorted(total, rng.random(draws) * total[-1], side="right")
        rows = np.minimum(rows, len(points) - 1)
        expanded = lengths[:, None] + lengths[rows] - 2 * (points @ points[rows].T)
        served = np.minimum(distances[:, None], np.maximum(expanded, 0))
        best = int(served.sum(axis=0, dtype=np.float64).argmin())
        chosen[place] = points[rows[best]]
        np.minimum(distances, ((points - chosen[place]) ** 2).sum(axis=1), out=distances)
    return chosen


def _fill_empty(labels: np.ndarray, distances: np.ndarray, clusters: int) -> np.ndarray:
    """Give each empty cluster the worst served point whose own cluster can spare it."""
    counts = np.bincount(labels, minlength=clusters)
    empty = np.flatnonzero(counts == 0)
    if not len(empty):
        return labels
    labels = labels.copy()
    waiting = empty.tolist()
    for row in np.argsort(-distances, kind="stable"):
        if not waiting or distances[row] == 0:
            break
        if counts[labels[row]] > 1:
            counts[labels[row]] -= 1
            labels[row] = waiting.pop(0)
            counts[labels[row]] += 1
    return labels


def _means(points: np.ndarray, labels: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Return the mean of each cluster; an empty one stays where it is."""
    clusters, rows = len(centroids), len(points)
    counts = np.bincount(labels, minlength=clusters)
    member = csr_matrix(
        (np.ones(rows, dtype=np.float32), (labels, np.arange(rows))), shape=(clusters, rows)
    )
    moved = centroids.copy()
    used = counts > 0
    moved[used] = (member @ points)[used] / counts[used, None]
    return moved
