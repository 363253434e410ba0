"""Lists of the best items from a model's scores, block by block, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.ranking import filled_lists, mask_seen, top_k

__all__ = ["block_of_rows", "is_few", "ranked_lists"]

# Scores held at a time: 64 MiB.
_BLOCK = 2**24
# Up to this share of the catalogue, scoring some items alone costs less than scoring all.
_FEW = 0.25


def is_few(columns: np.ndarray | None, item_ids: np.ndarray) -> bool:
    """Whether to score some items alone, or all and take these."""
    return columns is not None and len(columns) <= _FEW * len(item_ids)


def block_of_rows(n_items: int) -> int:
    """How many users are scored at once."""
    return max(1, _BLOCK // n_items)


def ranked_lists(
    scores_of: Callable[[slice], np.ndarray],
    k: int,
    *,
    user_keys: np.ndarray,
    item_keys: np.ndarray,
    columns: np.ndarray | None,
    hidden: Sequence[tuple[csr_matrix, np.ndarray]],
    name: str,
) -> tuple[np.ndarray, np.ndarray]:
    """Rank as `evaluate` does, and fill lists up with items of score -inf.

    Parameters
    ----------
    scores_of : callable
        Scores of a block of rows for the columns, float32, which may be overwritten.
    k : int
        At most the size of the catalogue.
    user_keys, item_keys : ndarray of uint64
        Of all rows and of the whole catalogue.
    columns : ndarray of int, ascending, or None
        What may be shown; None for the whole catalogue.
    hidden : sequence of pairs (csr_matrix over the whole catalogue, rows of it)
        What is left out for single users.
    name : str
        Whose scores they are.

    Returns
    -------
    columns : ndarray of int64, shape (n, min(k, number of columns))
    scores : ndarray of float32, same shape
    """
    n, few = len(user_keys), is_few(columns, item_keys)
    step = block_of_rows(len(columns) if few else len(item_keys))
    if columns is not None:
        item_keys = item_keys[columns]
    k = min(k, len(item_keys))
    chosen, best = np.empty((n, k), dtype=np.int64), np.empty((n, k), dtype=np.float32)
    for start in range(0, n, step):
        block = slice(start, start + step)
        scores = scores_of(block)
        if np.isnan(scores).any():
            raise ValueError(
                f"{name} gave scores that are not a number, so no order exists; the fit diverged, "
                "try a smaller learning rate or a stronger penalty"
            )
        for matrix, rows in hidden:
            if columns is None:
                mask_seen(scores, matrix, rows[block])
            else:
                own = matrix[rows[block]][:, columns]
                mask_seen(scores, own, np.arange(own.shape[0]))
        lists = top_k(scores, k, user_keys=user_keys[block], item_keys=item_keys)
        chosen[block] = filled_lists(lists, scores, user_keys[block], item_keys)
        best[block] = np.take_along_axis(scores, chosen[block], axis=1)
    return chosen if columns is None else columns[chosen], best
