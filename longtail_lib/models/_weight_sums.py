"""Scores as sums of the weights with which a user's items speak for others."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, issparse

from longtail_lib._top_candidates import stored_places

__all__ = ["weight_sums"]


def weight_sums(seen: csr_matrix, rows: np.ndarray, weights: np.ndarray | csr_matrix) -> np.ndarray:
    """Return the product of some rows of `seen` with dense or sparse weights, dense.

    scipy takes longer to select one row and to check the product than to compute it, so one
    user's scores go another way; they are the same sums in the same order.
    """
    if len(rows) != 1:
        scores = seen[rows] @ weights
        return scores.toarray() if issparse(scores) else scores
    if not issparse(weights):
        return seen[int(rows[0])] @ weights
    start, stop = seen.indptr[rows[0] : rows[0] + 2]
    places, lengths = stored_places(weights, seen.indices[start:stop])
    values = weights.data[places] * np.repeat(seen.data[start:stop], lengths)
    scores = np.zeros((1, weights.shape[1]), dtype=values.dtype)
    np.add.at(scores[0], weights.indices[places], values)
    return scores
