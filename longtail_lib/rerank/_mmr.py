"""Maximal marginal relevance: leave out what resembles what is already in the list."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from longtail_lib._parameters import Interval, constrained
from longtail_lib.rerank._candidates import Candidates, checked_candidates, greedy, item_values

__all__ = ["mmr"]

# Floats that one block of users holds beside its candidates: 64 MiB.
_BLOCK = 2**24


@constrained(weight=Interval(Real, 0, 1))
def mmr(candidates: Any, scores: Any, *, similarity: Any, weight: float, k: int) -> np.ndarray:
    r"""Re-rank by maximal marginal relevance.

    Place after place the list S takes the candidate v with the largest

    .. math:: (1 - weight)\, rel(v) - weight \max_{i \in S} sim(v, i)

    with rel the user's score scaled to [0, 1]; the maximum over an empty list is 0. The paper's
    lambda is 1 - weight. This is a method of diversity: it knows nothing of popularity and moves
    the tail only as far as tail items are unlike the others.

    Parameters
    ----------
    candidates : array of int, shape (n, m)
        Item columns, best first.
    scores : array of float, shape (n, m)
        Descending; -inf where a user has run out of candidates.
    similarity : array of float, shape (n_items, d), or sparse matrix, shape (n_items, n_items)
        Vectors of the items, whose cosine is the similarity; or the similarities themselves, best
        in [0, 1], with 0 where nothing is stored.
    weight : float
        0 keeps the order, 1 forgets the scores after the first item.
    k : int
        Length of the lists, at most m.

    Returns
    -------
    ndarray of int64, shape (n, k)
        Positions among the candidates.

    References
    ----------
    Carbonell, J., Goldstein, J. (1998). The use of MMR, diversity-based reranking for reordering
    documents and producing summaries. SIGIR '98, 335-336.

    Examples
    --------
    >>> vectors = np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0]])
    >>> mmr([[0, 1, 2]], [[0.9, 0.8, 0.5]], similarity=vectors, weight=0.6, k=2).tolist()
    [[0, 2]]
    """
    found = checked_candidates(candidates, scores, k, "mmr")
    n, m = found.columns.shape
    if issparse(similarity):
        similar = similarity.tocsr().astype(np.float32)
        if similar.shape[0] != similar.shape[1]:
            raise ValueError(
                f"mmr: a sparse similarity must be items x items, got shape {similar.shape}; "
                "pass vectors as a dense array"
            )
        if np.isnan(similar.data).any():
            raise ValueError("mmr: similarity holds a NaN; give every pair of items a number")
        item_values(similar.indptr[1:], found, "similarity", "mmr")
        held = similar.shape[0]
    else:
        similar = item_values(similarity, found, "similarity", "mmr").astype(np.float32)
        if similar.ndim != 2:
            raise ValueError(f"mmr: vectors must have shape (n_items, d), got {similar.shape}")
        norms = np.linalg.norm(similar, axis=1, keepdims=True)
        similar = np.divide(similar, norms, out=np.zeros_like(similar), where=norms > 0)
        held = m * similar.shape[1]
    step = max(1, _BLOCK // max(held, 1))
    blocks = [
        _one_block(
            Candidates(*(array[start : start + step] for array in found[:3]), found.k),
            similar,
            np.float32(weight),
        )
        for start in range(0, n, step)
    ]
    return np.concatenate(blocks) if blocks else np.empty((0, found.k), dtype=np.int64)


def _one_block(found: Candidates, similar: Any, weight: np.float32) -> np.ndarray:
    columns, relevance = found.columns, found.relevance
    users = np.arange(len(columns))
    vectors = None if issparse(similar) else similar[columns]
    # Before the first choice the maximum is over nothing; afterwards it may be below 0.
    nearest = np.full(columns.shape, -np.inf, dtype=np.float32)
    base = (1 - weight) * relevance

    def gains(step: int) -> np.ndarray:
        return base - weight * nearest if step else base.copy()

    def choose(best: np.ndarray) -> None:
        if vectors is None:
            near = _at(similar, columns[users, best], columns)
        else:
            near = np.matmul(vectors, vectors[users, best][:, :, None])[:, :, 0]
        np.maximum(nearest, near, out=nearest)

    return greedy(found, gains, choose)


def _at(similar: csr_matrix, items: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return np.take_along_axis(similar[items].toarray(), columns, axis=1)
