"""Users' histories as rows of items in the order of time, several short ones to a row."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import numpy as np

from longtail_lib._parameters import Interval, constrained
from longtail_lib._stored_entries import owners
from longtail_lib.preprocessing import PARTS, Split

__all__ = [
    "MASK",
    "PADDING",
    "left_padded",
    "ordered_items",
    "pack",
    "packed_histories",
    "packed_pairs",
    "user_sequences",
]


PADDING = -1
# In a sequence, the place of an item that is to be guessed.
MASK = -2


@constrained(max_length=Interval(Integral, 1))
def user_sequences(
    parts: Split, max_length: int, part: str | Sequence[str] = "train"
) -> np.ndarray:
    """Return each user's latest items in the order of time, padded on the left.

    Items of equal time stand as `Split.order` has them. Of a longer history the latest
    `max_length` items are kept, because what comes next depends most on what came last.

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

    Examples
    --------
    >>> times = {"train": [[30, 10, 20], [0, 40, 0]]}
    >>> parts = Split.from_matrices([[1, 1, 1], [0, 1, 0]], times=times)
    >>> user_sequences(parts, max_length=2).tolist()
    [[2, 0], [-1, 1]]
    """
    wanted = (part,) if isinstance(part, str) else tuple(part)
    unknown = [name for name in wanted if name not in PARTS]
    if unknown or not wanted:
        raise ValueError(f"part must be one or several of {', '.join(PARTS)}, got {part!r}")
    if parts.times is None:
        raise ValueError(
            f"{parts!r} has no times, and a sequence is items in the order of time; read the log "
            "with its timestamp column"
        )
    items, lengths = ordered_items(parts, wanted)
    return left_padded(items, lengths, max_length)


def ordered_items(
    parts: Split,
    part: Sequence[str] = ("train",),
    deal: np.random.Generator | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return all histories as one run, each user's in the order of time, or dealt anew."""
    pieces = [parts.order[name] for name in part]
    users = np.concatenate([owners(piece) for piece in pieces])
    items = np.concatenate([piece.indices for piece in pieces])
    ranks = (
        np.concatenate([piece.data for piece in pieces])
        if deal is None
        else deal.random(len(items))
    )
    order = np.lexsort((ranks, users))
    return items[order].astype(np.int32), np.bincount(users, minlength=parts.n_users)


def left_padded(items: np.ndarray, lengths: np.ndarray, max_length: int) -> np.ndarray:
    """Cut one run of items into rows, keep the end of each, and pad on the left."""
    rows = np.full((len(lengths), max_length), PADDING, dtype=np.int32)
    row = np.repeat(np.arange(len(lengths)), lengths)
    # Places counted from the end: the latest item of a row has place 0.
    place = np.cumsum(lengths)[row] - 1 - np.arange(len(items))
    kept = place < max_length
    rows[row[kept], max_length - 1 - place[kept]] = items[kept]
    return rows


def pack(lengths: np.ndarray, max_length: int) -> tuple[np.ndarray, np.ndarray]:
    """Place pieces into rows: the longest first, each where the least space is left over."""
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


def packed_pairs(
    items: np.ndarray, lengths: np.ndarray, max_length: int, **more: np.ndarray
) -> dict[str, np.ndarray]:
    """Pack histories as pairs of an item and the one that came next, and what goes with items."""
    last = np.zeros(len(items), dtype=bool)
    last[np.cumsum(lengths)[lengths > 0] - 1] = True
    first = np.roll(last, 1)
    return _packed(
        {
            "item": items[~last],
            "target": items[~first],
            **{name: values[~last] for name, values in more.items()},
        },
        np.maximum(lengths - 1, 0),
        max_length,
    )


def packed_histories(
    items: np.ndarray, lengths: np.ndarray, max_length: int, **more: np.ndarray
) -> dict[str, np.ndarray]:
    """Pack histories as they are, for a model that fills in masked items."""
    kept = lengths > 1
    own = np.repeat(kept, lengths)
    values = {name: values[own] for name, values in {"item": items, **more}.items()}
    return _packed(values, lengths[kept], max_length)


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
