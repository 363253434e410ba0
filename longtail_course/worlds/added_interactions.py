"""A split whose train part has grown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._stored_entries import owners
from longtail_lib.preprocessing import Split
from longtail_lib.preprocessing._rearranged import stored_parts

__all__ = ["with_interactions"]


def with_interactions(
    parts: Split, user_rows: Any, item_rows: Any, *, value: float = 1.0, time: int | None = None
) -> Split:
    """Return a split with new train interactions; the given one stays as it is.

    A new interaction that another part also holds is taken out there, so that no pair is in two
    parts.

    Parameters
    ----------
    parts : Split
    user_rows, item_rows : array of int, shape (n,)
        Rows and columns of the new interactions: distinct pairs that train does not hold.
    value : float
        What train stores for each of them.
    time : int or None
        When they happened, seconds UTC. Needed where the split has times, ignored where not.

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        A pair twice, or one that train holds already; no time where the split has times.

    Examples
    --------
    >>> parts = Split.from_matrices([[0, 1, 0], [1, 0, 0]])
    >>> with_interactions(parts, [0, 1], [0, 2]).train.toarray()
    array([[1., 1., 0.],
           [1., 0., 1.]], dtype=float32)
    >>> parts.train.nnz
    2
    """
    new = np.asarray(user_rows, dtype=np.int64) * parts.n_items + np.asarray(item_rows, np.int64)
    if parts.times is not None and time is None:
        raise ValueError("with_interactions: this split has times; say when with time=, in seconds")
    pairs = {part: _pairs(getattr(parts, part), parts.n_items) for part in stored_parts(parts)}
    order = np.argsort(np.concatenate([pairs["train"], new]), kind="stable")
    grown = np.concatenate([pairs["train"], new])[order]
    if (grown[1:] == grown[:-1]).any():
        pair = grown[1:][grown[1:] == grown[:-1]][0]
        raise ValueError(
            f"with_interactions: user row {pair // parts.n_items}, item column "
            f"{pair % parts.n_items} is there already; an item is chosen once"
        )
    shape = parts.train.shape
    beside = {"times": time, "places": None}
    if parts.places is not None:
        # What was added stands after every row of the log.
        beside["places"] = 1 + max(int(each.data.max(initial=-1)) for each in parts.places.values())
    matrices = {}
    stored: dict[str, dict[str, csr_matrix]] = {
        what: {} for what in beside if getattr(parts, what) is not None
    }
    for part in pairs:
        if part == "train":
            values = np.concatenate([parts.train.data, np.full(len(new), value, dtype=np.float32)])
            matrices[part] = _matrix(grown, values[order], shape)
        else:
            kept = ~np.isin(pairs[part], new)
            matrices[part] = _matrix(pairs[part][kept], getattr(parts, part).data[kept], shape)
        for what, found in stored.items():
            had = getattr(parts, what)[part].data
            numbers = (
                np.concatenate([had, np.full(len(new), beside[what], dtype=had.dtype)])[order]
                if part == "train"
                else had[kept]
            )
            found[part] = _matrix(grown if part == "train" else pairs[part][kept], numbers, shape)
    return replace(parts, **matrices, **stored)


def _pairs(matrix: csr_matrix, n_items: int) -> np.ndarray:
    """Row and column of each stored value as one ascending number."""
    rows = owners(matrix)
    return rows * n_items + matrix.indices


def _matrix(pairs: np.ndarray, values: np.ndarray, shape: tuple[int, int]) -> csr_matrix:
    counts = np.bincount(pairs // shape[1], minlength=shape[0])
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    # A sum of sparse matrices would lose stored zeros, such as a rating of 0.
    return csr_matrix((values, (pairs % shape[1]).astype(np.int32), indptr), shape=shape)
