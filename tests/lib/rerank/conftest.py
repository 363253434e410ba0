"""Candidates drawn from a seed, with ties, and with users who run out of candidates."""

from dataclasses import dataclass

import numpy as np
import pytest


@dataclass
class Drawn:
    columns: np.ndarray
    scores: np.ndarray
    tail: np.ndarray
    preference: np.ndarray
    groups: np.ndarray
    target: np.ndarray
    vectors: np.ndarray
    popularity: np.ndarray

    @property
    def rows(self):
        return range(len(self.columns))


def draw(seed, n=6, m=15, n_items=40, n_groups=4) -> Drawn:
    rng = np.random.default_rng(seed)
    columns = np.stack([rng.permutation(n_items)[:m] for _ in range(n)])
    # Rounded, so that some scores are equal.
    scores = -np.sort(-rng.normal(size=(n, m)).round(1), axis=1).astype(np.float32)
    # The last user has few candidates.
    scores[-1, 5:] = -np.inf
    columns[-1, 5:] = -1
    groups = rng.dirichlet(np.full(n_groups, 0.4), n_items)
    groups[0] = 0
    target = rng.dirichlet(np.full(n_groups, 0.5), n)
    target[0] = np.eye(n_groups)[1]
    return Drawn(
        columns,
        scores,
        rng.random(n_items) < 0.4,
        rng.random(n),
        groups,
        target,
        rng.normal(size=(n_items, 5)),
        rng.integers(0, 50, n_items),
    )


@pytest.fixture
def drawn():
    return draw(0)
