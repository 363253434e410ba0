"""Residual quantisation: each level's codebook describes what the levels before it left over.

Codebooks come from k-means, or from RQ-VAE: an autoencoder whose middle is rounded to codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

__all__ = [
    "ResidualAutoencoder",
    "fit_codebooks",
    "k_means",
    "nearest",
    "quantise",
    "sum_of_codes",
    "train_autoencoder",
]


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


_BATCH = 512
# Where the commitment term is weaker, the encoder runs away from its codes (VQ-VAE's value).
_COMMITMENT = 0.25


@dataclass(frozen=True)
class ResidualAutoencoder:
    """The trained maps as arrays; encoding and decoding need no Keras."""

    encoder: tuple[np.ndarray, ...]
    decoder: tuple[np.ndarray, ...]
    codebooks: np.ndarray

    def latent(self, vectors: np.ndarray) -> np.ndarray:
        """Map vectors, shape (n, d), to where they are quantised, shape (n, latent)."""
        return _two_layers(vectors, self.encoder)

    def vectors(self, latent: np.ndarray) -> np.ndarray:
        """Map latent vectors, shape (n, latent), back, shape (n, d)."""
        return _two_layers(latent, self.decoder)


def train_autoencoder(
    vectors: np.ndarray,
    levels: int,
    codes: int,
    *,
    latent: int = 32,
    hidden: int = 128,
    epochs: int = 40,
    learning_rate: float = 3e-3,
    seed: int = 0,
) -> ResidualAutoencoder:
    """Train encoder, codebooks and decoder together."""
    rng = np.random.default_rng(seed)
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    network = _network(vectors.shape[1], levels, codes, latent, hidden, learning_rate, seed)
    start = np.array(network.latent(vectors))
    network.codebooks.assign(fit_codebooks(start, levels, codes, rng))
    for _ in range(epochs):
        order = rng.permutation(len(vectors))
        network.fit(vectors[order], vectors[order], batch_size=_BATCH, shuffle=False, verbose=0)
        _revive(network, vectors, rng)
    encoder = tuple(np.array(weight) for weight in network.encoder.weights)
    decoder = tuple(np.array(weight) for weight in network.decoder.weights)
    learned = np.array(network.codebooks)
    points = _two_layers(vectors, encoder)
    return ResidualAutoencoder(
        encoder, decoder, fit_codebooks(points, levels, codes, rng, start=learned)
    )


def _network(
    width: int, levels: int, codes: int, latent: int, hidden: int, learning_rate: float, seed: int
) -> Any:
    from longtail_lib._import_keras import import_keras

    keras = import_keras()
    ops = keras.ops

    def two_layers(inputs: int, outputs: int, first_seed: int) -> Any:
        layers = [
            keras.layers.Dense(
                units,
                activation=activation,
                kernel_initializer=keras.initializers.GlorotUniform(first_seed + place),
            )
            for place, (units, activation) in enumerate(((hidden, "relu"), (outputs, None)))
        ]
        return keras.Sequential([keras.layers.Input((inputs,)), *layers])

    class Network(keras.Model):
        """Sum of squared errors, plus what pulls codes and encoder together."""

        def __init__(self) -> None:
            super().__init__(name="residual_autoencoder")
            self.encoder = two_layers(width, latent, 4 * seed)
            self.decoder = two_layers(latent, width, 4 * seed + 2)
            self.codebooks = self.add_weight(
                shape=(levels, codes, latent), initializer="zeros", name="codebooks"
            )
            self.built = True

        def latent(self, vectors: np.ndarray) -> Any:
            return ops.convert_to_numpy(self.encoder(vectors))

        def call(self, inputs: Any) -> tuple[Any, Any]:
            encoded = self.encoder(inputs)
            residual, pull = encoded, 0.0
            for level in range(levels):
                book = self.codebooks[level]
                fit = ops.matmul(residual, ops.transpose(book)) - ops.sum(book**2, axis=1) / 2
                code = ops.take(book, ops.argmax(fit, axis=1), axis=0)
                towards = ops.sum((ops.stop_gradient(residual) - code) ** 2, axis=1)
                commit = ops.sum((residual - ops.stop_gradient(code)) ** 2, axis=1)
                pull = pull + towards + _COMMITMENT * commit
                residual = residual - ops.stop_gradient(code)
            rounded = encoded - ops.stop_gradient(residual)
            return self.decoder(rounded), pull

        def compute_loss(
            self, x=None, y=None, y_pred=None, sample_weight=None, training=True
        ) -> Any:
            decoded, pull = y_pred
            return ops.mean(ops.sum((y - decoded) ** 2, axis=1) + pull)

    network = Network()
    network.compile(keras.optimizers.Adam(learning_rate), jit_compile=False)
    return network


def _revive(network: Any, vectors: np.ndarray, rng: np.random.Generator) -> None:
    """Move each code that nothing is near to, to the residual of a vector drawn at random."""
    books = np.array(network.codebooks)
    residual = network.latent(vectors)
    moved = False
    for level, book in enumerate(books):
        labels = quantise(residual, book[None])[0][:, 0]
        unused = np.flatnonzero(np.bincount(labels, minlength=len(book)) == 0)
        if len(unused):
            book[unused] = residual[rng.integers(len(residual), size=len(unused))]
            moved = True
            labels = quantise(residual, book[None])[0][:, 0]
        residual = residual - books[level][labels]
    if moved:
        network.codebooks.assign(books)


def _two_layers(points: np.ndarray, weights: Sequence[np.ndarray]) -> np.ndarray:
    first, first_bias, second, second_bias = weights
    return np.maximum(points @ first + first_bias, 0) @ second + second_bias
