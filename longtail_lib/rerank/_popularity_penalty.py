"""A penalty on popularity: the plainest way to push the tail up."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from longtail_lib._parameters import Interval, constrained
from longtail_lib.rerank._candidates import checked_candidates, item_values

__all__ = ["popularity_penalty"]


@constrained(weight=Interval(Real, 0))
def popularity_penalty(
    candidates: Any, scores: Any, *, popularity: Any, weight: float, k: int
) -> np.ndarray:
    r"""Re-rank by the score less a multiple of the logarithm of popularity.

    .. math:: rel(v) - weight \cdot \frac{\log (1 + c_v)}{\log (1 + \max c)}

    with rel the user's score scaled to [0, 1] and c the popularity. Both terms lie in [0, 1] for
    weight 1, so a weight means the same for any model. One is added to every count, so that cold
    items have a logarithm. Unlike the other methods it ignores what else is in the list.

    Parameters
    ----------
    candidates, scores, k
        As in `mmr`; so is what comes back, positions among the candidates, int64 (n, k).
    popularity : array of numbers, shape (n_items,)
        Train interactions of each item of the catalogue.
    weight : float
        0 keeps the order; may exceed 1.

    Examples
    --------
    >>> popularity_penalty([[0, 1, 2]], [[0.9, 0.8, 0.5]], popularity=[99, 9, 0], weight=0.6,
    ...                    k=3).tolist()
    [[1, 0, 2]]
    """
    found = checked_candidates(candidates, scores, k, "popularity_penalty")
    counts = item_values(popularity, found, "popularity", "popularity_penalty")
    if counts.ndim != 1 or counts.min(initial=0) < 0:
        raise ValueError(
            "popularity_penalty: popularity must be one count of 0 or more for each item, got "
            f"shape {counts.shape} with least value {counts.min(initial=0)}"
        )
    logs = np.log1p(counts.astype(np.float64))
    penalty = (logs / max(logs.max(initial=0), 1e-12)).astype(np.float32)
    values = found.relevance - np.float32(weight) * penalty[found.columns]
    values = np.where(found.valid, values, np.float32(-np.inf))
    # Stable: equal values keep the order of the candidates, whose ties were ordered before.
    return np.argsort(-values, axis=1, kind="stable")[:, : found.k]
