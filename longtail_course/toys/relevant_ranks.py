"""The rank of every relevant item, also far below any cut-off."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from longtail_lib.evaluation._rank_users import block_rows, scores_of
from longtail_lib.preprocessing import Split
from longtail_lib.ranking import id_keys, mask_seen, priorities, user_key

__all__ = ["RelevantRanks", "relevant_ranks"]


class RelevantRanks(NamedTuple):
    """One entry for each interaction of the evaluated part.

    Parameters
    ----------
    users, items : ndarray of int, shape (n,)
        Rows and columns of the split.
    ranks : ndarray of int64, shape (n,)
        From 1, the best, to the number of candidates.
    candidates : ndarray of int64, shape (n,)
        How many items that user has not seen.
    """

    users: np.ndarray
    items: np.ndarray
    ranks: np.ndarray
    candidates: np.ndarray


def relevant_ranks(
    model: Any, parts: Split, *, part: str = "test", seed: int = 0, memory_mb: float = 256
) -> RelevantRanks:
    """Rank every relevant item among all items that its user has not seen.

    Masks, ties and candidates are those of `evaluate`, so an item stands in a list of k exactly
    where its rank is at most k. The other relevant items of the user are candidates like any.
    Where a metric at a cut-off is 0, the ranks say whether the model just missed or knows nothing:
    a random ranking has its median at half the number of candidates.

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`.
    parts : Split
    part : {"test", "validation"}
    seed : int
        For the order of ties.
    memory_mb : float
        Bound for the scores, in MiB.

    Returns
    -------
    RelevantRanks

    Raises
    ------
    ValueError
        An unknown part, an empty one, or bad scores.

    Examples
    --------
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> found = relevant_ranks(tiny_model(), tiny_parts())
    >>> found.ranks.tolist(), found.candidates.tolist()
    ([3, 1, 4, 2], [3, 4, 4, 4])
    """
    if part not in ("test", "validation"):
        raise ValueError(f"relevant_ranks: part must be 'test' or 'validation', got {part!r}")
    relevant = getattr(parts, part)
    users = np.flatnonzero(np.diff(relevant.indptr))
    if not len(users):
        raise ValueError(f"relevant_ranks: the {part} part of {parts!r} is empty")
    seen = [parts.train] if part == "validation" else [parts.train, parts.validation]
    item_keys, user_keys = id_keys(parts.item_ids, seed), user_key(id_keys(parts.user_ids, seed))
    name = type(model).__name__
    step = block_rows(parts.n_items, memory_mb)
    ranks, candidates = [], []
    for start in range(0, len(users), step):
        rows = users[start : start + step]
        scores = scores_of(model, rows, parts.n_items, name).copy()
        for matrix in seen:
            mask_seen(scores, matrix, rows)
        for own, row in zip(scores, rows, strict=True):
            wanted = relevant.indices[relevant.indptr[row] : relevant.indptr[row + 1]]
            ranks.append(_ranks(own, wanted, user_keys[row], item_keys))
            candidates.append(np.full(len(wanted), np.count_nonzero(own > -np.inf)))
    return RelevantRanks(
        np.repeat(users, np.diff(relevant.indptr)[users]),
        relevant.indices.copy(),
        np.concatenate(ranks),
        np.concatenate(candidates),
    )


def _ranks(
    scores: np.ndarray, wanted: np.ndarray, user_key: np.ndarray, item_keys: np.ndarray
) -> np.ndarray:
    """Ranks of some columns of one row, counted from 1."""
    ordered = np.sort(scores)
    above = len(scores) - np.searchsorted(ordered, scores[wanted], side="right")
    ranks = np.empty(len(wanted), dtype=np.int64)
    for place, (item, higher) in enumerate(zip(wanted, above, strict=True)):
        level = np.flatnonzero(scores == scores[item])
        first = priorities(user_key, item_keys[level])
        before = np.count_nonzero(first < first[np.searchsorted(level, item)])
        ranks[place] = 1 + higher + before
    return ranks
