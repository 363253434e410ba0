"""Users' histories as rows of items in the order of time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.preprocessing.parts import PARTS, Split

__all__ = ["PADDING", "left_padded", "ordered_items", "user_sequences"]

PADDING = -1


def user_sequences(
    parts: Split, max_length: int, part: str | Sequence[str] = "train"
) -> np.ndarray:
    """Return each user's latest items in the order of time, padded on the left.

    Items of equal time stand in catalogue order. Of a longer history the latest `max_length` items
    are kept, because what comes next depends most on what came last.

    Parameters
    ----------
    parts : Split
        With times.
    max_length : int
        At least 1.
    part : str or sequence of str
        Where the history is taken from: "train", or several such as ("train", "validation").

    Returns
    -------
    ndarray of int32, shape (n_users, max_length)
        Catalogue columns; the latest item stands last. -1 is padding, and a user without
        interactions has a row of it.

    Raises
    ------
    ValueError
        A split without times, an unknown part, or a length below 1.

    Examples
    --------
    >>> train = csr_matrix(np.array([[1, 1, 1], [0, 1, 0]], dtype=np.float32))
    >>> times = csr_matrix(np.array([[30, 10, 20], [0, 40, 0]]))
    >>> parts = Split(train, train * 0, train * 0, np.arange(2), np.arange(3), None, None,
    ...               "random", times={"train": times})
    >>> user_sequences(parts, max_length=2).tolist()
    [[2, 0], [-1, 1]]
    """
    wanted = (part,) if isinstance(part, str) else tuple(part)
    unknown = [name for name in wanted if name not in PARTS]
    if unknown or not wanted:
        raise ValueError(f"part must be one or several of {', '.join(PARTS)}, got {part!r}")
    if isinstance(max_length, bool) or not isinstance(max_length, int | np.integer):
        raise ValueError(f"max_length must be a whole number from 1, got {max_length!r}")
    if max_length < 1:
        raise ValueError(f"max_length must be a whole number from 1, got {max_length}")
    if parts.times is None:
        raise ValueError(
            f"{parts!r} has no times, and a sequence is items in the order of time; read the log "
            "with its timestamp column"
        )
    items, lengths = ordered_items(parts, wanted)
    return left_padded(items, lengths, max_length)


def ordered_items(
    parts: Split, part: Sequence[str] = ("train",), owners: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return all histories as one run, each user's in the order of time.

    Parameters
    ----------
    parts : Split
        With times.
    part : sequence of str
    owners : bool
        Return user rows in place of items.

    Returns
    -------
    items : ndarray of int32, shape (n_interactions,)
        Catalogue columns; items of equal time stand in catalogue order.
    lengths : ndarray of int64, shape (n_users,)
    """
    pieces = [parts.times[name] for name in part]
    users = np.concatenate([_rows(piece) for piece in pieces])
    items = np.concatenate([piece.indices for piece in pieces])
    times = np.concatenate([piece.data for piece in pieces])
    order = np.lexsort((items, times, users))
    wanted = users if owners else items
    return wanted[order].astype(np.int32), np.bincount(users, minlength=parts.n_users)


def left_padded(items: np.ndarray, lengths: np.ndarray, max_length: int) -> np.ndarray:
    """Cut one run of items into rows, keep the end of each, and pad on the left.

    Parameters
    ----------
    items : ndarray of int, shape (lengths.sum(),)
    lengths : ndarray of int, shape (n,)
        How many of them belong to each row.
    max_length : int

    Returns
    -------
    ndarray of int32, shape (n, max_length)

    Examples
    --------
    >>> left_padded(np.array([5, 6, 7, 8]), np.array([3, 0, 1]), max_length=2).tolist()
    [[6, 7], [-1, -1], [-1, 8]]
    """
    rows = np.full((len(lengths), max_length), PADDING, dtype=np.int32)
    row = np.repeat(np.arange(len(lengths)), lengths)
    # Places counted from the end: the latest item of a row has place 0.
    place = np.cumsum(lengths)[row] - 1 - np.arange(len(items))
    kept = place < max_length
    rows[row[kept], max_length - 1 - place[kept]] = items[kept]
    return rows


def _rows(matrix: csr_matrix) -> np.ndarray:
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
