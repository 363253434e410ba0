"""Metrics against sampled negatives: here to show why not to use them."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.evaluation._rank_users import block_rows, scores_of
from longtail_lib.preprocessing import PARTS, Split
from longtail_lib.ranking import id_keys, priorities, user_key

__all__ = ["sampled_metrics"]


def sampled_metrics(
    model: Any,
    parts: Split,
    *,
    negatives: int | None = 99,
    k: int = 10,
    part: str = "test",
    seed: int = 0,
    memory_mb: float = 256,
) -> dict[str, float]:
    """Rank each relevant item among a few random items only, as many papers did.

    For every relevant item of every user, `negatives` items are drawn uniformly and without
    replacement from those that the user has in no part, and the relevant item is ranked among
    them. The result is much larger than with the whole catalogue, and it can order models
    differently: a model that puts relevant items around rank 500 looks nearly as good as one that
    puts them at the top. Use `evaluate` to measure; use this to see the difference.

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`.
    parts : Split
    negatives : int or None
        Items drawn for each relevant item; None takes all, which is the full ranking.
    k : int
        Cut-off.
    part : {"test", "validation"}
    seed : int
        For the draw and the order of ties.
    memory_mb : float
        Bound for the scores, in MiB.

    Returns
    -------
    dict of str to float
        HitRate@k, MRR@k and NDCG@k, means over relevant items.

    Raises
    ------
    ValueError
        A parameter out of range, an empty part, or bad scores.

    References
    ----------
    Krichene, W., Rendle, S. (2020). On sampled metrics for item recommendation. KDD '20,
    1748-1757.

    Examples
    --------
    >>> from longtail_lib.testing import tiny_model, tiny_parts
    >>> sampled_metrics(tiny_model(), tiny_parts(), negatives=1, k=2)["HitRate@2"]
    1.0
    >>> sampled_metrics(tiny_model(), tiny_parts(), negatives=None, k=2)["HitRate@2"]
    0.5
    """
    if part not in ("test", "validation"):
        raise ValueError(f"sampled_metrics: part must be 'test' or 'validation', got {part!r}")
    if k < 1 or (negatives is not None and negatives < 1):
        raise ValueError(
            f"sampled_metrics: k and negatives must be at least 1, got {k} and {negatives}"
        )
    relevant = getattr(parts, part)
    users = np.flatnonzero(np.diff(relevant.indptr))
    if not len(users):
        raise ValueError(f"sampled_metrics: the {part} part of {parts!r} is empty")
    rng = np.random.default_rng(seed)
    item_keys, user_keys = id_keys(parts.item_ids, seed), user_key(id_keys(parts.user_ids, seed))
    name = type(model).__name__
    step = block_rows(parts.n_items, memory_mb)
    ranks = []
    for start in range(0, len(users), step):
        rows = users[start : start + step]
        for scores, row in zip(scores_of(model, rows, parts.n_items, name), rows, strict=True):
            free = np.ones(parts.n_items, dtype=bool)
            for known in PARTS:
                free[_row(getattr(parts, known), row)] = False
            candidates = np.flatnonzero(free)
            for item in _row(relevant, row):
                drawn = candidates
                if negatives is not None and negatives < len(candidates):
                    drawn = rng.choice(candidates, negatives, replace=False)
                own = priorities(user_keys[row : row + 1], item_keys[item])
                first = priorities(user_keys[row], item_keys[drawn]) < own
                ahead = (scores[drawn] > scores[item]) | ((scores[drawn] == scores[item]) & first)
                ranks.append(1 + np.count_nonzero(ahead))
    rank = np.array(ranks, dtype=np.float64)
    hit = rank <= k
    return {
        f"HitRate@{k}": float(hit.mean()),
        f"MRR@{k}": float((hit / rank).mean()),
        f"NDCG@{k}": float((hit / np.log2(rank + 1)).mean()),
    }


def _row(matrix: Any, row: int) -> np.ndarray:
    return matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
