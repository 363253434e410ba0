"""What is served to a user of whom a model knows nothing: what is popular."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.models._kept import kept

__all__ = ["FALLBACKS", "fall_back", "popularity_of", "without_history"]

# "none" leaves the scores as the model gives them.
FALLBACKS = ("popularity", "none")


def popularity_of(model: Any) -> np.ndarray:
    """Interactions of each item in the histories that a model holds, float32, (n_items,)."""
    # A copy that serves new users has their histories in place of those that are counted.
    seen, n_items = model.__dict__.get("_counted", model.seen_), len(model.item_ids_)
    return kept(
        model,
        "popularity",
        (seen,),
        lambda: np.bincount(seen.indices, minlength=n_items).astype(np.float32),
    )


def without_history(model: Any, user_rows: np.ndarray) -> np.ndarray:
    """Say which users a model that needs a history has none of, bool, (n,)."""
    if not hasattr(model, "seen_") or getattr(model, "_scores_without_history", False):
        return np.zeros(len(user_rows), dtype=bool)
    starts = model.seen_.indptr
    return starts[user_rows + 1] == starts[user_rows]


def fall_back(
    scores: np.ndarray, model: Any, user_rows: np.ndarray, columns: Any = slice(None)
) -> None:
    """Write popularity over the scores of users without a history, in place.

    A model that can tell something without a history (`_scores_without_history`) keeps its own
    scores, and so does one of another library, which does not say what it has seen.

    Parameters
    ----------
    scores : ndarray of float32, shape (n, m)
        What the model gave for these users.
    user_rows : ndarray of int, shape (n,)
    columns : ndarray of int, shape (m,), or slice
        Items that the scores are for; the whole catalogue if not given.
    """
    without = without_history(model, user_rows)
    if without.any():
        scores[without] = popularity_of(model)[columns]
