"""The baseline that reads nothing: a random vector for each text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from longtail_lib.text import Encoder
from longtail_lib.text._encoder import unit_rows

__all__ = ["RandomVectors"]


class RandomVectors(Encoder):
    """Give each text a random direction; what it reaches, chance reaches.

    Parameters
    ----------
    dimensions : int
    seed : int

    Examples
    --------
    >>> vectors = RandomVectors(dimensions=8, seed=1).fit(["a", "b"]).encode(["a", "b"])
    >>> vectors.shape, (vectors**2).sum(axis=1).round(6).tolist()
    ((2, 8), [1.0, 1.0])
    """

    def __init__(self, dimensions: int = 64, seed: int = 0) -> None:
        self.dimensions = dimensions
        self.seed = seed

    def encode(self, texts: Iterable[str]) -> np.ndarray:
        """Draw one direction for each text, shape (n, dimensions); it needs no `fit`."""
        n = len(list(texts))
        return unit_rows(np.random.default_rng(self.seed).normal(size=(n, self.dimensions)))

    @property
    def n_parameters(self) -> int:
        """Nothing is learned."""
        return 0

    def _fit(self, texts: list[str], labels: Iterable[Any] | None) -> None:
        self._refuse_labels(labels)

    def _encode(self, texts: list[str]) -> np.ndarray:
        return self.encode(texts)
