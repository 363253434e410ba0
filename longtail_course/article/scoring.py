"""The two scoring forms of article section 4.2, and whether they are equal."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from longtail_course.article.activation import logit, sigmoid

__all__ = ["SCORE_READINGS", "ScoreEquation", "agreeing_scores", "dot_score"]
__all__ += ["score_equation", "second_score"]

SCORE_READINGS = ("scalar", "vector", "elementwise", "matrix")


class ScoreEquation(NamedTuple):
    """Both sides of the article's equation: `left` is uᵀi, `right` the second form."""

    left: np.ndarray
    right: np.ndarray
    gap: float


def dot_score(u: ArrayLike, i: ArrayLike) -> np.ndarray:
    """Compute the left form of the score: the inner product uᵀ · i.

    Parameters
    ----------
    u, i : array of float, shape (), (d,) or (n, d)
        Representations of a user and an item, or of n pairs. Scalars come from the reading in
        which W is a vector; their product is returned.

    Returns
    -------
    ndarray of float64, shape () or (n,)
        For sigmoid outputs it lies in (0, d), so it is no probability.

    Raises
    ------
    ValueError
        u and i differ in shape or have more than two axes.

    Examples
    --------
    >>> dot_score([0.5] * 5, [0.5] * 5)
    np.float64(1.25)
    """
    u, i = _pair(u, i)
    return (u * i if u.ndim == 0 else (u * i).sum(axis=-1))[()]


def second_score(
    u: ArrayLike,
    i: ArrayLike,
    weights: ArrayLike,
    bias: ArrayLike = 0.0,
    *,
    reading: str = "elementwise",
) -> np.ndarray:
    """Compute the right form of the score, σ(W3 · (u · i) + b3), in one of four readings.

    Parameters
    ----------
    u, i : array of float, shape (d,)
        Representations of one user and one item.
    weights : array of float
        W3: a scalar for "scalar", shape (m,) for "vector", (d,) for "elementwise", (m, d) for
        "matrix".
    bias : float
        b3.
    reading : {"scalar", "vector", "elementwise", "matrix"}
        - "scalar": u · i is the inner product, W3 one number; the score is a number.
        - "vector": u · i is the inner product, W3 a vector; the "score" is a vector of m numbers.
        - "elementwise": u · i multiplies entry by entry, and W3 sums the products with weights;
          the score is a number. The only reading in which five weights give one score.
        - "matrix": u · i multiplies entry by entry, W3 is a matrix; the "score" is a vector.

    Returns
    -------
    ndarray of float64, shape () or (m,)
        Every entry lies in (0, 1).

    Raises
    ------
    ValueError
        An unknown reading, or shapes that do not fit it.

    Examples
    --------
    >>> half = [0.5] * 5
    >>> second_score(half, half, 1.0, reading="scalar").round(4)
    np.float64(0.7773)
    >>> second_score(half, half, half, reading="vector").round(4)
    array([0.6514, 0.6514, 0.6514, 0.6514, 0.6514])
    >>> second_score(half, half, half, reading="elementwise").round(4)
    np.float64(0.6514)
    """
    if reading not in SCORE_READINGS:
        raise ValueError(f"reading must be one of {', '.join(SCORE_READINGS)}, got {reading!r}")
    u, i = _pair(u, i)
    if u.ndim != 1:
        raise ValueError(f"u and i must each have shape (d,), got {u.shape}")
    weights = np.asarray(weights, dtype=np.float64)
    d = len(u)
    wanted = {"scalar": "()", "vector": "(m,)", "elementwise": f"({d},)", "matrix": f"(m, {d})"}
    fits = {
        "scalar": weights.ndim == 0,
        "vector": weights.ndim == 1,
        "elementwise": weights.shape == (d,),
        "matrix": weights.ndim == 2 and weights.shape[1] == d,
    }
    if not fits[reading]:
        raise ValueError(
            f"weights must have shape {wanted[reading]} for reading={reading!r} with u of "
            f"{d} numbers, got {weights.shape}"
        )
    product = u @ i if reading in ("scalar", "vector") else u * i
    z = weights * product if reading in ("scalar", "vector") else weights @ product
    return sigmoid(z + bias)[()]


def score_equation(
    u: ArrayLike,
    i: ArrayLike,
    weights: ArrayLike,
    bias: ArrayLike = 0.0,
    *,
    reading: str = "elementwise",
) -> ScoreEquation:
    """Put both sides of "uᵀ · i = σ(W3 · (u · i) + b3)" next to each other.

    The article writes them as equal. They are two different models: the right side lies in
    (0, 1), the left anywhere. With one weight they agree only where s = σ(W3·s + b3), which holds
    for at most three values of s = uᵀi: see `agreeing_scores`.

    Parameters
    ----------
    u, i, weights, bias, reading
        As for `second_score`.

    Returns
    -------
    ScoreEquation
        `left` (a number), `right` (shape of the reading), `gap` (largest |left - right|).

    Examples
    --------
    >>> score_equation([0.5] * 5, [0.5] * 5, [0.5] * 5).gap.round(4)
    np.float64(0.5986)
    """
    left = dot_score(u, i)
    right = second_score(u, i, weights, bias, reading=reading)
    return ScoreEquation(left, right, np.abs(left - right).max())


def agreeing_scores(weight: float, bias: float = 0.0) -> np.ndarray:
    """Find every s = uᵀi at which both sides are equal, s = σ(W3·s + b3), for one number W3.

    Parameters
    ----------
    weight, bias : float
        W3 and b3.

    Returns
    -------
    ndarray of float64, shape (1,), (2,) or (3,)
        Ascending, all in (0, 1). Three only where W3 is above 4, because the steepest slope of
        σ is a quarter.

    Raises
    ------
    ValueError
        A weight or bias that is not finite.

    Examples
    --------
    >>> agreeing_scores(1.0).round(4)
    array([0.659])
    >>> agreeing_scores(8.0, -4.0).round(4)
    array([0.0212, 0.5   , 0.9788])
    """
    from scipy.optimize import brentq

    if not (np.isfinite(weight) and np.isfinite(bias)):
        raise ValueError(f"weight and bias must be finite, got {weight} and {bias}")

    def gap(s: float) -> float:
        return float(sigmoid(weight * s + bias)) - s

    # Between two turning points the gap only rises or only falls, so it has at most one zero.
    turns = []
    if weight > 4:
        slope = np.sqrt(0.25 - 1 / weight)
        turns = (logit([0.5 - slope, 0.5 + slope]) - bias) / weight
    ends = [0.0, *(turn for turn in turns if 0 < turn < 1), 1.0]
    pieces = [(low, high) for low, high in pairwise(ends) if gap(low) * gap(high) <= 0]
    return np.unique([round(brentq(gap, low, high, xtol=1e-14), 12) for low, high in pieces])


def _pair(u: ArrayLike, i: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    u, i = np.asarray(u, dtype=np.float64), np.asarray(i, dtype=np.float64)
    if u.shape != i.shape or u.ndim > 2:
        raise ValueError(
            f"u and i must have the same shape (d,) or (n, d), got {u.shape} and {i.shape}"
        )
    return u, i
