"""EASE that also reads: item-item weights from interactions, and from texts where these are few."""

from __future__ import annotations

from numbers import Real
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import Constraint, Interval, Options
from longtail_lib.models.content._item_vectors import TEXT_SPACES, ContentRecommender, text_space
from longtail_lib.models.ease import EASE
from longtail_lib.preprocessing import Split

__all__ = ["EaseText", "text_map"]


# Scores are measured on so many users at most.
_USERS = 2000
_BLOCK = 1024


class EaseText(ContentRecommender, EASE):
    r"""Score as `EASE` does, plus what the texts of seen items say about a candidate's text.

    In the form "additive" the weights are

    .. math:: W_{ij} = W^{EASE}_{ij} + s\,F_{ij}\Bigl(text\_weight + tail\_weight\,
              \frac{h}{h + popularity_j}\Bigr), \qquad h = half\_popularity,

    where F comes from `text_map`: a linear map between texts, learned in closed form from the
    interactions of all items. The constant s gives scores by F the spread of scores by EASE. So
    texts speak a little for every candidate, and up to `tail_weight` more for one that has few
    interactions to speak for it, or none.

    In the form "collective" text vectors are added to the matrix that EASE learns from, as if
    each dimension were a user,

    .. math:: \tilde X' = \begin{bmatrix} \tilde X \\ \sqrt{w}\,T^T \end{bmatrix}, \qquad
              w = text\_weight \cdot \overline{popularity}

    with the mean popularity of warm items, so that at `text_weight=1` a text weighs as much as
    the interactions of a mean item. Cold items get weights, too.

    Either form is one matrix; scoring costs what it costs for `EASE`.

    Parameters
    ----------
    l2, popularity_exponent : float
        As in `EASE`.
    text_weight : float
        0 or more; 0 leaves texts out, but for the tail.
    tail_weight : float
        0 or more; for "additive".
    half_popularity : float
        Popularity at which half of `tail_weight` is left; for "additive".
    text_l2 : float
        Ridge penalty of `text_map`; for "additive".
    space : {"whiten", "centre", "raw"}
        What is done to the vectors first, see `text_space`.
    form : {"additive", "collective"}
    vectors : ndarray of float, shape (n_items, d), str or None
        See `ContentRecommender`. An item without text is scored by interactions alone.

    Attributes
    ----------
    weights_ : ndarray of float32, shape (n_items, n_items)
        W; its diagonal is 0.

    Notes
    -----
    Defaults were chosen on the validation part of the course's shop. There the additive form
    keeps overall NDCG@10 and raises that of the tail; the collective form loses overall what it
    wins for the tail. With shuffled texts the gain for the tail is gone. A larger
    `tail_weight` gives the tail more and soon costs overall accuracy. Cold items compete with
    warm ones on scores of their own scale: to recommend them often, use `ContentTower`.

    References
    ----------
    Jeunen, Van Balen and Goethals (2020), "Closed-Form Models for Collaborative Filtering with
    Side-Information", RecSys 2020: the collective form (cEASE), and an additive one (add-EASE),
    which solves EASE on the texts by themselves. The map and the part of popularity are ours.
    Steck (2019), "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019.

    Examples
    --------
    Nobody has chosen "d" yet; its text is that of "a" and "b":

    >>> train = [[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]]
    >>> parts = Split.from_matrices(train, item_ids=["a", "b", "c", "d"])
    >>> texts = np.array([[1, 0], [1, 0], [0, 1], [1, 0]], np.float32)
    >>> model = EaseText(l2=1.0, vectors=texts, space="raw").fit(parts)
    >>> items, _ = model.recommend([0, 2], k=2)
    >>> items.tolist()
    [['d', 'c'], ['a', 'b']]
    """

    # Pruning would cut the small weights of the tail, which texts are here to add.
    top_weights = None

    _constraints: ClassVar[dict[str, Constraint]] = {
        "space": Options(*TEXT_SPACES),
        "text_weight": Interval(Real, 0),
        "tail_weight": Interval(Real, 0),
        "half_popularity": Interval(Real, 0, closed="neither"),
        "text_l2": Interval(Real, 0, closed="neither"),
        "form": Options("additive", "collective"),
    }

    def __init__(
        self,
        l2: float = 250.0,
        popularity_exponent: float = 0.23,
        text_weight: float = 0.2,
        tail_weight: float = 0.3,
        half_popularity: float = 3.0,
        text_l2: float = 1000.0,
        space: str = "whiten",
        form: str = "additive",
        vectors: np.ndarray | str | None = None,
    ) -> None:
        self.l2 = l2
        self.popularity_exponent = popularity_exponent
        self.text_weight = text_weight
        self.tail_weight = tail_weight
        self.half_popularity = half_popularity
        self.text_l2 = text_l2
        self.space = space
        self.form = form
        self.vectors = vectors

    def _fit(self, parts: Split) -> None:
        vectors = text_space(self._text_vectors(parts), self.space)
        if self.form == "collective":
            mean = parts.train.nnz / np.count_nonzero(parts.popularity)
            side = np.float32(np.sqrt(self.text_weight * mean)) * vectors
            self.weights_ = self._solve(parts, np.arange(parts.n_items), side)
            return
        super()._fit(parts)
        if self.text_weight or self.tail_weight:
            self._add_text(parts, vectors)

    def _add_text(self, parts: Split, vectors: np.ndarray) -> None:
        speakers, candidates = text_map(parts, vectors, self.text_l2)
        spread = _spread_of_scores(parts, lambda seen: seen @ self.weights_)
        of_text = _spread_of_scores(parts, lambda seen: (seen @ speakers) @ candidates.T)
        if not of_text:
            return
        h = np.float32(self.half_popularity)
        share = self.text_weight + self.tail_weight * h / (h + parts.popularity)
        # Without any weight from interactions, texts keep the scale they have.
        s = (spread or of_text) / of_text
        gated = candidates * (s * share).astype(np.float32)[:, None]
        for start in range(0, parts.n_items, _BLOCK):
            self.weights_[start : start + _BLOCK] += speakers[start : start + _BLOCK] @ gated.T
        np.fill_diagonal(self.weights_, 0)


def _spread_of_scores(parts: Split, score) -> float:
    """Standard deviation of scores over users, taken evenly, and the whole catalogue."""
    users = np.flatnonzero(np.diff(parts.train.indptr))
    users = users[:: max(1, -(-len(users) // _USERS))]
    total = squares = 0.0
    for start in range(0, len(users), _BLOCK):
        scores = score(parts.train[users[start : start + _BLOCK]]).astype(np.float64)
        total += scores.sum()
        squares += np.square(scores).sum()
    n = len(users) * parts.n_items
    return float(np.sqrt(max(0.0, squares / n - (total / n) ** 2)))


def text_map(
    parts: Split, vectors: np.ndarray, l2: float, exponent: float = 0.5
) -> tuple[np.ndarray, np.ndarray]:
    r"""Learn how much the text of a seen item speaks for the text of a candidate."""
    scale = np.maximum(parts.popularity, 1).astype(np.float32) ** np.float32(-exponent)
    scaled = csr_matrix(
        (parts.train.data * scale[parts.train.indices], parts.train.indices, parts.train.indptr),
        parts.train.shape,
    )
    texts = vectors.astype(np.float64)
    # The sum of squares stays that of the train matrix, so that l2 weighs the same.
    c = np.linalg.norm(parts.train.data) / np.linalg.norm(scaled.data)
    users = c * (scaled.astype(np.float64) @ texts)
    products = users.T @ users
    identity = np.eye(texts.shape[1])
    learned = np.linalg.solve(products + l2 * identity, products)
    learned = np.linalg.solve(texts.T @ texts + identity, learned.T).T
    there = texts.any(axis=1)
    centred = texts - texts[there].mean(axis=0)
    centred[~there] = 0
    speakers = (c * scale[:, None] * (texts @ learned)).astype(np.float32)
    return speakers, centred.astype(np.float32)
