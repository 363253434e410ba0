"""Choose one candidate after another, for all users at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from longtail_lib.rerank.candidates import Candidates

__all__ = ["greedy"]

# Below every gain of a candidate, above that of a candidate that is taken.
_NOT_A_CANDIDATE = np.float32(-1e30)


def greedy(
    found: Candidates,
    gains: Callable[[int], np.ndarray],
    choose: Callable[[np.ndarray], None],
) -> np.ndarray:
    """Fill k places, each with the candidate whose gain is largest at that moment.

    Equal gains are ordered as the candidates are, by score. What was chosen at a place does not
    depend on k: a longer list begins with the shorter one.

    Parameters
    ----------
    found : Candidates
    gains : callable
        `gains(step)` returns a fresh float32 array (n, m): the gain of each candidate when `step`
        places are filled. Finite everywhere.
    choose : callable
        `choose(positions)` is told what each user's place was filled with.

    Returns
    -------
    ndarray of int64, shape (n, k)
        Positions among the candidates, no two alike in a row. A user who runs out of candidates
        gets what is left over, in order.

    Examples
    --------
    >>> from longtail_lib.rerank.candidates import checked_candidates
    >>> found = checked_candidates([[4, 5, 6]], [[0.9, 0.5, 0.1]], k=3, method="example")
    >>> greedy(found, lambda step: -found.relevance, lambda positions: None).tolist()
    [[2, 1, 0]]
    """
    n = len(found.columns)
    users = np.arange(n)
    positions = np.empty((n, found.k), dtype=np.int64)
    barred = np.where(found.valid, np.float32(0), _NOT_A_CANDIDATE)
    for step in range(found.k):
        values = gains(step)
        values += barred
        best = values.argmax(axis=1)
        positions[:, step] = best
        barred[users, best] = -np.inf
        choose(best)
    return positions
