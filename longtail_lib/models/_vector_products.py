"""Scores that are products of a user's and an item's vector, as of factors and towers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.models._kept import kept
from longtail_lib.models._recommender import Recommender
from longtail_lib.text._encoder import unit_rows

__all__ = ["Folding", "VectorProducts", "cosines", "learned_folding"]

# Ridge penalty of the map from histories to users, as a share of its mean diagonal.
_PENALTY = 1e-2
# Users on whom the map is learned at most.
_USERS = 5000


class VectorProducts(Recommender):
    """Score by the product of a user's and an item's vector.

    A new user's vector is estimated by `learned_folding`, where a model cannot read it from the
    history. Items are as similar as the cosine of their vectors.
    """

    # Names of the attributes that hold them.
    _user_side = "user_vectors_"
    _item_side = "item_vectors_"

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return self._products(user_rows, slice(None))

    def _score_items(self, user_rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return self._products(user_rows, columns)

    def _products(self, user_rows: np.ndarray, columns: Any) -> np.ndarray:
        """Scores of some columns; a subclass adds what it has beside the vectors."""
        users, items = getattr(self, self._user_side), getattr(self, self._item_side)
        return users[user_rows] @ items[columns].T

    def _fold_in(self, known: csr_matrix, columns: np.ndarray, lengths: np.ndarray) -> None:
        of = known, getattr(self, self._user_side), getattr(self, self._item_side)
        # To learn it takes a hundred times as long as to score a user.
        folding = kept(self, "folding", of, lambda: learned_folding(*of))
        setattr(self, self._user_side, folding.vectors(self.seen_))

    def _similar(self, items: np.ndarray, among: np.ndarray) -> np.ndarray:
        return cosines(getattr(self, self._item_side), items, among)


class Folding(NamedTuple):
    """A linear map from the profiles of histories to users' vectors."""

    items: np.ndarray
    weights: np.ndarray
    has_unit_length: bool

    def vectors(self, histories: csr_matrix) -> np.ndarray:
        """Estimate the vectors of users by their histories, float32, shape (n, d)."""
        found = _profiles(histories, self.items) @ self.weights
        return (unit_rows(found) if self.has_unit_length else found).astype(np.float32)


def learned_folding(known: csr_matrix, users: np.ndarray, items: np.ndarray) -> Folding:
    r"""Learn on known users the map that estimates the vectors of new ones.

    A history's profile is the sum of its items' vectors over the square root of their number. The
    map from profiles to vectors is a ridge regression over known users. Its vectors are of length
    1 where those of known users are.

    Parameters
    ----------
    known : csr_matrix, shape (n_users, n_items)
        Histories of the known users.
    users, items : ndarray of float32, shape (n_users, d), (n_items, d)
        Learned vectors.
    """
    there = np.flatnonzero(np.diff(known.indptr))
    there = there[:: max(1, -(-len(there) // _USERS))]
    profiles, wanted = _profiles(known[there], items), users[there]
    gram = profiles.T @ profiles
    penalty = max(_PENALTY * float(np.diagonal(gram).mean()), float(np.finfo(np.float32).tiny))
    weights = np.linalg.solve(gram + penalty * np.eye(len(gram)), profiles.T @ wanted)
    unit = np.allclose(np.linalg.norm(wanted, axis=1), 1, atol=1e-3)
    return Folding(items, weights, unit)


def cosines(vectors: np.ndarray, items: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Cosine of some rows with others, shape (n, m); 0 where a row is zero."""
    return unit_rows(vectors[items]) @ unit_rows(vectors[among]).T


def _profiles(histories: csr_matrix, items: np.ndarray) -> np.ndarray:
    counts = np.diff(histories.indptr)
    used, places = np.unique(histories.indices, return_inverse=True)
    ones = csr_matrix(
        (np.ones(len(places)), places, histories.indptr), shape=(len(counts), len(used))
    )
    return (ones @ items[used].astype(np.float64)) / np.sqrt(np.maximum(counts, 1))[:, None]
