"""Nearest neighbours by text: items whose texts are like those of a user's items."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import Constraint, Interval, Nullable, Options
from longtail_lib._top_candidates import largest_weights
from longtail_lib.models._asked_items import history_matrix
from longtail_lib.models._item_weights import weight_sums, weighted_sums
from longtail_lib.models._stored_arrays import Stored, floats, matrix_parts, parts_of, stored_matrix
from longtail_lib.models.content._item_vectors import TEXT_SPACES, ContentRecommender, text_space
from longtail_lib.preprocessing import Split

__all__ = ["ContentKNN"]

# Floats in one dense block of similarities: 64 MiB.
_BLOCK = 2**24
# Below every mean of cosines.
_LOWEST = -2.0


class ContentKNN(ContentRecommender):
    r"""Score an item by how similar its text is to the texts of the items a user has chosen.

    With t_i the text vector of item i, of length 1, the score is the mean cosine to the user's
    items,

    .. math:: score_{uj} = \frac{\sum_i X_{ui}\; t_i \cdot t_j}{\sum_i X_{ui}}
              \quad \text{(n_neighbors=None)}, \qquad
              score_{uj} = \sum_i X_{ui} W_{ij} \quad \text{(a number of neighbours)}

    where :math:`W_{ij} = t_i \cdot t_j` if it is positive and i is one of the `n_neighbors` warm
    items most similar to j, else 0. The first form is one product with the user's profile; the
    second lets only close texts speak, as `ItemKNN` does for interactions.

    Interactions are used for the profiles alone, so a cold item is scored like any other. With a
    `popularity_exponent` a, positive scores are multiplied by :math:`(1 + popularity_j)^a`.

    Parameters
    ----------
    vectors : ndarray of float, shape (n_items, d), str or None
        See `ContentRecommender`. An item without text comes last; a user whose items all lack
        text scores 0 throughout.
    n_neighbors : int or None
    space : {"whiten", "centre", "raw"}
        What is done to the vectors first, see `text_space`.
    popularity_exponent : float
        0 leaves popularity out; a negative one prefers rare items.

    Attributes
    ----------
    item_vectors_ : ndarray of float32, shape (n_items, d), for n_neighbors=None
    weights_ : csr_matrix of float32, shape (n_items, n_items), for a number of neighbours
    prior_ : ndarray of float32, shape (n_items,)
        What positive scores are multiplied by; 0 for an item without text.

    References
    ----------
    Pazzani and Billsus (2007), "Content-Based Recommendation Systems", in The Adaptive Web,
    Springer.

    Examples
    --------
    >>> parts = Split.from_matrices([[1, 0, 0, 0], [0, 0, 1, 0]], item_ids=["a", "b", "c", "d"])
    >>> texts = np.array([[1, 0], [0.8, 0.6], [0, 1], [0, 0]], np.float32)
    >>> items, scores = ContentKNN(vectors=texts, space="raw").fit(parts).recommend([0, 1], k=3)
    >>> items.tolist()      # "d" has no text
    [['b', 'c', 'd'], ['b', 'a', 'd']]
    >>> [f"{score:.1f}" for score in scores[0]]
    ['0.8', '0.0', '-2.0']
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "space": Options(*TEXT_SPACES),
        "n_neighbors": Nullable(Interval(Integral, 1), "for the mean over all of a user's items"),
        "popularity_exponent": Interval(Real),
    }

    def __init__(
        self,
        vectors: np.ndarray | str | None = None,
        n_neighbors: int | None = None,
        space: str = "whiten",
        popularity_exponent: float = 0.0,
    ) -> None:
        self.vectors = vectors
        self.n_neighbors = n_neighbors
        self.space = space
        self.popularity_exponent = popularity_exponent

    def _fit(self, parts: Split) -> None:
        vectors = text_space(self._text_vectors(parts), self.space)
        there = vectors.any(axis=1)
        prior = (1.0 + parts.popularity) ** float(self.popularity_exponent)
        self.prior_ = (prior * there).astype(np.float32)
        if self.n_neighbors is None:
            self.item_vectors_ = vectors
        else:
            warm = np.flatnonzero(parts.popularity)
            self.weights_ = _nearest(vectors, warm, self.n_neighbors, self.prior_)

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        if self.n_neighbors is not None:
            return weight_sums(self.seen_, user_rows, self.weights_)
        return self._means(self.seen_[user_rows], slice(None))

    def _score_items(self, user_rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return self._scored(self.seen_[user_rows], columns)

    def _fold_in(self, known: csr_matrix, columns: np.ndarray, lengths: np.ndarray) -> None:
        """Scores are read from `seen_`."""

    def _similar(self, items: np.ndarray, among: np.ndarray) -> np.ndarray:
        alone = history_matrix(items, np.ones_like(items), len(self.item_ids_))
        return self._scored(alone, among)

    def _scored(self, histories: csr_matrix, columns: np.ndarray) -> np.ndarray:
        """Score some columns for any histories."""
        if self.n_neighbors is not None:
            return weighted_sums(histories, self.weights_, columns)
        return self._means(histories, columns)

    def _means(self, histories: csr_matrix, columns: Any) -> np.ndarray:
        sums = np.asarray(histories.sum(axis=1), dtype=np.float32)
        profiles = (histories @ self.item_vectors_) / np.where(sums > 0, sums, 1)
        scores = profiles @ self.item_vectors_[columns].T
        prior = self.prior_[columns]
        np.multiply(scores, prior, out=scores, where=scores > 0)
        scores[:, prior == 0] = _LOWEST
        return scores

    def _state_shapes(self) -> dict[str, Stored]:
        n_items = len(self.item_ids_)
        learned = {"prior": floats(n_items)}
        if self.n_neighbors is None:
            return learned | {"item_vectors": floats(n_items, "dimensions")}
        return learned | matrix_parts(n_items)

    def _state(self) -> dict[str, np.ndarray]:
        if self.n_neighbors is None:
            return {"item_vectors": self.item_vectors_, "prior": self.prior_}
        return parts_of(self.weights_) | {"prior": self.prior_}

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        self.prior_ = state["prior"]
        if self.n_neighbors is None:
            self.item_vectors_ = state["item_vectors"]
            return
        self.weights_ = stored_matrix(state, (len(self.item_ids_), len(self.item_ids_)))


def _nearest(vectors: np.ndarray, warm: np.ndarray, keep: int, prior: np.ndarray) -> csr_matrix:
    """Weights of the warm items most similar to each candidate, whose own text does not count."""
    n_items = len(vectors)
    place = np.full(n_items, -1)
    place[warm] = np.arange(len(warm))
    keep = min(keep, len(warm))
    step = max(1, min(n_items, _BLOCK // len(warm)))
    columns, values, counts = [], [], []
    for start in range(0, n_items, step):
        block = vectors[start : start + step] @ vectors[warm].T
        own = place[start : start + step]
        rows = np.flatnonzero(own >= 0)
        block[rows, own[rows]] = 0
        best = np.sort(largest_weights(block, keep), axis=1)
        similarity = np.take_along_axis(block, best, axis=1)
        positive = similarity > 0
        columns.append(warm[best[positive]].astype(np.int32))
        values.append((similarity * prior[start : start + step, None])[positive])
        counts.append(positive.sum(axis=1))
    indptr = np.concatenate(([0], np.cumsum(np.concatenate(counts)))).astype(np.int32)
    by_candidate = csr_matrix(
        (np.concatenate(values), np.concatenate(columns), indptr), shape=(n_items, n_items)
    )
    weights = by_candidate.T.tocsr()
    weights.sort_indices()
    return weights
