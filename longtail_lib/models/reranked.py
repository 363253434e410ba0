"""A recommender whose lists are re-ranked."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar, Literal

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import ARRAY, COLUMN, Constraint, Interval, Nullable, Options
from longtail_lib.models._recommender import Recommender
from longtail_lib.models._stored_arrays import Stored
from longtail_lib.models._wrapped_recommender import WrappedRecommender
from longtail_lib.preprocessing import Split
from longtail_lib.ranking import id_keys, mask_seen, top_k, user_key
from longtail_lib.rerank import calibrated, mmr, popularity_penalty, tail_quota, xquad
from longtail_lib.rerank._candidates import attribute_shares, history_mixture, user_cosines
from longtail_lib.tail import popularity_groups

__all__ = ["METHODS", "Reranked"]

METHODS = ("xquad", "calibrated", "mmr", "tail_quota", "popularity_penalty")
# Those that an attribute serves.
_ALIKE = ("calibrated", "mmr")
# The re-ranked list is this many times as long as k; see the class.
_DEPTH = 3


class Reranked(WrappedRecommender):
    """Re-rank the best candidates of another recommender.

    For each user the model's `candidates` best items that are not seen in train, and its
    `tail_candidates` best tail items that are not among them, are put in a new order by one of
    the methods of this package. `score` puts this list first, just above the model's own best
    score, and leaves all other items where they were.

    Tail candidates are there because nothing can be re-ranked into view that was not retrieved.
    On the simulated shop EASE has no tail item at all among its 200 best for three users of five.

    `evaluate` masks the items of validation when it measures on test. So that the list stays
    full, it is re-ranked three times as deep as `k`; what comes after it is in the model's own
    order. A longer list begins with the shorter one, so depth changes nothing else. For `k` give
    the largest cut-off that will be looked at.

    Parameters
    ----------
    model : Recommender
        Fitted or not. One that was fitted on the same train part is not fitted again.
    method : {"xquad", "calibrated", "mmr", "tail_quota", "popularity_penalty"}
        Each is a function of `longtail_lib.rerank`, which also says what differs from its paper.
    weight : float
        Strength of the method, 0 for none. In [0, 1]; above 1 too for "popularity_penalty". For
        "tail_quota" it is the share of tail items in every prefix of the list.
    candidates : int
        How many of the model's best items may enter the list.
    k : int
        Length of the lists.
    tail_candidates : int
        How many tail items may enter in addition.
    variant : {"smooth", "binary"}
        Of "xquad".
    attribute : str or None
        Column of the item table. "calibrated" then calibrates its values instead of head, mid and
        tail; for "mmr" items are alike that share values, instead of users.
    vectors : ndarray, shape (n_items, d), or None
        For "mmr": vectors of the items, whose cosine is their similarity.
    alpha : float or None
        For "tail_quota": the level of the test of FA*IR; None for the simple quota.
    head, tail : float
        Shares of the catalogue, as in `popularity_groups`.

    Attributes
    ----------
    groups_ : Groups
        Head, mid and tail by train popularity.

    Examples
    --------
    >>> from longtail_lib.models import Popularity
    >>> train = np.tri(6, 6)      # item 0 has six users, item 5 one
    >>> parts = Split.from_matrices(train, item_ids=list("abcdef"))
    >>> for model in (Popularity(), Reranked(Popularity(), "tail_quota", weight=0.5)):
    ...     items, _ = model.fit(parts).recommend([0], k=4)     # has only seen "a"
    ...     print(items[0])
    ['b' 'c' 'd' 'e']
    ['b' 'd' 'c' 'e']
    """

    _array_params = ("vectors",)

    _constraints: ClassVar[dict[str, Constraint]] = {
        "method": Options(*METHODS),
        "weight": Interval(Real, 0),
        "candidates": Interval(Integral, 1),
        "k": Interval(Integral, 1),
        "tail_candidates": Interval(Integral, 0),
        "variant": Options("smooth", "binary"),
        "attribute": Nullable(COLUMN),
        "vectors": Nullable(ARRAY),
        "alpha": Nullable(Interval(Real, 0, 1, closed="neither"), "for the simple quota"),
        "head": Interval(Real, 0, 1),
        "tail": Interval(Real, 0, 1),
    }

    def __init__(
        self,
        model: Recommender,
        method: str = "xquad",
        weight: float = 0.2,
        candidates: int = 200,
        k: int = 10,
        tail_candidates: int = 50,
        variant: Literal["smooth", "binary"] = "smooth",
        attribute: str | None = None,
        vectors: np.ndarray | None = None,
        alpha: float | None = None,
        head: float = 0.2,
        tail: float = 0.5,
    ) -> None:
        self.model = model
        self.method = method
        self.weight = weight
        self.candidates = candidates
        self.k = k
        self.tail_candidates = tail_candidates
        self.variant = variant
        self.attribute = attribute
        self.vectors = vectors
        self.alpha = alpha
        self.head = head
        self.tail = tail

    def _check_parameters(self, parts: Split) -> None:
        super()._check_parameters(parts)
        if self.weight > 1 and self.method != "popularity_penalty":
            raise ValueError(
                f"Reranked: weight of {self.method} must be a number from 0 to 1, got "
                f"{self.weight}; only 'popularity_penalty' takes more"
            )
        if self.k > self.candidates + self.tail_candidates:
            raise ValueError(
                f"Reranked: k is {self.k}, but there are only {self.candidates} candidates "
                f"and {self.tail_candidates} tail candidates; raise candidates"
            )
        if self.attribute is not None and self.vectors is not None:
            raise ValueError("Reranked: give either attribute or vectors, not both")

    def _fit_around(self, parts: Split) -> None:
        self.item_vectors_ = None
        if self.attribute is not None and self.method in _ALIKE:
            self.item_vectors_ = attribute_shares(parts.items, self.attribute)
        elif self.vectors is not None:
            self.item_vectors_ = np.asarray(self.vectors, dtype=np.float32)
            if self.item_vectors_.ndim != 2 or len(self.item_vectors_) != parts.n_items:
                raise ValueError(
                    f"Reranked: vectors must have one row for each of the {parts.n_items} items, "
                    f"got shape {np.shape(self.vectors)}"
                )
        self._prepare()

    def _prepare(self) -> None:
        """Set what follows from ids, train and the item vectors alone."""
        # Ties in the order that `evaluate` has by default, so that weight 0 changes nothing.
        self.item_keys_ = id_keys(self.item_ids_)
        n_items = len(self.item_ids_)
        self.popularity_ = np.bincount(self.seen_.indices, minlength=n_items)
        self.groups_ = popularity_groups(self.popularity_, head=self.head, tail=self.tail)
        self.tail_ = self.groups_.mask("tail")
        if self.method == "calibrated":
            self.shares_ = self.item_vectors_
            if self.attribute is None:
                self.shares_ = np.eye(3, dtype=np.float32)[self.groups_.labels]
        elif self.method == "mmr":
            self.similarity_ = self.item_vectors_
            if self.similarity_ is None:
                self.similarity_ = user_cosines(self.seen_)
        self._prepare_users()

    def _prepare_users(self) -> None:
        """Set what follows from the users' ids and histories."""
        self.user_keys_ = user_key(id_keys(self.user_ids_))
        if self.method == "xquad":
            shares = np.column_stack([self.tail_, ~self.tail_])
            self.preference_ = history_mixture(self.seen_, shares)[:, 0]
        elif self.method == "calibrated":
            self.target_ = history_mixture(self.seen_, self.shares_)

    def _fold_in(self, known: csr_matrix, columns: np.ndarray, lengths: np.ndarray) -> None:
        super()._fold_in(known, columns, lengths)
        self._prepare_users()

    def _reread(self, parts: Split) -> None:
        super()._reread(parts)
        # From the histories that the copy holds, as a saved copy does when it is loaded.
        self._prepare()

    @property
    def depth(self) -> int:
        """How many places are re-ranked, where there are as many candidates."""
        return _DEPTH * self.k

    def pool(self, scores: np.ndarray, user_rows: Any) -> tuple[np.ndarray, np.ndarray]:
        """Choose the candidates of some users from the scores that the inner model gave for them.

        Returns
        -------
        columns : ndarray of int64, shape (n, m)
            Item columns, best first; m is candidates + tail_candidates, or fewer in a small
            catalogue. -1 where a user has fewer candidates.
        scores : ndarray of float32, shape (n, m)
            Their scores; -inf where a user has fewer candidates.
        """
        open_scores = np.array(scores, dtype=np.float32)
        if np.isnan(open_scores).any():
            raise ValueError(
                f"Reranked: {type(self.model_).__name__} gave scores that are not a number, so "
                "there is no order to change; the fit diverged, try a stronger penalty"
            )
        rows = np.asarray(user_rows)
        mask_seen(open_scores, self.seen_, rows)
        user_keys, item_keys = self.user_keys_[rows], self.item_keys_
        n_items = open_scores.shape[1]
        first = top_k(open_scores, self.candidates, user_keys=user_keys, item_keys=item_keys)
        first_scores = _at(open_scores, first)
        extra = min(self.tail_candidates, n_items - first.shape[1], int(self.tail_.sum()))
        if extra < 1:
            return first.astype(np.int64), first_scores
        tail = np.flatnonzero(self.tail_)
        chosen_rows, places = np.nonzero(first >= 0)
        open_scores[chosen_rows, first[chosen_rows, places]] = -np.inf
        of_tail = open_scores[:, tail]
        found = top_k(of_tail, extra, user_keys=user_keys, item_keys=item_keys[tail])
        columns = np.where(found >= 0, tail[found], -1)
        # No tail item beyond the first candidates scores higher than the last of them.
        return (
            np.concatenate([first, columns], axis=1),
            np.concatenate([first_scores, _at(of_tail, found)], axis=1),
        )

    def rerank(self, user_rows: Any, columns: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """Put candidates, as from `pool`, shape (n, m), in their new order.

        Gives positions among the candidates, int64, shape (n, depth); depth is 3 k, at most m.
        """
        rows = np.asarray(user_rows)
        options = {"k": min(self.depth, columns.shape[1])}
        if self.method == "tail_quota":
            return tail_quota(
                columns, scores, tail=self.tail_, share=self.weight, alpha=self.alpha, **options
            )
        options["weight"] = self.weight
        if self.method == "xquad":
            return xquad(
                columns,
                scores,
                tail=self.tail_,
                preference=self.preference_[rows],
                variant=self.variant,
                **options,
            )
        if self.method == "calibrated":
            return calibrated(
                columns, scores, groups=self.shares_, target=self.target_[rows], **options
            )
        if self.method == "mmr":
            return mmr(columns, scores, similarity=self.similarity_, **options)
        return popularity_penalty(columns, scores, popularity=self.popularity_, **options)

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        scores = np.array(self.model_.score(user_rows), dtype=np.float32)
        columns, pooled = self.pool(scores, user_rows)
        order = self.rerank(user_rows, columns, pooled)
        items = np.take_along_axis(columns, order, axis=1)
        best = np.max(scores, axis=1, initial=0, where=np.isfinite(scores), keepdims=True)
        # Steps far above the resolution of float32 and small beside the scores.
        step = np.maximum(np.abs(best), 1) * np.float32(2.0**-12)
        lifted = best + step * np.arange(order.shape[1], 0, -1, dtype=np.float32)
        rows, places = np.nonzero(items >= 0)
        scores[rows, items[rows, places]] = lifted[rows, places]
        return scores

    def _own_shapes(self) -> dict[str, Stored]:
        shape, by_attribute = (len(self.item_ids_), "dimensions"), self.attribute is not None
        if by_attribute and self.method not in _ALIKE:
            return {}
        return {"item_vectors": Stored("float32", shape, optional=not by_attribute)}

    def _own_state(self) -> dict[str, np.ndarray]:
        return {} if self.item_vectors_ is None else {"item_vectors": self.item_vectors_}

    def _restore_own(self, state: dict[str, np.ndarray]) -> None:
        self.item_vectors_ = state.get("item_vectors")
        self.vectors = self.item_vectors_ if self.attribute is None else None
        self._prepare()


def _at(scores: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Scores of columns; -inf where the column is -1."""
    return np.where(columns >= 0, np.take_along_axis(scores, columns, axis=1), -np.inf)
