"""RQ-VAE: an autoencoder whose middle is rounded to codes, level by level, trained as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from longtail_lib.models.generative._residual_codebooks import fit_codebooks, quantise

__all__ = ["ResidualAutoencoder", "train_autoencoder"]

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
    width: int,
    levels: int,
    codes: int,
    latent: int,
    hidden: int,
    learning_rate: float,
    seed: int,
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
