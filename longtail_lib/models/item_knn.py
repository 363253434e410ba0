"""Item-based nearest neighbours: cosine with shrinkage, the most similar items only."""

from __future__ import annotations

from itertools import pairwise
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import Constraint, Interval
from longtail_lib._top_candidates import largest_stored_weights
from longtail_lib.models._item_weights import ItemWeights
from longtail_lib.models._stored_arrays import Stored, matrix_parts, parts_of, stored_matrix
from longtail_lib.preprocessing import Split

__all__ = ["ItemKNN"]

# Products of two interactions of one user that are added up at a time: results stay in the cache.
_BLOCK = 2**20


class ItemKNN(ItemWeights):
    r"""Score an item by its similarity to the items a user has interacted with.

    Libraries share the name and differ in the formula, so here it is in full. With x_i the train
    column of item i,

    .. math:: s_{ij} = \frac{x_i \cdot x_j}{\lVert x_i \rVert \lVert x_j \rVert + shrinkage},
              \qquad s_{ii} = 0.

    For each candidate j only its `n_neighbors` most similar items stay: :math:`W_{ij} = s_{ij}` if
    i is one of them, else 0. Equal similarities at the border are taken by catalogue position.
    The score of user u is the plain sum

    .. math:: score_{uj} = \sum_i X_{ui} W_{ij}

    without division by the sum of similarities. Columns of X hold ones, or ratings where the
    split was made with `values="rating"`; they are not centred and users are not weighted.

    What others do under the same name: `implicit.nearest_neighbours.CosineRecommender(K)` has no
    shrinkage, counts the item itself among its K, and prunes the other way round, to the K items
    most similar to each *seen* item i, so that a candidate may have no neighbour at all.

    Parameters
    ----------
    n_neighbors : int
        How many items may speak for each candidate.
    shrinkage : float
        Added to the product of norms: a similarity that rests on few users is pulled to 0.

    Attributes
    ----------
    weights_ : csr_matrix of float32, shape (n_items, n_items)
        W; column j holds the neighbours of item j.

    Notes
    -----
    Only similarities of items that share a user are computed, block by block, so the fit takes
    time for each pair of interactions of one user and memory for the neighbours that stay, not for
    the square of the catalogue.

    References
    ----------
    Sarwar, Karypis, Konstan and Riedl (2001), "Item-Based Collaborative Filtering Recommendation
    Algorithms", WWW 2001. Deshpande and Karypis (2004), "Item-Based Top-N Recommendation
    Algorithms", ACM Transactions on Information Systems 22(1), 143-177. Schmidt, Prinz and
    Nitschke (2024), "Evaluating the performance-deviation of itemKNN in RecBole and LensKit",
    arXiv:2407.13531: NDCG 18% apart, for the metric's formula and for pruning.

    Examples
    --------
    >>> from longtail_lib.preprocessing import Split
    >>> train = [[1, 1, 0], [1, 1, 0], [0, 1, 1], [1, 0, 0]]
    >>> parts = Split.from_matrices(train, item_ids=["a", "b", "c"])
    >>> model = ItemKNN(n_neighbors=1, shrinkage=1.0).fit(parts)
    >>> model.weights_.toarray().round(3)      # s_ab = 2 / (sqrt(3) * sqrt(3) + 1)
    array([[0.   , 0.5  , 0.   ],
           [0.5  , 0.   , 0.366],
           [0.   , 0.   , 0.   ]], dtype=float32)
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "n_neighbors": Interval(Integral, 1),
        "shrinkage": Interval(Real, 0),
    }

    def __init__(self, n_neighbors: int = 100, shrinkage: float = 10.0) -> None:
        self.n_neighbors = n_neighbors
        self.shrinkage = shrinkage

    def _fit(self, parts: Split) -> None:
        users, items = parts.train, parts.train.T.tocsr()
        n_items = items.shape[0]
        norms = np.sqrt(np.asarray(items.multiply(items).sum(axis=1))).ravel().astype(np.float32)
        # An item of norm 0 has products 0, and 0 over anything but 0 is its similarity.
        norms[norms == 0] = 1
        blocks = [
            self._nearest(items, users, norms, start, stop)
            for start, stop in pairwise(_edges(items, users))
        ]
        values, columns, counts = (np.concatenate(each) for each in zip(*blocks, strict=True))
        by_candidate = csr_matrix(
            (values, columns, np.append(0, np.cumsum(counts))), shape=(n_items, n_items)
        )
        self.weights_ = by_candidate.T.tocsr()
        self.weights_.sort_indices()

    def _nearest(
        self, items: csr_matrix, users: csr_matrix, norms: np.ndarray, start: int, stop: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Weights, neighbours and their number for a block of candidates."""
        block = items[start:stop] @ users
        counts = np.diff(block.indptr)
        similarity = block.data
        own = np.arange(start, stop, dtype=block.indices.dtype)
        shrunk = norms[block.indices]
        shrunk *= np.repeat(norms[start:stop], counts)
        shrunk += np.float32(self.shrinkage)
        similarity /= shrunk
        similarity[block.indices == np.repeat(own, counts)] = 0
        kept = largest_stored_weights(similarity, block, self.n_neighbors)
        return similarity[kept], block.indices[kept], np.diff(np.searchsorted(kept, block.indptr))

    def _state_shapes(self) -> dict[str, Stored]:
        return matrix_parts(len(self.item_ids_))

    def _state(self) -> dict[str, np.ndarray]:
        return parts_of(self.weights_)

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        self.weights_ = stored_matrix(state, (len(self.item_ids_), len(self.item_ids_)))


def _edges(items: csr_matrix, users: csr_matrix) -> np.ndarray:
    """Cut candidates into blocks of about equal work, which bounds their products too."""
    work = np.append(0, np.cumsum(np.diff(users.indptr)[items.indices], dtype=np.int64))
    before = work[items.indptr]
    cuts = np.searchsorted(before, np.arange(_BLOCK, before[-1], _BLOCK))
    return np.unique(np.concatenate(([0], cuts, [items.shape[0]])))
