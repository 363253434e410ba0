"""The weight that moves training from the log as it is to a re-balanced one."""

from __future__ import annotations

from typing import Any

from longtail_lib.article.keras_backend import import_keras

__all__ = ["bilateral_cross_entropy", "cumulative_weight"]


def cumulative_weight(epoch: int, epochs: int, rate: float = 1.0) -> float:
    r"""Weight of the conventional branch, :math:`\alpha = 1 - (T / (\gamma T_{max}))^2`.

    It falls slowly at first, so that the log as it is shapes the vectors before the re-balanced
    one gets a say. BBN has :math:`\gamma = 1`; CDN asks for more than 1, which keeps the
    conventional branch above :math:`1 - 1/\gamma^2`.

    Parameters
    ----------
    epoch : int
        T, counted from 0.
    epochs : int
        T_max.
    rate : float, at least 1
        gamma.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        An epoch outside 0 to `epochs`, or a rate below 1.

    References
    ----------
    Zhou, Cui, Wei and Chen (2020), "BBN: Bilateral-Branch Network with Cumulative Learning for
    Long-Tailed Visual Recognition", CVPR 2020.

    Examples
    --------
    >>> [cumulative_weight(epoch, 4) for epoch in range(4)]
    [1.0, 0.9375, 0.75, 0.4375]
    >>> cumulative_weight(4, 4, rate=2.0)
    0.75
    """
    if not 0 <= epoch <= epochs or epochs < 1:
        raise ValueError(f"epoch must lie between 0 and epochs ({epochs}), got {epoch}")
    if not rate >= 1:
        raise ValueError(f"rate must be at least 1, got {rate}")
    return 1.0 - (epoch / (rate * epochs)) ** 2


def bilateral_cross_entropy(logits: Any, targets: Any, balanced_targets: Any, alpha: Any) -> Any:
    r"""Cross-entropy of mixed logits against the items of both branches.

    .. math:: L = \alpha\,H(\text{softmax}(z), i_c) + (1 - \alpha)\,H(\text{softmax}(z), i_r)
        \quad\text{with}\quad z = \alpha z_c + (1 - \alpha) z_r

    Each H is the mean over the interactions of its branch.

    Parameters
    ----------
    logits : tensor of float, shape (n, n_items)
        z, already mixed. Row r mixes a user of the conventional branch with a user of the
        re-balanced one.
    targets, balanced_targets : tensor of float, shape (n, n_items)
        How often each item is among the interactions of the row's user in each branch.
    alpha : float or tensor of float, shape ()

    Returns
    -------
    tensor of float, shape ()

    References
    ----------
    Zhou, Cui, Wei and Chen (2020), "BBN: Bilateral-Branch Network with Cumulative Learning for
    Long-Tailed Visual Recognition", CVPR 2020.

    Examples
    --------
    >>> import numpy as np
    >>> logits, own, other = np.float32([[[1, 2]], [[1, 0]], [[0, 1]]])
    >>> loss = bilateral_cross_entropy(logits, own, other, alpha=0.5)
    >>> round(float(loss), 4)                      # (1.3133 + .3133) / 2
    0.8133
    """
    ops = import_keras().ops
    logits, targets, balanced_targets = (
        ops.convert_to_tensor(value, dtype="float32")
        for value in (logits, targets, balanced_targets)
    )
    # What each cell counts in L, so that one pass over the logits serves both branches.
    weight = alpha * targets / ops.sum(targets)
    weight = weight + (1.0 - alpha) * balanced_targets / ops.maximum(ops.sum(balanced_targets), 1.0)
    each = ops.sum(weight, axis=1) * ops.logsumexp(logits, axis=1)
    return ops.sum(each - ops.sum(weight * logits, axis=1))
