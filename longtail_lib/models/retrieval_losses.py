"""Losses of a retrieval model: how the logit of an interaction compares with those of negatives.

Each is a pure function of logits through `keras.ops`. In a batch of n interactions with m negatives
that serve all of them, `positive`, shape (n,), holds each interaction's own logit, `negative`,
shape (n, m), its user's logits for the m negatives, and `keep`, bool of the same shape, says which
of these count: an interaction's own item does not. A loss has shape (n,) unless it says otherwise.
"""

from __future__ import annotations

from typing import Any

from longtail_lib._import_keras import import_keras

__all__ = [
    "binary_cross_entropy",
    "bpr",
    "full_softmax",
    "keep_other_items",
    "mean_squared_error",
    "sampled_softmax",
]

_MASKED = -1e9


def keep_other_items(item_rows: Any, negative_rows: Any) -> Any:
    """Tell negatives from accidental hits: drawn items that are the interaction's own item.

    Parameters
    ----------
    item_rows : tensor of int, shape (n,)
        Own item of each interaction.
    negative_rows : tensor of int, shape (m,)

    Returns
    -------
    tensor of bool, shape (n, m)
        False at accidental hits.

    Examples
    --------
    >>> import numpy as np
    >>> np.array(keep_other_items(np.array([7, 8]), np.array([8, 9])))
    array([[ True,  True],
           [False,  True]])
    """
    ops = import_keras().ops
    return ops.not_equal(ops.expand_dims(item_rows, 1), ops.expand_dims(negative_rows, 0))


def mean_squared_error(positive: Any, negative: Any, keep: Any) -> Any:
    """Compute (1 - positive)² plus the mean of negative²: labels are 1 and 0, scores meet them.

    Examples
    --------
    >>> import numpy as np
    >>> keep = np.array([[True, False]])
    >>> loss = mean_squared_error(np.array([0.5]), np.array([[0.2, 9.0]]), keep)
    >>> round(float(loss[0]), 4)
    0.29
    """
    ops = import_keras().ops
    return ops.square(1.0 - positive) + _kept_mean(ops.square(negative), keep)


def binary_cross_entropy(positive: Any, negative: Any, keep: Any) -> Any:
    """Compute -log σ(positive) plus the mean of -log(1 - σ(negative)).

    Examples
    --------
    >>> import numpy as np
    >>> loss = binary_cross_entropy(np.zeros(1), np.zeros((1, 3)), np.ones((1, 3), bool))
    >>> round(float(loss[0]), 4)           # 2 log 2
    1.3863
    """
    softplus = import_keras().ops.softplus
    return softplus(-positive) + _kept_mean(softplus(negative), keep)


def bpr(positive: Any, negative: Any, keep: Any) -> Any:
    """Compute the mean of -log σ(positive - negative): Bayesian personalised ranking.

    References
    ----------
    S. Rendle, C. Freudenthaler, Z. Gantner, L. Schmidt-Thieme, "BPR: Bayesian Personalized Ranking
    from Implicit Feedback", UAI 2009.

    Examples
    --------
    >>> import numpy as np
    >>> loss = bpr(np.array([2.0]), np.array([[0.0, 2.0]]), np.ones((1, 2), bool))
    >>> round(float(loss[0]), 4)           # of log(1 + e^-2) and log 2
    0.41
    """
    ops = import_keras().ops
    return _kept_mean(ops.softplus(negative - ops.expand_dims(positive, 1)), keep)


def sampled_softmax(positive: Any, negative: Any, keep: Any) -> Any:
    """Compute the cross-entropy of picking the own item among itself and the kept negatives.

    References
    ----------
    Y. Bengio and J.-S. Senécal, "Quick Training of Probabilistic Neural Nets by Importance
    Sampling", AISTATS 2003.

    Examples
    --------
    >>> import numpy as np
    >>> keep = np.array([[True, True, False]])
    >>> loss = sampled_softmax(np.zeros(1), np.array([[0.0, 0.0, 5.0]]), keep)
    >>> round(float(loss[0]), 4)           # log 3
    1.0986
    """
    ops = import_keras().ops
    others = ops.logsumexp(ops.where(keep, negative, _MASKED), axis=1)
    return ops.softplus(others - positive)


def full_softmax(logits: Any, user_places: Any, items: Any, weights: Any) -> Any:
    """Compute the cross-entropy of picking a user's items among the whole catalogue.

    One row of logits serves all interactions of a user; the result is the same as the mean over
    interactions, each with a row of its own.

    Parameters
    ----------
    logits : tensor of float, shape (n_users, n_items)
    user_places, items : tensor of int, shape (n,)
        Row and column of each interaction in the logits.
    weights : tensor of float, shape (n,)
        1 for an interaction, 0 for what only fills up the batch.

    Returns
    -------
    tensor of float, shape ()
        Mean over the interactions of all users.

    Examples
    --------
    >>> import numpy as np
    >>> logits = np.log([[4.0, 2.0, 1.0, 1.0]])
    >>> loss = full_softmax(logits, np.array([0, 0, 0]), np.array([0, 1, 3]), np.array([1.0, 1, 0]))
    >>> round(float(loss), 4)              # of log 2 and log 4
    1.0397
    """
    ops = import_keras().ops
    n_users, n_items = ops.shape(logits)
    own = ops.take(ops.reshape(logits, (-1,)), user_places * n_items + items)
    counts = ops.segment_sum(weights, user_places, num_segments=n_users)
    total = ops.sum(counts * ops.logsumexp(logits, axis=1)) - ops.sum(weights * own)
    return total / ops.sum(weights)


def _kept_mean(values: Any, keep: Any) -> Any:
    ops = import_keras().ops
    weights = ops.cast(keep, values.dtype)
    return ops.sum(values * weights, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1.0)
