"""Why a sigmoid tower cannot say "dislike": the lowest cosine it can give."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["cosine", "largest_reach", "sigmoid_cosine_floor"]


def cosine(u: ArrayLike, i: ArrayLike) -> np.ndarray:
    """Compute the cosine of u and i: what the printed `Dot(normalize=True)` computes.

    Parameters
    ----------
    u, i : array of float, shape (d,) or (n, d)

    Returns
    -------
    ndarray of float64, shape () or (n,)
        In [-1, 1]. A vector of zeros has no direction; its cosine is 0 here.

    Raises
    ------
    ValueError
        u and i differ in shape.

    Examples
    --------
    >>> cosine([1.0, 0.0], [-1.0, 0.0])
    np.float64(-1.0)
    >>> cosine([0.9, 0.1], [0.1, 0.9]).round(4)
    np.float64(0.2195)
    """
    u, i = np.asarray(u, dtype=np.float64), np.asarray(i, dtype=np.float64)
    if u.shape != i.shape:
        raise ValueError(f"u and i must have the same shape, got {u.shape} and {i.shape}")
    lengths = np.linalg.norm(u, axis=-1) * np.linalg.norm(i, axis=-1)
    dot = (u * i).sum(axis=-1)
    return np.clip(np.divide(dot, lengths, out=np.zeros_like(dot), where=lengths > 0), -1, 1)[()]


def sigmoid_cosine_floor(reach: ArrayLike) -> np.ndarray:
    """Return the lowest cosine that two sigmoid towers can give: 1 / cosh(reach).

    A sigmoid gives positive numbers only, so the cosine of two towers is above 0 whatever the
    weights. How far above depends on how large the values before the sigmoid get. If none is
    beyond ±c, every output lies between σ(-c) and σ(c), and the Pólya-Szegő inequality gives

        cosine >= 2 σ(c) σ(-c) / (σ(c)² + σ(-c)²) = 1 / cosh(c).

    For an even number of units the bound is reached: half of u at σ(c) and half at σ(-c), and i
    the other way round.

    Parameters
    ----------
    reach : array of float >= 0
        c, the largest |value before the sigmoid| in either tower; see `largest_reach`.

    Returns
    -------
    ndarray of float64, shape of reach
        1 at c = 0, falling towards 0 and never there.

    Raises
    ------
    ValueError
        A negative reach.

    References
    ----------
    G. Pólya and G. Szegő, Aufgaben und Lehrsätze aus der Analysis, Springer, 1925.

    Examples
    --------
    >>> sigmoid_cosine_floor([0.0, 1.0, 3.0]).round(4)
    array([1.    , 0.6481, 0.0993])
    """
    reach = np.asarray(reach, dtype=np.float64)
    if np.any(reach < 0):
        raise ValueError(f"reach must not be negative, got {reach}; pass |value|")
    return 1 / np.cosh(reach)


def largest_reach(
    weights: ArrayLike, bias: ArrayLike = 0.0, low: float = 0.0, high: float = 1.0
) -> float:
    """Return the largest |x W + b| of a layer over all inputs between `low` and `high`.

    Parameters
    ----------
    weights : array of float, shape (n_features, units)
        As Keras stores them: one column a unit.
    bias : array of float, shape (units,) or scalar
    low, high : float
        Range of every feature.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        low is above high.

    Examples
    --------
    >>> largest_reach([[1.0, -1.0], [1.0, -2.0]], [0.5, 0.0])
    3.0
    """
    if low > high:
        raise ValueError(f"low must not be above high, got {low} and {high}")
    weights, bias = np.asarray(weights, dtype=np.float64), np.asarray(bias, dtype=np.float64)
    ends = np.stack([weights * low, weights * high])
    top = ends.max(axis=0).sum(axis=0) + bias
    bottom = ends.min(axis=0).sum(axis=0) + bias
    return float(np.maximum(np.abs(top), np.abs(bottom)).max())
