"""Back-propagation through the printed model, one step a line.

The printed model: two sigmoid layers, the cosine of their outputs, mean squared error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from longtail_course.article.activation import sigmoid, sigmoid_derivative

__all__ = ["Backward", "dense_gradient", "normalise", "normalise_gradient", "printed_gradients"]

TOWER_WEIGHTS = ("W_user", "b_user", "W_item", "b_item")


@dataclass(frozen=True)
class Backward:
    """What one pass forward and back gives.

    Attributes
    ----------
    loss : float
    gradients : dict of str to ndarray
        Derivative of the loss by each weight, with that weight's name and shape.
    steps : dict of str to ndarray
        Every intermediate value, in the order of computation; names that start with "d" are
        derivatives of the loss by the value of that name.
    """

    loss: float
    gradients: dict[str, np.ndarray]
    steps: dict[str, np.ndarray]


def normalise(x: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Scale each row to length 1.

    Parameters
    ----------
    x : array of float, shape (n, d)

    Returns
    -------
    unit : ndarray of float64, shape (n, d)
    length : ndarray of float64, shape (n, 1)
        Never below 1e-6, as in Keras, so that a row of zeros stays a row of zeros.

    Examples
    --------
    >>> normalise([[3.0, 4.0]])
    (array([[0.6, 0.8]]), array([[5.]]))
    """
    x = np.asarray(x, dtype=np.float64)
    length = np.sqrt(np.maximum((x**2).sum(axis=1, keepdims=True), 1e-12))
    return x / length, length


def normalise_gradient(d_unit: np.ndarray, unit: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Go back through `normalise`: only the part across the vector counts, over its length.

    Making a vector longer does not turn it, so the part of the gradient along it falls away.

    Parameters
    ----------
    d_unit : ndarray of float, shape (n, d)
        Derivative of the loss by the unit vectors.
    unit, length : ndarray of float, shapes (n, d) and (n, 1)
        What `normalise` returned.

    Returns
    -------
    ndarray of float, shape (n, d)

    Examples
    --------
    >>> unit, length = normalise([[0.0, 2.0]])
    >>> normalise_gradient(np.array([[1.0, 1.0]]), unit, length)
    array([[0.5, 0. ]])
    """
    along = (d_unit * unit).sum(axis=1, keepdims=True)
    return (d_unit - along * unit) / length


def dense_gradient(d_z: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Go back through z = x W + b to the weights.

    Parameters
    ----------
    d_z : ndarray of float, shape (n, units)
        Derivative of the loss by z.
    x : ndarray of float, shape (n, n_features)

    Returns
    -------
    d_weights : ndarray of float, shape (n_features, units)
    d_bias : ndarray of float, shape (units,)

    Examples
    --------
    >>> dense_gradient(np.array([[1.0], [2.0]]), np.array([[1.0, 0.0], [1.0, 1.0]]))
    (array([[3.],
           [2.]]), array([3.]))
    """
    return x.T @ d_z, d_z.sum(axis=0)


def printed_gradients(
    weights: Mapping[str, ArrayLike], x_user: ArrayLike, x_item: ArrayLike, labels: ArrayLike
) -> Backward:
    """Compute loss and gradients of the printed model by hand.

    Parameters
    ----------
    weights : mapping
        `W_user` and `W_item`, shape (n_features, units); `b_user` and `b_item`, shape (units,).
        As Keras stores them: the transpose of the article's W.
    x_user, x_item : array of float, shape (n, n_features)
        Features of n pairs.
    labels : array of float, shape (n,)

    Returns
    -------
    Backward

    Raises
    ------
    ValueError
        A weight is missing, or shapes do not fit.

    Examples
    --------
    >>> weights = {"W_user": [[1.0, 0.0]], "b_user": [0.0, 0.0]}
    >>> weights |= {"W_item": [[0.0, 1.0]], "b_item": [0.0, 0.0]}
    >>> back = printed_gradients(weights, [[1.0]], [[1.0]], [0.0])
    >>> round(back.loss, 4), back.gradients["W_user"].round(4)
    (0.8685, array([[-0.0847,  0.1575]]))
    """
    w, x_user, x_item = checked(weights, x_user, x_item)
    y = np.asarray(labels, dtype=np.float64).reshape(-1)
    if len(y) != len(x_user):
        raise ValueError(f"labels must hold one number a pair, got {len(y)} for {len(x_user)}")
    # Forward.
    u = sigmoid(x_user @ w["W_user"] + w["b_user"])
    i = sigmoid(x_item @ w["W_item"] + w["b_item"])
    u_unit, u_length = normalise(u)
    i_unit, i_length = normalise(i)
    s = (u_unit * i_unit).sum(axis=1)
    loss = ((s - y) ** 2).mean()
    # Back, in reverse order.
    d_s = (2 * (s - y) / len(y))[:, None]
    d_u_unit, d_i_unit = d_s * i_unit, d_s * u_unit
    d_u = normalise_gradient(d_u_unit, u_unit, u_length)
    d_i = normalise_gradient(d_i_unit, i_unit, i_length)
    d_z_user = d_u * sigmoid_derivative(u)
    d_z_item = d_i * sigmoid_derivative(i)
    d_w_user, d_b_user = dense_gradient(d_z_user, x_user)
    d_w_item, d_b_item = dense_gradient(d_z_item, x_item)
    gradients = dict(zip(TOWER_WEIGHTS, (d_w_user, d_b_user, d_w_item, d_b_item), strict=True))
    steps = {"u": u, "i": i, "u_unit": u_unit, "i_unit": i_unit, "s": s, "ds": d_s[:, 0]}
    steps |= {"du_unit": d_u_unit, "di_unit": d_i_unit, "du": d_u, "di": d_i}
    steps |= {"dz_user": d_z_user, "dz_item": d_z_item}
    return Backward(float(loss), gradients, steps)


def checked(
    weights: Mapping[str, ArrayLike], x_user: ArrayLike, x_item: ArrayLike
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Return weights and features as float64 arrays whose shapes fit each other.

    Raises
    ------
    ValueError
        A weight is missing, or shapes do not fit.
    """
    missing = [name for name in TOWER_WEIGHTS if name not in weights]
    if missing:
        raise ValueError(f"weights has no {', '.join(missing)}; it needs {TOWER_WEIGHTS}")
    w = {name: np.asarray(weights[name], dtype=np.float64) for name in TOWER_WEIGHTS}
    x_user, x_item = np.asarray(x_user, dtype=np.float64), np.asarray(x_item, dtype=np.float64)
    for tower, x in (("user", x_user), ("item", x_item)):
        matrix, bias = w[f"W_{tower}"], w[f"b_{tower}"]
        if x.ndim != 2 or matrix.ndim != 2 or x.shape[1] != matrix.shape[0]:
            raise ValueError(
                f"x_{tower} must be (n, n_features) and W_{tower} (n_features, units), "
                f"got {x.shape} and {matrix.shape}"
            )
        if bias.shape != matrix.shape[1:]:
            raise ValueError(f"b_{tower} must be {matrix.shape[1:]}, got {bias.shape}")
    if len(x_user) != len(x_item) or w["W_user"].shape[1] != w["W_item"].shape[1]:
        raise ValueError(
            "both towers need the same number of pairs and of units, got "
            f"{x_user.shape}, {x_item.shape} and W {w['W_user'].shape}, {w['W_item'].shape}"
        )
    return w, x_user, x_item
