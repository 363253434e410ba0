"""Priorities that order equal scores: pseudo-random, seeded, blind to columns and relevance."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

__all__ = ["TIE_RULE", "id_keys", "priorities", "user_key"]

TIE_RULE = (
    "equal scores are ordered by a seeded hash of (user id, item id), "
    "whatever the order of columns, the size of blocks or the relevance"
)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mix(values: np.ndarray) -> np.ndarray:
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


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
    start = _mix(np.array([seed], dtype=np.int64).view(np.uint64) + _GOLDEN)
    return _mix((words ^ start) + _GOLDEN)


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
    return _mix(keys + _GOLDEN)


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
    return _mix(user_keys ^ item_keys)
