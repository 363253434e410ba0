"""Back-propagation through the repaired model.

The repaired model: two linear layers, cosine over a temperature, cross-entropy.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from longtail_course.article.activation import sigmoid
from longtail_course.article.gradients import (
    TOWER_WEIGHTS,
    Backward,
    checked,
    dense_gradient,
    normalise,
    normalise_gradient,
)

__all__ = ["repaired_gradients"]


def repaired_gradients(
    weights: Mapping[str, ArrayLike],
    x_user: ArrayLike,
    x_item: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    temperature: float = 0.1,
    loss: str = "softmax",
) -> Backward:
    """Compute loss and gradients of the repaired model by hand.

    Parameters
    ----------
    weights : mapping
        As in `printed_gradients`.
    x_user, x_item : array of float, shape (n, n_features)
        Features of n pairs.
    labels : array of 0 and 1, shape (n,), or None
        For loss="binary". For "softmax" every pair is a positive, and labels must be None.
    temperature : float > 0
        Cosines are divided by it before the loss. A cosine spans [-1, 1] only; without a
        temperature the loss could never get near 0.
    loss : {"softmax", "binary"}
        - "softmax": cross-entropy of picking the pair's own item among the n items of the batch.
        - "binary": cross-entropy of σ(cosine / temperature) against the label.

    Returns
    -------
    Backward
        `gradients` also holds "temperature".

    Raises
    ------
    ValueError
        Shapes that do not fit, a temperature that is not positive, an unknown loss, or labels
        that do not belong to it.

    References
    ----------
    X. Yi et al., "Sampling-bias-corrected neural modeling for large corpus item
    recommendations", RecSys 2019.

    Examples
    --------
    >>> weights = {"W_user": np.eye(2), "b_user": np.zeros(2)}
    >>> weights |= {"W_item": np.eye(2), "b_item": np.zeros(2)}
    >>> round(repaired_gradients(weights, np.eye(2), np.eye(2), temperature=1.0).loss, 4)
    0.3133
    """
    w, x_user, x_item = checked(weights, x_user, x_item)
    if temperature <= 0:
        raise ValueError(f"temperature must be positive, got {temperature}")
    if loss not in ("softmax", "binary"):
        raise ValueError(f"loss must be 'softmax' or 'binary', got {loss!r}")
    if (labels is None) != (loss == "softmax"):
        raise ValueError(
            "loss='binary' needs labels, and loss='softmax' takes none: "
            "each row of it is a positive pair"
        )
    # Forward. No activation: a linear tower may point anywhere.
    u = x_user @ w["W_user"] + w["b_user"]
    i = x_item @ w["W_item"] + w["b_item"]
    u_unit, u_length = normalise(u)
    i_unit, i_length = normalise(i)
    if loss == "softmax":
        logits = u_unit @ i_unit.T / temperature
        value, d_logits = _softmax_cross_entropy(logits)
        d_u_unit = d_logits @ i_unit / temperature
        d_i_unit = d_logits.T @ u_unit / temperature
    else:
        logits = (u_unit * i_unit).sum(axis=1) / temperature
        value, d_logits = _binary_cross_entropy(logits, np.asarray(labels, dtype=np.float64))
        d_u_unit = d_logits[:, None] * i_unit / temperature
        d_i_unit = d_logits[:, None] * u_unit / temperature
    # Back. The layer is linear, so z is u and i themselves.
    d_u = normalise_gradient(d_u_unit, u_unit, u_length)
    d_i = normalise_gradient(d_i_unit, i_unit, i_length)
    d_w_user, d_b_user = dense_gradient(d_u, x_user)
    d_w_item, d_b_item = dense_gradient(d_i, x_item)
    gradients = dict(zip(TOWER_WEIGHTS, (d_w_user, d_b_user, d_w_item, d_b_item), strict=True))
    gradients["temperature"] = np.asarray(-(d_logits * logits).sum() / temperature)
    steps = {"u": u, "i": i, "u_unit": u_unit, "i_unit": i_unit, "logits": logits}
    steps |= {"dlogits": d_logits, "du_unit": d_u_unit, "di_unit": d_i_unit, "du": d_u, "di": d_i}
    return Backward(float(value), gradients, steps)


def _softmax_cross_entropy(logits: np.ndarray) -> tuple[float, np.ndarray]:
    """Loss of picking column r in row r, and its derivative: probability minus truth."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probability = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    n = len(logits)
    value = -np.diagonal(log_probability).mean()
    return value, (np.exp(log_probability) - np.eye(n)) / n


def _binary_cross_entropy(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Loss of σ(logit) against the label, and its derivative: probability minus truth."""
    if labels.shape != logits.shape:
        raise ValueError(f"labels must hold one number a pair, got {labels.shape}")
    value = (np.logaddexp(0, logits) - labels * logits).mean()
    return value, (sigmoid(logits) - labels) / len(logits)
