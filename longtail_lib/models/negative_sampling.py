"""Where negatives come from, and how likely each item was to come."""

from __future__ import annotations

import numpy as np

__all__ = ["NEGATIVES", "draw", "mixed_proposal", "proposal"]

NEGATIVES = ("uniform", "in-batch", "popularity", "mixed")


def proposal(negatives: str, popularity: np.ndarray) -> np.ndarray | None:
    """Return the distribution that negatives are drawn from.

    Parameters
    ----------
    negatives : {"uniform", "in-batch", "popularity", "mixed"}
        "mixed" draws uniformly, beside the items of the batch.
    popularity : ndarray of int, shape (n_items,)

    Returns
    -------
    ndarray of float64, shape (n_items,), or None
        Sums to 1. None for "in-batch", which draws nothing.

    Raises
    ------
    ValueError
        An unknown kind.

    Examples
    --------
    >>> proposal("popularity", np.array([3, 0, 1]))
    array([0.75, 0.  , 0.25])
    """
    if negatives not in NEGATIVES:
        raise ValueError(
            f"negatives must be one of {', '.join(map(repr, NEGATIVES))}, got {negatives!r}"
        )
    if negatives == "in-batch":
        return None
    if negatives == "popularity":
        return popularity / popularity.sum()
    return np.full(len(popularity), 1 / len(popularity))


def draw(distribution: np.ndarray, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Draw items from a distribution, with replacement.

    Parameters
    ----------
    distribution : ndarray of float, shape (n_items,)
    shape : tuple of int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int32, of this shape

    Examples
    --------
    >>> draw(np.array([0.0, 1.0]), (3,), np.random.default_rng(0))
    array([1, 1, 1], dtype=int32)
    """
    edges = np.cumsum(distribution)
    drawn = np.searchsorted(edges, rng.random(shape) * edges[-1], side="right")
    return drawn.astype(np.int32)


def mixed_proposal(
    in_batch: np.ndarray, uniform: float, n_in_batch: int, n_uniform: int
) -> np.ndarray:
    """Return how likely an item is to be a given negative, where some are in-batch, some uniform.

    Parameters
    ----------
    in_batch : ndarray of float, shape (n,)
        Probability of each item to be an interaction's item.
    uniform : float
        Probability of each item in the uniform part, 1 / n_items.
    n_in_batch, n_uniform : int
        Negatives of either kind in a batch.

    Returns
    -------
    ndarray of float, shape (n,)

    References
    ----------
    J. Yang et al., "Mixed Negative Sampling for Learning Two-tower Neural Networks in
    Recommendations", Companion Proceedings of the Web Conference 2020.

    Examples
    --------
    >>> mixed_proposal(np.array([0.5, 0.0]), 0.25, n_in_batch=3, n_uniform=1)
    array([0.4375, 0.0625])
    """
    return (n_in_batch * in_batch + n_uniform * uniform) / (n_in_batch + n_uniform)
