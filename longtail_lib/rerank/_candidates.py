"""What every re-ranking method is given: candidates with scores, checked and scaled."""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
from scipy.sparse import csr_matrix

__all__ = [
    "Candidates",
    "attribute_shares",
    "checked_candidates",
    "greedy",
    "history_mixture",
    "item_values",
    "user_cosines",
    "user_values",
]


class Candidates(NamedTuple):
    """Checked candidates."""

    columns: np.ndarray
    relevance: np.ndarray
    valid: np.ndarray
    k: int


def checked_candidates(candidates: Any, scores: Any, k: int, method: str) -> Candidates:
    """Check candidates and scale their scores."""
    columns, scores = np.asarray(candidates), np.asarray(scores)
    if columns.dtype.kind not in "iu":
        raise TypeError(
            f"{method}: candidates must be integer item columns, got {columns.dtype}; source ids "
            "become columns with parts.item_rows"
        )
    if columns.ndim != 2 or columns.shape != scores.shape or not columns.shape[1]:
        raise ValueError(
            f"{method}: candidates and scores must both have shape (n users, m candidates), got "
            f"{columns.shape} and {scores.shape}"
        )
    scores = scores.astype(np.float32, copy=False)
    wrong = np.isnan(scores) | (scores == np.inf)
    if wrong.any():
        row, place = np.argwhere(wrong)[0]
        raise ValueError(
            f"{method}: the score in row {row}, place {place} is {scores[row, place]}; give every "
            "candidate a finite score, or -inf to leave it out"
        )
    rising = scores[:, 1:] > scores[:, :-1]
    if rising.any():
        row, place = np.argwhere(rising)[0]
        raise ValueError(
            f"{method}: scores must descend in each row, but row {row} rises after place {place}; "
            "sort the candidates by score first"
        )
    valid = scores > -np.inf
    if (columns[valid] < 0).any():
        raise ValueError(
            f"{method}: a candidate is {columns[valid].min()}, but item columns start at 0; only "
            "a candidate with score -inf may be -1"
        )
    m, k = columns.shape[1], index(k)
    if not 1 <= k <= m:
        raise ValueError(
            f"{method}: k must lie between 1 and the {m} candidates of each user, got {k}"
        )
    return Candidates(
        np.where(valid, columns, 0).astype(np.int64), _relevance(scores, valid), valid, k
    )


def _relevance(scores: np.ndarray, valid: np.ndarray) -> np.ndarray:
    # Descending: the best comes first, the worst is the last valid one.
    best = np.where(valid[:, :1], scores[:, :1], 0)
    last = np.maximum(valid.sum(axis=1) - 1, 0)[:, None]
    worst = np.where(valid[:, :1], np.take_along_axis(scores, last, axis=1), 0)
    spread = (best - worst).astype(np.float32)
    above = np.where(valid, scores, worst) - worst
    return np.divide(above, spread, out=np.zeros_like(above), where=spread > 0)


def item_values(values: Any, found: Candidates, what: str, method: str) -> np.ndarray:
    """Return an array of the catalogue, checked to hold every candidate."""
    values = np.asarray(values)
    most = int(found.columns.max(initial=-1))
    if values.ndim < 1 or len(values) <= most:
        raise ValueError(
            f"{method}: {what} holds {len(values) if values.ndim else 1} items, but a candidate "
            f"is item column {most}; pass one value for each item of the catalogue"
        )
    _refuse_nan(values, what, method)
    return values


def user_values(values: Any, found: Candidates, what: str, method: str) -> np.ndarray:
    """Return an array of the users, checked to be as long as the candidates."""
    values = np.asarray(values)
    if values.ndim < 1 or len(values) != len(found.columns):
        raise ValueError(
            f"{method}: {what} must have one row for each of the {len(found.columns)} users of "
            f"candidates, got shape {values.shape}"
        )
    _refuse_nan(values, what, method)
    return values


def _refuse_nan(values: np.ndarray, what: str, method: str) -> None:
    if values.dtype.kind == "f" and np.isnan(values).any():
        row = int(np.argwhere(np.isnan(values))[0][0])
        raise ValueError(f"{method}: {what} is NaN in row {row}; give every row a number")


# Below every gain of a candidate, above that of a candidate that is taken.
_NOT_A_CANDIDATE = np.float32(-1e30)


def greedy(
    found: Candidates,
    gains: Callable[[int], np.ndarray],
    choose: Callable[[np.ndarray], None],
) -> np.ndarray:
    """Fill k places, each with the candidate whose gain is largest at that moment."""
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


def attribute_shares(items: Any, column: str) -> np.ndarray:
    """Turn an attribute of the items into shares of its values."""
    if items is None:
        raise ValueError(
            f"this split has no item table, so no attribute {column!r}; give the catalogue to "
            "read_table(..., items=...)"
        )
    frame = nw.from_native(items, eager_only=True)
    if column not in frame.columns:
        raise KeyError(f"no attribute {column!r}; the items have {', '.join(frame.columns)}")
    sets = [_values(value) for value in frame.get_column(column).to_list()]
    known = sorted({value for values in sets for value in values})
    if not known:
        raise ValueError(f"attribute {column!r} has no value for any item")
    place = {value: number for number, value in enumerate(known)}
    shares = np.zeros((len(sets), len(known)), dtype=np.float32)
    for row, values in enumerate(sets):
        for value in values:
            shares[row, place[value]] = 1 / len(values)
    return shares


def history_mixture(seen: csr_matrix, shares: np.ndarray) -> np.ndarray:
    """Mean shares of the items of each user's history."""
    ones = csr_matrix(
        (np.ones(seen.nnz, dtype=np.float64), seen.indices, seen.indptr), shape=seen.shape
    )
    sums = np.asarray(ones @ shares.astype(np.float64))
    totals = sums.sum(axis=1, keepdims=True)
    everyone = sums.sum(axis=0)
    whole = everyone.sum()
    if whole == 0:
        raise ValueError("no interaction has an item with a value, so there is no mixture")
    mixture = np.tile(everyone / whole, (len(sums), 1))
    np.divide(sums, totals, out=mixture, where=totals > 0)
    return mixture.astype(np.float32)


def _values(value: Any) -> list[str]:
    if value is None or value != value:
        return []
    if isinstance(value, str):
        return sorted({part for part in value.split("|") if part})
    if isinstance(value, list | tuple | np.ndarray) or hasattr(value, "to_list"):
        return sorted({str(part) for part in value})
    return [str(value)]


def user_cosines(seen: csr_matrix) -> csr_matrix:
    """Cosine of every two items' sets of users."""
    counts = np.bincount(seen.indices, minlength=seen.shape[1]).astype(np.float64)
    scale = 1 / np.sqrt(np.maximum(counts, 1))
    scaled = csr_matrix(
        (scale[seen.indices].astype(np.float32), seen.indices, seen.indptr), shape=seen.shape
    )
    return (scaled.T @ scaled).tocsr()
