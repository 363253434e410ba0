"""Scores that are sums of item-item weights: what `EASE` and `ItemKNN` share."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, issparse

from longtail_lib._stored_entries import stored_places
from longtail_lib.models._kept import store_of
from longtail_lib.models._recommender import Recommender

__all__ = ["ItemWeights", "chosen_weights", "weight_sums", "weighted_sums"]


# Weights of the last list of candidates that are kept at most: 64 MiB.
_ROOM = 2**24


class ItemWeights(Recommender):
    """Score an item by the sum of the weights with which a user's items speak for it.

    A new user is scored by the same sum. The items most similar to one are those that it speaks
    for most: the list of a user who has chosen nothing else.
    """

    weights_: np.ndarray | csr_matrix

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return weight_sums(self.seen_, user_rows, self.weights_)

    def _score_items(self, user_rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        seen, n_items = self.seen_[user_rows], len(self.item_ids_)
        last = store_of(self).get("columns")
        if last is not None and last[0] is self.weights_ and np.array_equal(last[1], columns):
            return _dense(seen @ last[2])
        if seen.nnz < n_items or n_items * len(columns) > _ROOM:
            return weighted_sums(seen, self.weights_, columns)
        # To collect scattered columns costs more than to add them up, and many users at once come
        # again with the same list, of what is in stock.
        weights = self.weights_
        block = weights[:, columns] if issparse(weights) else np.take(weights, columns, axis=1)
        store_of(self)["columns"] = self.weights_, columns, block
        return _dense(seen @ block)

    def _fold_in(self, known: csr_matrix, columns: np.ndarray, lengths: np.ndarray) -> None:
        """Scores are read from `seen_`."""

    def _similar(self, items: np.ndarray, among: np.ndarray) -> np.ndarray:
        return chosen_weights(self.weights_, items, among)


def weight_sums(seen: csr_matrix, rows: np.ndarray, weights: np.ndarray | csr_matrix) -> np.ndarray:
    """Return the product of some rows of `seen` with dense or sparse weights, dense.

    scipy takes longer to select one row and to check the product than to compute it, so one
    user's scores go another way; they are the same sums in the same order.
    """
    if len(rows) != 1:
        return _dense(seen[rows] @ weights)
    if not issparse(weights):
        return seen[int(rows[0])] @ weights
    start, stop = seen.indptr[rows[0] : rows[0] + 2]
    places, lengths = stored_places(weights, seen.indices[start:stop])
    values = weights.data[places] * np.repeat(seen.data[start:stop], lengths)
    scores = np.zeros((1, weights.shape[1]), dtype=values.dtype)
    np.add.at(scores[0], weights.indices[places], values)
    return scores


def weighted_sums(
    seen: csr_matrix, weights: np.ndarray | csr_matrix, columns: np.ndarray
) -> np.ndarray:
    """Scores of some columns alone, from the weights of the items that these users have."""
    used, places = np.unique(seen.indices, return_inverse=True)
    among_used = csr_matrix((seen.data, places, seen.indptr), shape=(seen.shape[0], len(used)))
    return _dense(among_used @ _block(weights, used, columns))


def chosen_weights(
    weights: np.ndarray | csr_matrix, rows: np.ndarray, columns: np.ndarray
) -> np.ndarray:
    """A block of weights as a fresh dense array."""
    return _dense(_block(weights, rows, columns))


def _block(
    weights: np.ndarray | csr_matrix, rows: np.ndarray, columns: np.ndarray
) -> np.ndarray | csr_matrix:
    return weights[rows][:, columns] if issparse(weights) else weights[np.ix_(rows, columns)]


def _dense(scores: np.ndarray | csr_matrix) -> np.ndarray:
    return scores.toarray() if issparse(scores) else scores
