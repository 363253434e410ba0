"""k-means by Lloyd's iterations, started by k-means++, without clusters that stay empty."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["k_means", "nearest"]

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
    """Find centroids that are each the mean of the points nearest to them, or close to it.

    A cluster that runs empty is moved to the point that is worst served, so a cluster stays empty
    only where there are fewer distinct points than clusters.

    Parameters
    ----------
    points : ndarray of float32, shape (n, d)
    clusters : int
        At least 1.
    rng : numpy.random.Generator
    start : ndarray of float32, shape (clusters, d), or None
        First centroids; None draws them by k-means++.
    iterations : int
        At most; fewer where nothing moves any more.

    Returns
    -------
    centroids : ndarray of float32, shape (clusters, d)
    labels : ndarray of int32, shape (n,)
        The nearest centroid of each point; the first of equally near ones.

    References
    ----------
    S. P. Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory
    28(2), 1982.
    D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.

    Examples
    --------
    >>> points = np.array([[0.0], [1.0], [10.0], [11.0]], dtype=np.float32)
    >>> centroids, labels = k_means(points, 2, np.random.default_rng(0))
    >>> sorted(centroids[:, 0].tolist())
    [0.5, 10.5]
    """
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
    """Return each point's nearest centroid and the squared distance to it.

    Parameters
    ----------
    points : ndarray of float32, shape (n, d)
    centroids : ndarray of float32, shape (clusters, d)

    Returns
    -------
    labels : ndarray of int32, shape (n,)
        The first of equally near ones.
    distances : ndarray of float32, shape (n,)
        Squared; never negative.

    Examples
    --------
    >>> nearest(np.float32([[0, 0], [3, 4]]), np.float32([[0, 0], [3, 3]]))
    (array([0, 1], dtype=int32), array([0., 1.], dtype=float32))
    """
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
