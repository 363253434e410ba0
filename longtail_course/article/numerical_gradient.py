"""A gradient without any calculus, to check one that used it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["finite_difference"]


def finite_difference(
    loss: Callable[[np.ndarray], float], at: ArrayLike, step: float = 1e-6
) -> np.ndarray:
    """Estimate a gradient by moving each number a little both ways.

    Parameters
    ----------
    loss : callable
        Takes an array of the shape of `at`, returns a number.
    at : array of float, any shape
        Where the gradient is wanted.
    step : float > 0
        How far to move. The error is of order step² until rounding takes over; 1e-6 suits
        float64.

    Returns
    -------
    ndarray of float64, shape of at

    Raises
    ------
    ValueError
        step is not positive.

    Examples
    --------
    >>> finite_difference(lambda w: (w**2).sum(), [1.0, -3.0]).round(6)
    array([ 2., -6.])
    """
    if step <= 0:
        raise ValueError(f"step must be positive, got {step}")
    at = np.array(at, dtype=np.float64)
    gradient = np.empty_like(at)
    for place in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[place] += step
        down[place] -= step
        gradient[place] = (loss(up) - loss(down)) / (2 * step)
    return gradient
