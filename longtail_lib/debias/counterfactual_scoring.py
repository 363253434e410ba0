"""Three causes of an interaction, learnt together and taken apart for ranking."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.article.keras_backend import import_keras

__all__ = ["counterfactual_score", "three_branch_loss"]


def three_branch_loss(
    label: Any,
    match: Any,
    item: Any,
    user: Any,
    item_weight: float = 1e-3,
    user_weight: float = 1e-3,
) -> Any:
    r"""Binary cross-entropy of the fused score, of the item alone and of the user alone.

    .. math:: L = H(\hat y_{ui}\,\sigma(\hat y_i)\,\sigma(\hat y_u)) + \alpha\,H(\hat y_i)
        + \beta\,H(\hat y_u)

    where H takes log-odds.

    Parameters
    ----------
    label : tensor of float, shape (n,)
        1 for an interaction, 0 for a drawn negative.
    match, item, user : tensor of float, shape (n,)
        Log-odds of the pair, of the item branch and of the user branch.
    item_weight, user_weight : float
        alpha and beta.

    Returns
    -------
    tensor of float, shape (n,)

    References
    ----------
    Wei, Feng, Chen, Wu, Yi and He (2021), "Model-Agnostic Counterfactual Reasoning for
    Eliminating Popularity Bias in Recommender System", KDD 2021.

    Examples
    --------
    >>> loss = three_branch_loss([1.0], [4.0], [0.0], [0.0], item_weight=0.0, user_weight=0.0)
    >>> round(float(loss[0]), 4)                      # log(1 + exp(-4 * .5 * .5))
    0.3133
    """
    ops = import_keras().ops
    label, match, item, user = (
        ops.convert_to_tensor(value, dtype="float32") for value in (label, match, item, user)
    )

    def cross_entropy(log_odds: Any) -> Any:
        return ops.softplus(log_odds) - label * log_odds

    fused = match * ops.sigmoid(item) * ops.sigmoid(user)
    return (
        cross_entropy(fused) + item_weight * cross_entropy(item) + user_weight * cross_entropy(user)
    )


def counterfactual_score(
    match: np.ndarray, item: np.ndarray, user: np.ndarray, c: float
) -> np.ndarray:
    r"""Score :math:`(\hat y_{ui} - c)\,\sigma(\hat y_i)\,\sigma(\hat y_u)`.

    What remains when the score that item and user would get without any match, at the reference
    value c, is subtracted. With c = 0 popular items keep their advantage; a c above the matches
    turns it round, so that a large :math:`\sigma(\hat y_i)` costs.

    Parameters
    ----------
    match : ndarray of float, shape (n_users, n_items)
        Log-odds of the pairs.
    item : ndarray of float, shape (n_items,)
        :math:`\sigma(\hat y_i)`, in (0, 1).
    user : ndarray of float, shape (n_users,)
        :math:`\sigma(\hat y_u)`, in (0, 1). It never changes the order of one user's items.
    c : float

    Returns
    -------
    ndarray, shape (n_users, n_items)

    References
    ----------
    Wei, Feng, Chen, Wu, Yi and He (2021), "Model-Agnostic Counterfactual Reasoning for
    Eliminating Popularity Bias in Recommender System", KDD 2021.

    Examples
    --------
    >>> match, popular_first = np.array([[2.0, 2.0]]), np.array([0.9, 0.3])
    >>> counterfactual_score(match, popular_first, np.array([0.5]), c=0.0).round(2).tolist()
    [[0.9, 0.3]]
    >>> counterfactual_score(match, popular_first, np.array([0.5]), c=4.0).round(2).tolist()
    [[-0.9, -0.3]]
    """
    return (match - c) * item * user[:, None]
