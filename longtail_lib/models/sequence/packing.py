"""Several short histories in one row, so that training computes hardly any padding."""

from __future__ import annotations

import numpy as np

from longtail_lib.models.sequence.user_sequences import PADDING

__all__ = ["pack", "packed_histories", "packed_pairs"]


def pack(lengths: np.ndarray, max_length: int) -> tuple[np.ndarray, np.ndarray]:
    """Place pieces into rows: the longest first, each where the least space is left over.

    Parameters
    ----------
    lengths : ndarray of int, shape (n,)
        From 1 to `max_length`.
    max_length : int
        Length of a row.

    Returns
    -------
    row, offset : ndarray of int64, shape (n,)
        Where each piece lies and begins.

    Examples
    --------
    >>> row, offset = pack(np.array([2, 4, 3, 1]), max_length=5)
    >>> row.tolist(), offset.tolist()
    ([1, 0, 1, 0], [3, 0, 0, 4])
    """
    row = np.zeros(len(lengths), dtype=np.int64)
    offset = np.zeros(len(lengths), dtype=np.int64)
    with_space: list[list[int]] = [[] for _ in range(max_length + 1)]
    n_rows = 0
    for piece in np.argsort(-lengths, kind="stable"):
        length = int(lengths[piece])
        space = length
        while space < max_length and not with_space[space]:
            space += 1
        if with_space[space]:
            row[piece] = with_space[space].pop()
        else:
            row[piece], space = n_rows, max_length
            n_rows += 1
        offset[piece] = max_length - space
        with_space[space - length].append(int(row[piece]))
    return row, offset


def packed_pairs(items: np.ndarray, lengths: np.ndarray, max_length: int) -> dict[str, np.ndarray]:
    """Pack histories as pairs of an item and the one that came next.

    A history of more pairs than a row holds is cut from its end into several pieces, so that no
    pair is lost. A history of one item has no pair and is left out.

    Parameters
    ----------
    items : ndarray of int, shape (lengths.sum(),)
        One history after the other, each in the order of time.
    lengths : ndarray of int, shape (n_users,)
    max_length : int

    Returns
    -------
    dict of ndarray of int32, shape (n_rows, max_length)
        "item"; "target", the next one; "position", such that every piece ends at the last one;
        "segment", which piece of its row a place belongs to, counted from 1. Padding has segment
        0, item and target -1 and position 0.

    Examples
    --------
    >>> packed = packed_pairs(np.array([5, 6, 7, 8, 9]), np.array([3, 2]), max_length=4)
    >>> {name: rows[0].tolist() for name, rows in packed.items()}  # doctest: +NORMALIZE_WHITESPACE
    {'item': [5, 6, 8, -1], 'target': [6, 7, 9, -1], 'position': [2, 3, 3, 0],
     'segment': [1, 1, 2, 0]}
    """
    last = np.zeros(len(items), dtype=bool)
    last[np.cumsum(lengths)[lengths > 0] - 1] = True
    first = np.roll(last, 1)
    return _packed(
        {"item": items[~last], "target": items[~first]}, np.maximum(lengths - 1, 0), max_length
    )


def packed_histories(
    items: np.ndarray, lengths: np.ndarray, max_length: int
) -> dict[str, np.ndarray]:
    """Pack histories as they are, for a model that fills in masked items.

    Parameters and result are those of `packed_pairs`, without "target". A history of one item is
    left out: nothing would be left to tell a masked item from.
    """
    kept = lengths > 1
    return _packed({"item": items[np.repeat(kept, lengths)]}, lengths[kept], max_length)


def _packed(
    values: dict[str, np.ndarray], lengths: np.ndarray, max_length: int
) -> dict[str, np.ndarray]:
    total = int(lengths.sum())
    owner = np.repeat(np.arange(len(lengths)), lengths)
    from_end = np.cumsum(lengths)[owner] - 1 - np.arange(total)
    begins = np.ones(total, dtype=bool)
    piece_of = from_end // max_length
    begins[1:] = (np.diff(owner) != 0) | (np.diff(piece_of) != 0)
    piece = np.cumsum(begins) - 1
    sizes = np.bincount(piece) if total else np.zeros(0, dtype=np.int64)
    row, offset = pack(sizes, max_length)
    inside = np.arange(total) - np.flatnonzero(begins)[piece] if total else from_end
    place = row[piece], offset[piece] + inside
    # Pieces of a row in the order of their offsets.
    order = np.lexsort((offset, row))
    starts = np.searchsorted(row[order], row[order], side="left")
    rank = np.empty(len(row), dtype=np.int64)
    rank[order] = np.arange(len(row)) - starts + 1
    shape = (int(row.max()) + 1 if len(row) else 0, max_length)
    found = {
        **{name: np.full(shape, PADDING, dtype=np.int32) for name in values},
        "position": np.zeros(shape, dtype=np.int32),
        "segment": np.zeros(shape, dtype=np.int32),
    }
    for name, array in values.items():
        found[name][place] = array
    found["position"][place] = max_length - 1 - from_end % max_length
    found["segment"][place] = rank[piece]
    return found
