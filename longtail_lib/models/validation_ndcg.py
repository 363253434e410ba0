"""NDCG@k on the validation part, small enough to be computed after every epoch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from longtail_lib.models.top_k import top_k
from longtail_lib.preprocessing.parts import Split

__all__ = ["validation_ndcg"]

# Scores held at a time: 16 MiB.
_BLOCK = 2**22


def validation_ndcg(score: Callable[[np.ndarray], np.ndarray], parts: Split, k: int = 10) -> float:
    r"""Compute the mean NDCG@k of users with validation interactions, over the whole catalogue.

    The same quantity as `evaluate(model, parts, k=k, part="validation")` reports: train
    interactions are masked, gains are binary, and the ideal list is no longer than k. Only equal
    scores are treated otherwise: here each of them counts as ranked higher, so that a model that
    scores all items alike measures 0 and never looks like progress.

    Parameters
    ----------
    score : callable
        From user rows, shape (n,), to fresh scores of the whole catalogue, shape (n, n_items).
    parts : Split
    k : int
        Cut-off; at least 1.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        The validation part is empty, k is below 1, or a score is not a number.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> train = csr_matrix(np.array([[1, 0, 0, 0]], dtype=np.float32))
    >>> wanted = csr_matrix(np.array([[0, 0, 1, 0]], dtype=np.float32))
    >>> parts = Split(train, wanted, wanted * 0, np.array([7]), np.arange(4), None, None, "random")
    >>> validation_ndcg(lambda rows: np.array([[9.0, 3.0, 2.0, 1.0]]), parts)   # item 2 is second
    0.6309297535714575
    """
    if k < 1:
        raise ValueError(f"validation_ndcg: k must be at least 1, got {k}")
    users = np.flatnonzero(np.diff(parts.validation.indptr))
    if not len(users):
        raise ValueError(
            f"the validation part of {parts!r} is empty; split with a larger share for validation"
        )
    cut = min(k, parts.n_items)
    discounts = 1 / np.log2(np.arange(2, cut + 2))
    ideal = np.cumsum(discounts)
    total = 0.0
    step = max(1, _BLOCK // parts.n_items)
    for start in range(0, len(users), step):
        rows = users[start : start + step]
        scores = score(rows)
        if np.isnan(scores).any():
            raise ValueError(
                "scores on the validation part are not a number; the fit diverged, try a smaller "
                "learning rate or a stronger penalty"
            )
        own, columns = _entries(parts.train[rows])
        scores[own, columns] = -np.inf
        wanted = parts.validation[rows]
        own, columns = _entries(wanted)
        values = scores[own, columns]
        last = np.take_along_axis(scores, top_k(scores, cut)[:, -1:], axis=1)[:, 0]
        inside = np.flatnonzero(values >= last[own])
        # Few pairs are left, so whole rows can be compared with each.
        ranks = (scores[own[inside]] >= values[inside, None]).sum(axis=1) - 1
        found = ranks < cut
        gains = np.bincount(
            own[inside][found], weights=discounts[ranks[found]], minlength=len(rows)
        )
        total += float((gains / ideal[np.minimum(np.diff(wanted.indptr), cut) - 1]).sum())
    return total / len(users)


def _entries(matrix) -> tuple[np.ndarray, np.ndarray]:
    """Return row and column of each stored entry."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), matrix.indices
