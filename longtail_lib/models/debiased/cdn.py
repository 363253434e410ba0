"""Cross decoupling: ids apart from attributes, the log apart from a balanced sample of it."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from longtail_lib._parameters import WORDS, Constraint, Interval, Nullable
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.models.debiased._bilateral_branch import BilateralBranch, capped_probability
from longtail_lib.models.debiased._bilateral_network import frequency_feature
from longtail_lib.preprocessing import Split
from longtail_lib.preprocessing._id_codes import attribute_indicators

__all__ = ["CDN"]


class CDN(BilateralBranch):
    r"""Cross decoupling network: two experts for items, two branches for users.

    An item's vector mixes one that its id memorises and one that its attributes generalise,

    .. math:: y_i = g_{i1}\,m_i + g_{i2}\,\text{relu}(A a_i + d), \qquad
        g_i = \text{softmax}(G f_i + e)

    where :math:`f_i` is the logarithm of its popularity, so that the gate can trust ids for the
    head and attributes for the tail. A user has a main branch, trained on the log as it is, and
    a regularising one, trained on a log whose head is thinned to the level of the rest. Logits
    are mixed while training, :math:`z = \alpha\,y \cdot h_m(p_u) + (1 - \alpha)\,y \cdot
    h_r(p_{u'})` with :math:`\alpha = 1 - (T / (\gamma T_{max}))^2`. Ranking uses the main branch
    alone.

    Parameters
    ----------
    dim : int
        Length of all vectors.
    attributes : sequence of str or None
        Columns of the split's item table; None takes all text attributes. Where there are none,
        the second expert gives all items the same vector.
    rate : float, above 1
        gamma; the larger, the less the regularising branch ever counts.
    head : float
        Share of the catalogue that the regularising branch thins out.
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
    user_vectors_ : ndarray of float32, shape (n_users, dim)
        Main branch.
    item_vectors_ : ndarray of float32, shape (n_items, dim)
    generalisation_share_ : ndarray of float32, shape (n_items,)
        :math:`g_{i2}`, how much of each item's vector comes from its attributes.

    Notes
    -----
    What differs from the paper. There is one expert of each kind; the memorising one is the id's
    vector itself. A user's features are their id. Logits are cosines over a temperature in place
    of products, and a user meets one partner an epoch, see `BilateralBranch`. The paper's softmax
    runs over the items of a batch, here over the whole catalogue, which needs no correction for
    popular items being drawn as negatives more often. A cold item is still trained as a negative
    only. The plain twin, without branches and gates, is `TwoTower`.

    References
    ----------
    Zhang, Wang, Yao, Yi, Hong, Caverlee, Chi and Cheng (2023), "Empowering Long-tail Item
    Recommendation through Cross Decoupling Network (CDN)", KDD 2023.

    Examples
    --------
    >>> CDN(attributes=("category",)).get_params()["attributes"]
    ('category',)
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "attributes": Nullable(WORDS, "for all that the item table has"),
        "rate": Interval(Real, 1),
        "head": Interval(Real, 0, 1, closed="left"),
    }

    def __init__(
        self,
        dim: int = 64,
        attributes: Sequence[str] | None = None,
        rate: float = 3.0,
        head: float = 0.2,
        temperature: float = 0.2,
        dropout: float = 0.0,
        l2: float = 0.0,
        epochs: int = 16,
        batch_size: int = 1024,
        learning_rate: float = 0.01,
        patience: int | None = None,
        checkpoint: Any = None,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.dim = dim
        self.attributes = attributes
        self.rate = rate
        self.head = head
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
        return capped_probability(popularity, self.head)

    def _items(self, parts: Split) -> Any:
        from longtail_lib.models.debiased._bilateral_network import ExpertItems

        indicators, _ = attribute_indicators(parts.items, self.attributes)
        if not indicators.size:
            indicators = np.zeros((parts.n_items, 1), dtype=np.float32)
        return ExpertItems(indicators, frequency_feature(parts.popularity), self.dim, self.seed)

    def _snapshot(self, network: Any) -> dict[str, np.ndarray]:
        vectors, shares = network.items.vectors_and_shares()
        return {
            "user_vectors": network.user_vectors(0) / np.float32(self.temperature),
            "item_vectors": np.array(vectors),
            "generalisation_share": np.array(shares)[:, 1],
        }

    def _snapshot_shapes(self) -> dict[str, Stored]:
        n_users, n_items = self.seen_.shape
        return {
            "user_vectors": floats(n_users, self.dim),
            "item_vectors": floats(n_items, self.dim),
            "generalisation_share": floats(n_items),
        }
