"""How a sequence model is taught which item comes next.

Pure functions of logits through `keras.ops`; n is the number of places that have a target.
"""

from __future__ import annotations

from typing import Any

from longtail_lib.article.keras_backend import import_keras

__all__ = ["catalogue_cross_entropy", "gbce", "gbce_exponent", "weighted_mean"]


def catalogue_cross_entropy(logits: Any, target: Any) -> Any:
    """Compute the cross-entropy of picking the target among the whole catalogue.

    Parameters
    ----------
    logits : tensor of float, shape (n, n_items)
    target : tensor of int, shape (n,)

    Returns
    -------
    tensor of float, shape (n,)

    Examples
    --------
    >>> import numpy as np
    >>> loss = catalogue_cross_entropy(np.log([[2.0, 1.0, 1.0]]), np.array([1]))
    >>> round(float(loss[0]), 4)           # log 4
    1.3863
    """
    ops = import_keras().ops
    return ops.sparse_categorical_crossentropy(target, logits, from_logits=True)


def gbce(positive: Any, negative: Any, keep: Any, exponent: float = 1.0) -> Any:
    r"""Compute generalised binary cross-entropy: that of an item against k drawn negatives.

    (-b log s(positive) - sum of log(1 - s(negative))) / (k + 1), where s is the sigmoid and b the
    exponent. With b = 1 it is plain binary cross-entropy.

    Parameters
    ----------
    positive : tensor of float, shape (n,)
    negative : tensor of float, shape (n, k)
    keep : tensor of bool, shape (n, k)
        False where a negative is the target itself.
    exponent : float
        From `gbce_exponent`.

    Returns
    -------
    tensor of float, shape (n,)

    References
    ----------
    A. V. Petrov and C. Macdonald, "gSASRec: Reducing Overconfidence in Sequential Recommendation
    Trained with Negative Sampling", RecSys 2023.

    Examples
    --------
    >>> import numpy as np
    >>> loss = gbce(np.zeros(1), np.zeros((1, 3)), np.ones((1, 3), bool), exponent=0.5)
    >>> round(float(loss[0]), 4)           # 3.5 log 2 / 4
    0.6065
    """
    ops = import_keras().ops
    weights = ops.cast(keep, negative.dtype)
    others = ops.sum(weights * ops.softplus(negative), axis=1)
    return (exponent * ops.softplus(-positive) + others) / (negative.shape[1] + 1)


def gbce_exponent(n_negatives: int, n_items: int, calibration: float) -> float:
    r"""Return the exponent that undoes the overconfidence which negative sampling brings.

    With a = n_negatives / (n_items - 1), the share of negatives that is drawn, it is
    a (t (1 - 1/a) + 1/a), where t is the calibration. t = 0 gives 1, plain binary cross-entropy;
    t = 1 gives a, after which the sigmoid of a logit estimates the probability of an interaction.

    Parameters
    ----------
    n_negatives : int
    n_items : int
        At least 2.
    calibration : float
        From 0 to 1.

    References
    ----------
    A. V. Petrov and C. Macdonald, "gSASRec: Reducing Overconfidence in Sequential Recommendation
    Trained with Negative Sampling", RecSys 2023.

    Examples
    --------
    >>> [round(gbce_exponent(10, 101, t), 3) for t in (0.0, 0.75, 1.0)]
    [1.0, 0.325, 0.1]
    """
    share = min(1.0, n_negatives / (n_items - 1))
    return share * (calibration * (1 - 1 / share) + 1 / share)


def weighted_mean(loss: Any, weight: Any) -> Any:
    """Return the mean over places of weight 1; padding has weight 0."""
    ops = import_keras().ops
    return ops.sum(loss * weight) / ops.maximum(ops.sum(weight), 1.0)
