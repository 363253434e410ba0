"""The k best columns of each row, with ties ordered by a rule that favours nobody."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from longtail_lib._stored_entries import stored_places
from longtail_lib._top_candidates import set_maxima, top_candidates

__all__ = [
    "GOLDEN",
    "TIE_RULE",
    "filled_lists",
    "id_keys",
    "mask_seen",
    "mixed_words",
    "priorities",
    "top_k",
    "user_key",
]


# Rows handled at once, so that the comparison below stays within a processor's cache.
_CACHE_BYTES = 6_000_000
# -inf must not be a candidate, although it reaches a bound of -inf.
_LEAST = np.finfo(np.float32).min


def top_k(
    scores: np.ndarray,
    k: int,
    *,
    user_keys: np.ndarray | None = None,
    item_keys: np.ndarray | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Return the columns of the k best scores of each row, best first.

    Exact. Only the candidates of `top_candidates` are sorted; equal scores are ordered by
    `priorities`, at the border too.

    Parameters
    ----------
    scores : ndarray of float32, shape (n, n_items)
        Higher is better; -inf never enters a list.
    k : int
        Length of the lists; more than n_items is allowed and gives lists of n_items.
    user_keys : ndarray of uint64, shape (n,), or None
        Keys of the rows, from `user_key`; row numbers if None.
    item_keys : ndarray of uint64, shape (n_items,), or None
        Keys of the columns, from `id_keys`; column numbers if None.
    seed : int
        For the keys that were not passed.

    Returns
    -------
    ndarray of int32, shape (n, min(k, n_items))
        Columns; -1 fills up rows with fewer scores above -inf.

    Raises
    ------
    ValueError
        k below 1, scores that are not a float32 matrix, or a NaN among them.

    Examples
    --------
    >>> scores = np.array([[0.1, 0.7, 0.4], [0.5, -np.inf, -np.inf]], dtype=np.float32)
    >>> top_k(scores, 2).tolist()
    [[1, 2], [0, -1]]
    """
    if not isinstance(scores, np.ndarray) or scores.ndim != 2 or scores.dtype != np.float32:
        raise ValueError(
            "top_k: scores must be a float32 matrix (n, n_items), got "
            f"{getattr(scores, 'dtype', type(scores).__name__)} of shape {np.shape(scores)}; "
            "convert with np.asarray(scores, dtype=np.float32)"
        )
    if k < 1:
        raise ValueError(f"top_k: k must be at least 1, got {k}")
    n, n_items = scores.shape
    k = min(int(k), n_items)
    if user_keys is None:
        user_keys = user_key(id_keys(np.arange(n), seed))
    if item_keys is None:
        item_keys = id_keys(np.arange(n_items), seed)
    lists = np.full((n, k), -1, dtype=np.int32)
    rank = _top_k_of_one if n == 1 else _top_k_of_few
    step = max(1, _CACHE_BYTES // max(1, 4 * n_items))
    for start in range(0, n, step):
        rows = slice(start, start + step)
        maxima = set_maxima(scores[rows], 4 * k)
        _refuse_nan(scores[rows], maxima, start)
        rank(scores[rows], maxima, user_keys[rows], item_keys, lists[rows])
    return lists


def filled_lists(
    lists: np.ndarray, scores: np.ndarray, user_keys: np.ndarray, item_keys: np.ndarray
) -> np.ndarray:
    """Put items of score -inf, in the order of ties, where `top_k` left a place empty."""
    lists = lists.astype(np.int64)
    for row in np.flatnonzero(lists[:, -1] < 0):
        empty = lists[row] < 0
        closed = np.flatnonzero(scores[row] == -np.inf)
        order = np.argsort(priorities(user_keys[row], item_keys[closed]))
        lists[row, empty] = closed[order[: np.count_nonzero(empty)]]
    return lists


def mask_seen(scores: np.ndarray, seen: Any, rows: np.ndarray) -> None:
    """Write -inf over the seen items of each row, in place.

    Parameters
    ----------
    scores : ndarray of float32, shape (n, n_items)
    seen : csr_matrix, shape (n_users, n_items)
    rows : ndarray of int, shape (n,)
        Rows of `seen`, one for each row of `scores`.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> scores = np.zeros((1, 3), dtype=np.float32)
    >>> mask_seen(scores, csr_matrix([[0, 0, 0], [0, 1, 0]]), np.array([1]))
    >>> scores
    array([[  0., -inf,   0.]], dtype=float32)
    """
    if len(rows) == 1:
        start, stop = seen.indptr[rows[0] : rows[0] + 2]
        scores[0, seen.indices[start:stop]] = -np.inf
        return
    places, lengths = stored_places(seen, rows)
    scores[np.repeat(np.arange(len(rows)), lengths), seen.indices[places]] = -np.inf


def _refuse_nan(scores: np.ndarray, maxima: np.ndarray, first_row: int) -> None:
    # Maxima pass NaN on, so looking at them is enough.
    wrong = np.isnan(maxima).any(axis=1)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        column = int(np.flatnonzero(np.isnan(scores[row]))[0])
        raise ValueError(
            f"top_k: the score in row {first_row + row}, column {column} is NaN; a model must "
            "give every item a number, or -inf to leave it out"
        )


def _top_k_of_one(
    scores: np.ndarray,
    maxima: np.ndarray,
    user_keys: np.ndarray,
    item_keys: np.ndarray,
    lists: np.ndarray,
) -> None:
    """The same as below for one row, in a third of the calls, whose number is what it costs."""
    k = lists.shape[1]
    bound = max(np.partition(maxima[0], -k)[-k], _LEAST)
    columns = np.flatnonzero(scores[0] >= bound)
    first = priorities(user_keys[0], item_keys[columns])
    best = columns[np.lexsort((first, -scores[0, columns]))[:k]]
    lists[0, : len(best)] = best


def _top_k_of_few(
    scores: np.ndarray,
    maxima: np.ndarray,
    user_keys: np.ndarray,
    item_keys: np.ndarray,
    lists: np.ndarray,
) -> None:
    k = lists.shape[1]
    rows, columns, values, counts = top_candidates(
        scores,
        maxima,
        k,
        precedence=lambda row, columns: priorities(user_keys[row], item_keys[columns]),
        least=_LEAST,
    )
    # One sortable integer: row first, then the score from high to low. Adding zero makes -0.0
    # equal to 0.0; flipping bits makes the order of integers that of floats.
    bits = (values + np.float32(0)).view(np.int32)
    ascending = np.where(bits < 0, ~bits ^ np.int32(-(2**31)), bits).astype(np.int64)
    keys = (rows.astype(np.int64) << 32) | (np.int64(2**31 - 1) - ascending)
    order = np.argsort(keys)
    keys = keys[order]
    equal = keys[1:] == keys[:-1]
    if equal.any():
        tied = np.zeros(len(keys), dtype=bool)
        tied[1:] |= equal
        tied[:-1] |= equal
        places = np.flatnonzero(tied)
        among = order[places]
        first = priorities(user_keys[rows[among]], item_keys[columns[among]])
        order[places] = among[np.lexsort((first, keys[places]))]
    begins = np.cumsum(counts) - counts
    rank = np.arange(len(order)) - np.repeat(begins, counts)
    inside = rank < k
    chosen = order[inside]
    lists[rows[chosen], rank[inside]] = columns[chosen]


TIE_RULE = (
    "equal scores are ordered by a seeded hash of (user id, item id), "
    "whatever the order of columns, the size of blocks or the relevance"
)

# Distance of SplitMix64's states: 2^64 over the golden ratio, made odd.
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def mixed_words(words: np.ndarray) -> np.ndarray:
    """Spread every bit of uint64 words over all 64, as SplitMix64 finishes its states."""
    words = words ^ (words >> np.uint64(30))
    # In place, since whole matrices of users and items come by.
    words *= np.uint64(0xBF58476D1CE4E5B9)
    words ^= words >> np.uint64(27)
    words *= np.uint64(0x94D049BB133111EB)
    words ^= words >> np.uint64(31)
    return words


def id_keys(ids: Any, seed: int = 0) -> np.ndarray:
    """Hash source ids to 64 bits, the same on every platform and in every order.

    Parameters
    ----------
    ids : array-like, shape (n,)
        Integers, or anything whose `str` tells it apart.
    seed : int
        Another seed gives unrelated keys.

    Returns
    -------
    ndarray of uint64, shape (n,)

    References
    ----------
    Steele, G. L., Lea, D., Flood, C. H. (2014). Fast splittable pseudorandom number generators.
    OOPSLA '14, 453-472: the mixing function.

    Examples
    --------
    >>> first, second = id_keys(["a", "b"])
    >>> bool(id_keys(["b", "a"])[0] == second)
    True
    """
    ids = np.asarray(ids)
    if ids.dtype.kind in "iu":
        words = ids.astype(np.int64).view(np.uint64)
    else:
        words = np.array(
            [
                int.from_bytes(hashlib.blake2b(str(name).encode(), digest_size=8).digest(), "big")
                for name in ids.tolist()
            ],
            dtype=np.uint64,
        )
    start = mixed_words(np.array([seed], dtype=np.int64).view(np.uint64) + GOLDEN)
    return mixed_words((words ^ start) + GOLDEN)


def user_key(keys: np.ndarray) -> np.ndarray:
    """Set user keys apart from item keys, so that user 3 and item 3 do not cancel out.

    Parameters
    ----------
    keys : ndarray of uint64
        What `id_keys` gave for user ids.

    Returns
    -------
    ndarray of uint64, same shape
    """
    return mixed_words(keys + GOLDEN)


def priorities(user_keys: np.ndarray, item_keys: np.ndarray) -> np.ndarray:
    """Priority of each (user, item) pair: among equal scores the smallest comes first.

    Parameters
    ----------
    user_keys, item_keys : ndarray of uint64
        Shapes that broadcast together.

    Returns
    -------
    ndarray of uint64

    Examples
    --------
    >>> users, items = user_key(id_keys([1, 2])), id_keys([10, 20, 30])
    >>> priorities(users[:, None], items[None, :]).argsort(axis=1).tolist()
    [[2, 1, 0], [1, 2, 0]]
    """
    return mixed_words(user_keys ^ item_keys)
