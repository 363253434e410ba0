"""What a fitted recommender serves: lists for its users, for new users, and for items."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._one_blas_thread import one_thread_if_small
from longtail_lib._parameters import BOOLEAN, Options, constrained
from longtail_lib.models._asked_items import (
    asked_columns,
    checked_length,
    excluded_pairs,
    history_matrix,
    is_by_user,
    read_histories,
)
from longtail_lib.models._fallback import FALLBACKS, fall_back
from longtail_lib.models._kept import kept, store_of
from longtail_lib.models._ranked_lists import is_few, ranked_lists
from longtail_lib.preprocessing._split_matrices import rows_of
from longtail_lib.ranking import id_keys, user_key

__all__ = ["Servable"]


class Servable:
    """The serving side of `Recommender`, from which every model has it."""

    user_ids_: np.ndarray
    item_ids_: np.ndarray
    seen_: csr_matrix
    _score: Callable[[np.ndarray], np.ndarray]
    _score_items: Callable[[np.ndarray, np.ndarray], np.ndarray]
    _similar: Callable[[np.ndarray, np.ndarray], np.ndarray]
    _fold_in: Callable[[csr_matrix, np.ndarray, np.ndarray], None]
    _check_fitted: Callable[[], None]

    @constrained(exclude_seen=BOOLEAN, fallback=Options(*FALLBACKS))
    def recommend(
        self,
        users: Any,
        k: int = 10,
        exclude_seen: bool = True,
        *,
        candidates: Any = None,
        exclude: Any = None,
        fallback: str = "popularity",
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the k best items of each user.

        The lists are those that `evaluate` measures: equal scores are ordered by a hash of user
        id and item id, which favours no place in the catalogue. What is left out for a user comes
        last, with score -inf, where fewer than k items remain.

        Parameters
        ----------
        users : array of source user ids, shape (n,)
        k : int
            How many items, at most the catalogue's size.
        exclude_seen : bool
            Leave out the items in `seen_`.
        candidates : array of source item ids, or None
            Show these items alone; all others stay out of every list. Of a few candidates only
            these are scored, where the model can.
        exclude : array of source item ids, mapping or frame, or None
            Items to leave out for everybody; or, for single users, a mapping of user id to item
            ids, or a frame with the columns user_id and item_id. Ids that the split does not hold
            are passed over.
        fallback : {"popularity", "none"}
            What a user without a history gets from a model that needs one: the most popular items,
            scored by their counts in `seen_`, so cold ones last; or what the model's scores give.

        Returns
        -------
        items : ndarray of source item ids, shape (n, m)
            m is k, or the number of items that may be shown to anybody if that is smaller.
        scores : ndarray of float32, shape (n, m)

        Raises
        ------
        KeyError
            Unknown users or candidates; the message names them.
        TypeError
            Ids of another type than the split's, such as "3" for 3.
        ValueError
            Scores that are not a number: the fit diverged; or no item that may be shown.

        Examples
        --------
        >>> from longtail_lib.testing import tiny_model
        >>> items, _ = tiny_model().recommend([0, 1], 2, candidates=list("def"), exclude={0: ["f"]})
        >>> items.tolist()
        [['d', 'e'], ['f', 'e']]
        """
        self._check_fitted()
        k = checked_length(k, len(self.item_ids_))
        try:
            rows = rows_of(self.user_ids_, users, "user")
        except KeyError as error:
            raise KeyError(
                f"{error.args[0]}; whoever is not in the split gets lists from recommend_for, "
                "which takes the items that they have chosen"
            ) from None
        hidden = [self.seen_] if exclude_seen else []
        if is_by_user(exclude):
            hidden.append(excluded_pairs(exclude, self.user_ids_, self.item_ids_))
            exclude = None
        return self._lists(rows, k, candidates, exclude, hidden, fallback)

    @constrained(exclude_seen=BOOLEAN, fallback=Options(*FALLBACKS))
    def recommend_for(
        self,
        histories: Any,
        k: int = 10,
        *,
        times: Any = None,
        candidates: Any = None,
        exclude: Any = None,
        exclude_seen: bool = True,
        fallback: str = "popularity",
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the k best items for users who were not there when the model was fitted.

        A model that scores by a user's items (`EASE`, `ItemKNN`, `ContentKNN`, sequence models and
        others) gives the scores that a known user with this history has. `ImplicitALS` solves its
        own equations. One that learns a vector for each user estimates it from the sum of the
        history's item vectors over the root of their number, by ridge regression on known users.

        Parameters
        ----------
        histories : list of lists of source item ids
            One for each user; each item counts 1, where it stands last.
        k, exclude_seen, candidates, fallback
            As in `recommend`; seen is what stands in the history, and an empty history is one of a
            user without.
        times : list of lists of numbers or datetimes, or None
            When each item was chosen, for models that read histories in the order of time; without
            them the order of the list is that of time.
        exclude : array of source item ids, or None
            Items to leave out for everybody.

        Returns
        -------
        items, scores
            As in `recommend`. Equal scores are ordered by a hash of the history.

        Raises
        ------
        UnsupportedError
            The model knows nothing but the users it was fitted on.
        KeyError, TypeError, ValueError
            As in `recommend`; times that do not fit the histories.

        Examples
        --------
        >>> from longtail_lib.models import ItemKNN
        >>> from longtail_lib.testing import tiny_parts
        >>> items, _ = ItemKNN(shrinkage=0.0).fit(tiny_parts()).recommend_for([["a"], []], k=2)
        >>> items.tolist()      # the second one has no history, and gets what is popular
        [['b', 'c'], ['a', 'b']]
        """
        self._check_fitted()
        k = checked_length(k, len(self.item_ids_))
        if is_by_user(exclude):
            raise TypeError(
                "recommend_for takes items to exclude for everybody, since new users have no ids; "
                "what one user should not get belongs in their history"
            )
        columns, lengths = read_histories(histories, times, self.item_ids_)
        ends = np.cumsum(lengths)
        names = [repr(own.tolist()) for own in np.split(self.item_ids_[columns], ends[:-1])]
        # The history stands for the id, so that its place in the call changes nothing.
        ids = id_keys(names[: len(lengths)]).view(np.int64)
        other = self._folded(
            history_matrix(columns, lengths, len(self.item_ids_)), ids, columns, lengths
        )
        hidden = [other.seen_] if exclude_seen else []
        return other._lists(np.arange(len(lengths)), k, candidates, exclude, hidden, fallback)

    def recommend_items(
        self, items: Any, k: int = 10, *, candidates: Any = None, exclude: Any = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the k items most similar to each item, itself left out.

        What is similar is the model's own: the weights of `EASE` and `ItemKNN`, elsewhere the
        cosine of item vectors, or of texts.

        Parameters
        ----------
        items : array of source item ids, shape (n,)
        k, candidates
            As in `recommend`.
        exclude : array of source item ids, or None

        Returns
        -------
        items, scores
            As in `recommend`; an item itself comes last with -inf where nothing else is left.

        Raises
        ------
        UnsupportedError
            The model knows no similarity of items.
        KeyError, TypeError, ValueError
            As in `recommend`.

        Examples
        --------
        >>> from longtail_lib.models import ItemKNN
        >>> from longtail_lib.testing import tiny_parts
        >>> items, _ = ItemKNN(shrinkage=0.0).fit(tiny_parts()).recommend_items(["c", "d"], k=1)
        >>> items.tolist()
        [['b'], ['a']]
        """
        self._check_fitted()
        k = checked_length(k, len(self.item_ids_))
        rows = rows_of(self.item_ids_, items, "item")
        columns = asked_columns(self.item_ids_, candidates, exclude)
        among = np.arange(len(self.item_ids_)) if columns is None else columns
        itself = history_matrix(rows, np.ones_like(rows), len(self.item_ids_))
        keys = self._item_keys()
        chosen, best = ranked_lists(
            lambda block: self._similar(rows[block], among),
            k,
            user_keys=user_key(keys[rows]),
            item_keys=keys,
            columns=columns,
            hidden=[(itself, np.arange(len(rows)))],
            name=type(self).__name__,
        )
        return self.item_ids_[chosen], best

    def _folded(
        self, seen: csr_matrix, user_ids: np.ndarray, columns: np.ndarray, lengths: np.ndarray
    ) -> Self:
        """Return a copy whose users are new ones, known by their histories alone."""
        # Shared by all such copies, or each would make its own of what is kept.
        store_of(self)
        other = copy(self)
        other._counted = self.seen_
        other.user_ids_, other.seen_ = user_ids, seen
        other._fold_in(self.seen_, columns, lengths)
        return other

    def _lists(
        self,
        rows: np.ndarray,
        k: int,
        candidates: Any,
        exclude: Any,
        hidden: list[csr_matrix],
        fallback: str,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Rank what may be shown to some users."""
        columns = asked_columns(self.item_ids_, candidates, exclude)

        def scores_of(block: slice) -> np.ndarray:
            few = is_few(columns, self.item_ids_)
            width = len(columns) if few else len(self.item_ids_)
            with one_thread_if_small(len(rows[block]) * width):
                if few:
                    scores = self._score_items(rows[block], columns)
                else:
                    scores = self._score(rows[block])
            if columns is not None and not few:
                scores = scores[:, columns]
            if fallback == "popularity":
                fall_back(scores, self, rows[block], slice(None) if columns is None else columns)
            return scores

        chosen, best = ranked_lists(
            scores_of,
            k,
            user_keys=user_key(id_keys(self.user_ids_[rows])),
            item_keys=self._item_keys(),
            columns=columns,
            hidden=[(each, rows) for each in hidden],
            name=type(self).__name__,
        )
        return self.item_ids_[chosen], best

    def _item_keys(self) -> np.ndarray:
        # Hashing a catalogue of text ids takes longer than scoring one user.
        return kept(self, "item keys", (self.item_ids_,), lambda: id_keys(self.item_ids_))
