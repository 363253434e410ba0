"""Draw interactions so that rare items come up more often than the log holds them."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["capped_probability", "draw_interactions", "reversed_probability"]


def reversed_probability(popularity: np.ndarray) -> np.ndarray:
    """Probability of each item inversely proportional to its popularity.

    An item with one interaction comes up a hundred times as often as one with a hundred.

    Parameters
    ----------
    popularity : array of int, shape (n_items,)
        Train interactions. Cold items have none to draw and get probability 0.

    Returns
    -------
    ndarray of float64, shape (n_items,)
        Sums to 1.

    References
    ----------
    Zhou, Cui, Wei and Chen (2020), "BBN: Bilateral-Branch Network with Cumulative Learning for
    Long-Tailed Visual Recognition", CVPR 2020.

    Examples
    --------
    >>> reversed_probability([4, 1, 0]).tolist()
    [0.2, 0.8, 0.0]
    """
    popularity = np.asarray(popularity, dtype=np.float64)
    weight = np.divide(1.0, popularity, out=np.zeros_like(popularity), where=popularity > 0)
    return weight / weight.sum()


def capped_probability(popularity: np.ndarray, head: float = 0.2) -> np.ndarray:
    """Probability of each item when head items are thinned to the level of the rest.

    The interactions of a head item are drawn as if it had as many as the most popular item
    outside the head; all others are drawn as the log holds them.

    Parameters
    ----------
    popularity : array of int, shape (n_items,)
    head : float
        Share of the catalogue that is the head, between 0 and 1.

    Returns
    -------
    ndarray of float64, shape (n_items,)
        Sums to 1.

    References
    ----------
    Zhang et al. (2023), "Empowering Long-tail Item Recommendation through Cross Decoupling
    Network (CDN)", KDD 2023.

    Examples
    --------
    >>> capped_probability([90, 5, 3, 2, 0], head=0.2).round(3).tolist()
    [0.333, 0.333, 0.2, 0.133, 0.0]
    """
    if not 0 <= head < 1:
        raise ValueError(f"head must be a share of the catalogue from 0 to below 1, got {head}")
    popularity = np.asarray(popularity, dtype=np.float64)
    falling = np.sort(popularity)[::-1]
    cap = falling[min(int(np.ceil(head * len(falling))), len(falling) - 1)]
    # Where nothing outside the head has an interaction, the head is all there is to draw from.
    weight = np.minimum(popularity, cap) if cap > 0 else popularity
    return weight / weight.sum()


def draw_interactions(
    train: csr_matrix, probability: np.ndarray, size: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw train interactions: an item by its probability, then one of its users evenly.

    Parameters
    ----------
    train : csr_matrix, shape (n_users, n_items)
    probability : array of float, shape (n_items,)
        0 for cold items.
    size : int
    rng : numpy.random.Generator

    Returns
    -------
    users, items : ndarray of int32, shape (size,)

    Examples
    --------
    >>> train = csr_matrix(np.array([[1, 0], [1, 0], [1, 1]], dtype=np.float32))
    >>> users, items = draw_interactions(train, [0.0, 1.0], 3, np.random.default_rng(0))
    >>> users.tolist(), items.tolist()
    ([2, 2, 2], [1, 1, 1])
    """
    by_item = train.tocsc()
    items = rng.choice(train.shape[1], size=size, p=np.asarray(probability, dtype=np.float64))
    counts = np.diff(by_item.indptr)[items]
    # floor(u * n) can round up to n for u just below 1.
    place = np.minimum((rng.random(size) * counts).astype(np.int64), counts - 1)
    users = by_item.indices[by_item.indptr[items] + place]
    return users.astype(np.int32), items.astype(np.int32)
