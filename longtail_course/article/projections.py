"""User and item representation of article section 4.2: σ(W · (X_u + X_i) + b)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from longtail_course.article.activation import sigmoid

__all__ = ["READINGS", "item_projection", "project", "user_projection"]

READINGS = ("vector", "elementwise", "matrix")


def project(
    x_user: ArrayLike,
    x_item: ArrayLike,
    weights: ArrayLike,
    bias: ArrayLike = 0.0,
    *,
    reading: str = "matrix",
) -> np.ndarray:
    """Compute σ(W · (X_u + X_i) + b) in one of the three ways it can be read.

    The article calls W a weight matrix, prints it as a list of five numbers, and prints a result
    of five numbers. These do not fit together, so the reading is a parameter.

    Parameters
    ----------
    x_user, x_item : array of float, shape (d,) or (n, d)
        Feature vectors X_u and X_i, of equal shape.
    weights : array of float
        Shape (d,) for "vector" and "elementwise", (m, d) for "matrix".
    bias : array of float
        A scalar; or shape (d,) for "elementwise", (m,) for "matrix".
    reading : {"vector", "elementwise", "matrix"}
        - "vector": W is a vector and · the inner product; the result is one number.
        - "elementwise": W is a vector and · multiplies entry by entry; the result has d numbers.
        - "matrix": W is a matrix and · the matrix product; the result has m numbers. This is
          what a `Dense` layer does, and the only reading in which "weight matrix" is true.

    Returns
    -------
    ndarray of float64
        Shape (), (d,) or (m,) by reading; with a leading n where the features have one. Every
        entry lies in (0, 1).

    Raises
    ------
    ValueError
        An unknown reading, or shapes that do not fit it.

    Examples
    --------
    >>> x_user, x_item, w = [1, 0, 1, 0, 0], [0, 1, 0, 1, 0], [0.5] * 5
    >>> project(x_user, x_item, w, reading="vector").round(4)
    np.float64(0.8808)
    >>> project(x_user, x_item, w, reading="elementwise").round(4)
    array([0.6225, 0.6225, 0.6225, 0.6225, 0.5   ])
    >>> project(x_user, x_item, [w, w, w], reading="matrix").round(4)
    array([0.8808, 0.8808, 0.8808])
    """
    if reading not in READINGS:
        raise ValueError(f"reading must be one of {', '.join(READINGS)}, got {reading!r}")
    x_user = np.asarray(x_user, dtype=np.float64)
    x_item = np.asarray(x_item, dtype=np.float64)
    weights = np.asarray(weights, dtype=np.float64)
    bias = np.asarray(bias, dtype=np.float64)
    if x_user.shape != x_item.shape or x_user.ndim not in (1, 2):
        raise ValueError(
            "x_user and x_item are added, so both must have the same shape (d,) or (n, d); "
            f"got {x_user.shape} and {x_item.shape}"
        )
    d = x_user.shape[-1]
    wanted = 2 if reading == "matrix" else 1
    if weights.ndim != wanted or weights.shape[-1] != d:
        shape = f"(m, {d})" if reading == "matrix" else f"({d},)"
        raise ValueError(
            f"weights must have shape {shape} for reading={reading!r} with {d} features, "
            f"got {weights.shape}"
        )
    size = {"vector": None, "elementwise": d, "matrix": weights.shape[0]}[reading]
    if bias.ndim and (size is None or bias.shape != (size,)):
        allowed = "a scalar" if size is None else f"a scalar or of shape ({size},)"
        raise ValueError(f"bias must be {allowed} for reading={reading!r}, got {bias.shape}")
    x = x_user + x_item
    z = x * weights if reading == "elementwise" else x @ weights.T
    return sigmoid(z + bias)[()]


def user_projection(
    x_user: ArrayLike,
    x_item: ArrayLike,
    weights: ArrayLike,
    bias: ArrayLike = 0.0,
    *,
    reading: str = "matrix",
) -> np.ndarray:
    """Compute the user's representation, u = σ(W1 · (X_u + X_i) + b1).

    Parameters and result are those of `project`. Mind that the item's features are in it: this u
    belongs to a pair, and cannot be computed before the item is known.

    Examples
    --------
    >>> user_projection([1, 0], [0, 1], [[1, 1], [1, -1]]).round(4)
    array([0.8808, 0.5   ])
    """
    return project(x_user, x_item, weights, bias, reading=reading)


def item_projection(
    x_user: ArrayLike,
    x_item: ArrayLike,
    weights: ArrayLike,
    bias: ArrayLike = 0.0,
    *,
    reading: str = "matrix",
) -> np.ndarray:
    """Compute the item's representation, i = σ(W2 · (X_u + X_i) + b2).

    Parameters and result are those of `project`. With W2 = W1 and b2 = b1, as in the article's
    example, i equals u for every pair: the score is then |u|², and cannot tell a good match from
    a bad one.

    Examples
    --------
    >>> item_projection([1, 0], [0, 1], [[1, 1], [1, -1]]).round(4)
    array([0.8808, 0.5   ])
    """
    return project(x_user, x_item, weights, bias, reading=reading)
