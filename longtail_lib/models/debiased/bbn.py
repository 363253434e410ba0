"""A conventional and a re-balancing branch, mixed half and half for ranking."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.models.debiased._bilateral_branch import BilateralBranch, reversed_probability
from longtail_lib.preprocessing import Split

__all__ = ["BBN"]


class BBN(BilateralBranch):
    r"""Bilateral-branch network, carried over from image classes to the items of a catalogue.

    The conventional branch trains on interactions as the log holds them, the re-balancing branch
    on interactions whose items are drawn inversely to their popularity. Their logits are mixed,

    .. math:: z = \alpha\,\cos(W_c, h_c(p_u)) / t + (1 - \alpha)\,\cos(W_r, h_r(p_{u'})) / t,
        \qquad \alpha = 1 - (T / T_{max})^2

    and :math:`\alpha` falls over the epochs. For ranking :math:`\alpha` is one half and both
    branches see the same user.

    Parameters
    ----------
    dim : int
        Length of the vectors of users and, in each branch, of items.
    temperature : float
        Cosines are divided by it.
    dropout : float
        Share of a user vector's places set to zero in training.
    l2 : float
        Penalty on the squared length of each vector.
    epochs, batch_size, learning_rate, patience, checkpoint, seed, progress
        As in `GradientRecommender`; a batch counts interactions in each branch.

    Attributes
    ----------
    user_vectors_, item_vectors_ : ndarray of float32, shape (n_users, 2 dim), (n_items, 2 dim)
        Both branches side by side, users' already divided by twice the temperature.

    Notes
    -----
    What differs from the paper. There the branches share all but the last block of a deep residual
    network; here they share the user's vector, and the block of their own is a linear layer that
    starts as the identity. Logits are cosines over a temperature t in place of products, and a
    user meets one partner an epoch, see `BilateralBranch`. With early stopping (`patience`) the
    last epochs, in which the re-balancing branch has the say, may never be reached. The plain
    twin, with one branch, is `TwoTower`.

    References
    ----------
    Zhou, Cui, Wei and Chen (2020), "BBN: Bilateral-Branch Network with Cumulative Learning for
    Long-Tailed Visual Recognition", CVPR 2020.

    Examples
    --------
    >>> BBN(epochs=5).get_params()["epochs"]
    5
    """

    def __init__(
        self,
        dim: int = 64,
        temperature: float = 0.2,
        dropout: float = 0.0,
        l2: float = 0.0,
        epochs: int = 15,
        batch_size: int = 1024,
        learning_rate: float = 0.01,
        patience: int | None = None,
        checkpoint: Any = None,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.dim = dim
        self.temperature = temperature
        self.dropout = dropout
        self.l2 = l2
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.checkpoint = checkpoint
        self.seed = seed
        self.progress = progress

    def _rebalanced(self, popularity: np.ndarray) -> np.ndarray:
        return reversed_probability(popularity)

    def _items(self, parts: Split) -> Any:
        from longtail_lib.models.debiased._bilateral_network import ClassifierItems

        return ClassifierItems(parts.n_items, self.dim, self.seed)

    def _snapshot(self, network: Any) -> dict[str, np.ndarray]:
        users = np.hstack([network.user_vectors(0), network.user_vectors(1)])
        return {
            "user_vectors": np.float32(0.5 / self.temperature) * users,
            "item_vectors": np.array(network.items.vectors()),
        }

    def _snapshot_shapes(self) -> dict[str, Stored]:
        n_users, n_items = self.seen_.shape
        return {
            "user_vectors": floats(n_users, 2 * self.dim),
            "item_vectors": floats(n_items, 2 * self.dim),
        }
