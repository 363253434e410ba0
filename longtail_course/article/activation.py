"""The activation function of the article: the logistic sigmoid."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["logit", "sigmoid", "sigmoid_derivative"]


def sigmoid(z: ArrayLike) -> np.ndarray:
    """Squash any real number into (0, 1): σ(z) = 1 / (1 + exp(-z)).

    Parameters
    ----------
    z : array of float, any shape
        The value before activation.

    Returns
    -------
    ndarray of float, shape of z
        σ(0) = .5, σ(-z) = 1 - σ(z). Large |z| cause no overflow.

    Examples
    --------
    >>> sigmoid([-2.0, 0.0, 2.0]).round(4)
    array([0.1192, 0.5   , 0.8808])
    """
    z = np.asarray(z)
    if not np.issubdtype(z.dtype, np.floating):
        z = z.astype(np.float64)
    # exp of a negative number only, so that it cannot overflow.
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))


def sigmoid_derivative(output: ArrayLike) -> np.ndarray:
    """Return the slope dσ/dz, from the output of the sigmoid.

    Parameters
    ----------
    output : array of float in (0, 1), any shape
        σ(z), not z: back-propagation has it at hand.

    Returns
    -------
    ndarray of float, shape of output
        output · (1 - output): at most .25, and near 0 where the sigmoid is saturated.

    Examples
    --------
    >>> sigmoid_derivative(sigmoid([0.0, 2.0])).round(4)
    array([0.25 , 0.105])
    """
    output = np.asarray(output)
    return output * (1 - output)


def logit(probability: ArrayLike) -> np.ndarray:
    """Undo the sigmoid: the z for which σ(z) is the given number.

    Parameters
    ----------
    probability : array of float strictly between 0 and 1, any shape

    Returns
    -------
    ndarray of float, shape of probability

    Raises
    ------
    ValueError
        A number outside (0, 1), which no sigmoid gives.

    Examples
    --------
    >>> logit([0.5, 0.8807970779778823]).round(6)
    array([0., 2.])
    """
    probability = np.asarray(probability, dtype=np.float64)
    if not np.all((probability > 0) & (probability < 1)):
        raise ValueError(
            f"logit: every number must lie strictly between 0 and 1, got {probability}; "
            "a sigmoid never reaches 0 or 1"
        )
    return np.log(probability) - np.log1p(-probability)
