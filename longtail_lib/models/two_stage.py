"""Two stages: one recommender retrieves candidates, another one ranks them."""

from __future__ import annotations

from numbers import Integral
from typing import ClassVar

import numpy as np

from longtail_lib._parameters import BOOLEAN, Constraint, Interval
from longtail_lib.models._recommender import Recommender
from longtail_lib.models._stored_arrays import Stored
from longtail_lib.models._wrapped_recommender import RECOMMENDER, WrappedRecommender
from longtail_lib.preprocessing import Split
from longtail_lib.ranking import id_keys, mask_seen, top_k, user_key

__all__ = ["TwoStage"]


class TwoStage(WrappedRecommender):
    """Retrieve with one recommender, rank with another, and let cold items in.

    A user's candidates are the `candidates` best items of `model` that are not seen, and all items
    without train interactions, which a model of behaviour would never retrieve. They come first,
    in the order and with the scores of `ranker`. All other items follow, in the order of `model`.

    With `GenerativeRetrieval` as `model` and a ranker that reads, such as `ContentTower`, this is
    the inference of LIGER.

    Parameters
    ----------
    model : Recommender
        Retrieves. One that was fitted on the same train part is not fitted again.
    ranker : Recommender
        Ranks what was retrieved; fitted or not. `recommend_items` asks it, too.
    candidates : int
        How many are retrieved; in a smaller catalogue all items are candidates.
    with_cold : bool
        Add all cold items. They compete by the ranker's scores alone, so where there are many,
        a ranker that likes them fills the lists with them.

    Attributes
    ----------
    cold_ : ndarray of bool, shape (n_items,)
        Items without train interactions, where `with_cold`; else none.

    Notes
    -----
    LIGER trains both stages as one network that reads texts as well as semantic ids; here they are
    any two recommenders. Its candidates come from a beam search; those of `GenerativeRetrieval`
    are exact.

    On the shop with 296 items made cold, NDCG@10 overall and Recall@50 of cold items are .248 and
    .099 for a contrastive `ContentTower`; as the ranker of `GenerativeRetrieval` .248 and .110 with
    100 candidates, .241 and .190 with 20; of `EASE` .249 and .136 with 50. Few candidates are a
    quota for cold items: Recall@50 of warm ones falls from .615 to .455 with 20.

    References
    ----------
    L. Yang et al., "Unifying generative and dense retrieval for sequential recommendation",
    arXiv:2411.18814, 2024 (LIGER).

    Examples
    --------
    Popularity finds "b" and "c", the ranker prefers the latter; nobody has chosen "e" yet:

    >>> from longtail_lib.models import ContentKNN, Popularity
    >>> train = [[1, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 1, 0, 0, 0]]
    >>> parts = Split.from_matrices(train, item_ids=list("abcde"))
    >>> texts = np.array([[1, 0], [0, 1], [0.8, 0.6], [1, 0], [0.6, 0.8]], np.float32)
    >>> reader = ContentKNN(texts, space="raw")
    >>> for with_cold in (False, True):
    ...     model = TwoStage(Popularity(), reader, candidates=2, with_cold=with_cold).fit(parts)
    ...     print(model.recommend([0], k=4)[0][0])
    ['c' 'b' 'd' 'e']
    ['c' 'e' 'b' 'd']
    """

    _further_models = ("ranker",)
    _constraints: ClassVar[dict[str, Constraint]] = {
        "ranker": RECOMMENDER,
        "candidates": Interval(Integral, 1),
        "with_cold": BOOLEAN,
    }

    def __init__(
        self,
        model: Recommender,
        ranker: Recommender,
        candidates: int = 100,
        with_cold: bool = True,
    ) -> None:
        self.model = model
        self.ranker = ranker
        self.candidates = candidates
        self.with_cold = with_cold

    def _fit_around(self, parts: Split) -> None:
        self.cold_ = parts.cold & self.with_cold

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        retrieved, ranked = self.model_._score(user_rows), self.ranker_._score(user_rows)
        chosen = self._chosen(retrieved, user_rows)
        lowest = np.min(ranked, axis=1, where=chosen, initial=np.inf, keepdims=True)
        # A user who has seen everything has no candidates.
        lowest = np.where(np.isfinite(lowest), lowest, 0)
        # The rest goes into a band below, as wide as float32 can tell its places apart there.
        band = np.maximum(np.abs(lowest), 1)
        return np.where(chosen, ranked, lowest - band * (2 - _from_0_to_1(retrieved)))

    def _chosen(self, retrieved: np.ndarray, user_rows: np.ndarray) -> np.ndarray:
        """Say which items are candidates, bool, shape (n, n_items)."""
        unseen = retrieved.copy()
        mask_seen(unseen, self.seen_, user_rows)
        found = top_k(
            unseen,
            self.candidates,
            user_keys=user_key(id_keys(self.user_ids_[user_rows])),
            item_keys=self._item_keys(),
        )
        chosen = np.tile(self.cold_, (len(user_rows), 1))
        rows, places = np.nonzero(found >= 0)
        chosen[rows, found[rows, places]] = True
        return chosen

    def _similar(self, items: np.ndarray, among: np.ndarray) -> np.ndarray:
        return self.ranker_._similar(items, among)

    def _own_shapes(self) -> dict[str, Stored]:
        return {"cold": Stored("bool", (len(self.item_ids_),))}


def _from_0_to_1(scores: np.ndarray) -> np.ndarray:
    """Bring each row between 0 and 1; one without spread to zeros."""
    lowest = scores.min(axis=1, keepdims=True)
    spread = scores.max(axis=1, keepdims=True) - lowest
    return (scores - lowest) / np.where(spread > 0, spread, 1)
