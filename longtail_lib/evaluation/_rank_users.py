"""Ranked lists for many users, block by block, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import Options, constrained
from longtail_lib.models._fallback import FALLBACKS, fall_back, without_history
from longtail_lib.preprocessing import Split
from longtail_lib.ranking import id_keys, mask_seen, top_k, user_key

__all__ = ["block_rows", "fallback_words", "rank_users", "scores_of"]

# Half of the budget for the scores, half for what a model and the ranking need beside them.
_SHARE_OF_SCORES = 0.5
_MOST_ROWS = 2048


def block_rows(n_items: int, memory_mb: float) -> int:
    """How many users are scored at once."""
    row = 4 * n_items / _SHARE_OF_SCORES / 2**20
    if not memory_mb >= row:
        raise ValueError(
            f"memory_mb={memory_mb} cannot hold the scores of one user for {n_items:,} items; "
            f"give at least {row:.3g}"
        )
    return min(_MOST_ROWS, int(memory_mb / row))


def scores_of(model: Any, rows: np.ndarray, n_items: int, name: str) -> np.ndarray:
    """Score some users and check what came back."""
    scores = model.score(rows)
    if not isinstance(scores, np.ndarray) or scores.shape != (len(rows), n_items):
        raise ValueError(
            f"{name}.score returned {type(scores).__name__} of shape {np.shape(scores)} for "
            f"{len(rows)} users, expected an array of shape {(len(rows), n_items)}"
        )
    if scores.dtype != np.float32:
        raise ValueError(
            f"{name}.score returned {scores.dtype}, expected float32; end it with "
            ".astype(np.float32)"
        )
    return scores


def fallback_words(model: Any, users: np.ndarray, fallback: str) -> dict[str, str]:
    """Say how many of the users were shown what is popular."""
    count = int(np.count_nonzero(without_history(model, users)))
    if not count:
        return {}
    shown = "what is popular" if fallback == "popularity" else "what the model's scores give"
    return {"users without history": f"{count:,} of {len(users):,}; shown {shown}"}


@constrained(fallback=Options(*FALLBACKS))
def rank_users(
    model: Any,
    parts: Split,
    users: np.ndarray,
    *,
    k: int,
    seen: Sequence[csr_matrix],
    fallback: str = "popularity",
    seed: int = 0,
    memory_mb: float = 256,
    progress: bool = False,
    name: str = "model",
) -> np.ndarray:
    """Rank the whole catalogue, less seen items, for each user.

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`; `name` is its name in messages.
    users : ndarray of int, shape (n,)
        Rows of the split.
    seen : sequence of csr_matrix, shape (n_users, n_items)
        Interactions to mask.
    fallback : {"popularity", "none"}
        As in `evaluate`.
    k, seed, memory_mb
        As in `Protocol`.

    Returns
    -------
    ndarray of int32, shape (n, min(k, n_items))
        Columns, best first; -1 where candidates have run out.
    """
    for what in ("item", "user"):
        own, ids = getattr(model, f"{what}_ids_", None), getattr(parts, f"{what}_ids")
        if own is not None and not np.array_equal(own, ids):
            raise ValueError(
                f"{name} was fitted on other {what}s ({len(own):,}) than this split holds "
                f"({len(ids):,}); fit it on the split it is evaluated on"
            )
    n_items = parts.n_items
    step = block_rows(n_items, memory_mb)
    item_keys, user_keys = id_keys(parts.item_ids, seed), user_key(id_keys(parts.user_ids, seed))
    lists = np.empty((len(users), min(k, n_items)), dtype=np.int32)
    starts = range(0, len(users), step)
    if progress:
        from tqdm.auto import tqdm

        starts = tqdm(starts, desc=name, unit="block")
    for start in starts:
        rows = users[start : start + step]
        scores = scores_of(model, rows, n_items, name)
        if not scores.flags.writeable:
            scores = scores.copy()
        # A NaN is an error also where it hides behind a seen item, and masking would hide it.
        _refuse_nan(scores, rows, name)
        if fallback == "popularity":
            fall_back(scores, model, rows)
        for matrix in seen:
            mask_seen(scores, matrix, rows)
        lists[start : start + step] = top_k(
            scores, k, user_keys=user_keys[rows], item_keys=item_keys
        )
        # Freed now, or two blocks would be alive while the next is scored.
        del scores
    return lists


def _refuse_nan(scores: np.ndarray, rows: np.ndarray, name: str) -> None:
    # The sum of a row is NaN where any of its scores is, or where infinities cancel.
    with np.errstate(all="ignore"):
        suspects = np.flatnonzero(np.isnan(scores.sum(axis=1)))
    for row in suspects:
        wrong = np.isnan(scores[row])
        if wrong.any():
            raise ValueError(
                f"{name}.score gave NaN for user row {rows[row]}, item column "
                f"{int(np.flatnonzero(wrong)[0])}; a model must give every item a number, or "
                "-inf to leave it out"
            )
