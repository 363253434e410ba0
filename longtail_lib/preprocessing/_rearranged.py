"""The same interactions in other parts, with their values, times and places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._stored_entries import owners

__all__ = ["DROPPED", "divided", "rearranged", "stored_parts"]

DROPPED = -1
_NAMES = ("train", "validation", "test", "between")


def stored_parts(parts: Any) -> list[str]:
    """Names of the parts that hold matrices, `between` where there is one."""
    return [name for name in _NAMES if getattr(parts, name) is not None]


def divided(
    part_of: np.ndarray, rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]
) -> Callable[[np.ndarray], dict[str, csr_matrix]]:
    """Lay out interactions, ordered by row, then column, so that their values fill the parts.

    `part_of` has the place of each one's part in `_NAMES`, or another number where it has none.
    """
    layout = {}
    for number, name in enumerate(_NAMES):
        chosen = part_of == number
        if name == "between" and not chosen.any():
            continue
        indptr = np.zeros(shape[0] + 1, dtype=np.int64)
        np.cumsum(np.bincount(rows[chosen], minlength=shape[0]), out=indptr[1:])
        if indptr[-1] < 2**31:
            indptr = indptr.astype(np.int32)
        layout[name] = chosen, columns[chosen], indptr

    def matrices(values: np.ndarray) -> dict[str, csr_matrix]:
        found = {}
        for name, (chosen, indices, indptr) in layout.items():
            found[name] = csr_matrix((values[chosen], indices, indptr), shape=shape)
            found[name].has_canonical_format = True
        return found

    return matrices


def rearranged(parts: Any, into: Mapping[str, np.ndarray], **changes: Any) -> Any:
    """Move each stored interaction into another part, with its value, time and place.

    `into` gives for each part and each of its stored entries the number of the new part, in the
    order of `_NAMES`, or `DROPPED`; parts that it does not name stay as they are.
    """
    names = stored_parts(parts)
    numbers = [np.full(getattr(parts, name).nnz, _NAMES.index(name)) for name in names]
    goes = np.concatenate(
        [into.get(name, stays) for name, stays in zip(names, numbers, strict=True)]
    )
    rows = np.concatenate([owners(getattr(parts, name)) for name in names])
    columns = np.concatenate([getattr(parts, name).indices for name in names])
    order = np.argsort(rows * np.int64(parts.n_items) + columns, kind="stable")
    fill = divided(goes[order], rows[order], columns[order], parts.train.shape)

    def matrices(stored: Mapping[str, csr_matrix]) -> dict[str, csr_matrix]:
        return fill(np.concatenate([stored[name].data for name in names])[order])

    moved = {"between": None, **matrices({name: getattr(parts, name) for name in names})}
    for what in ("times", "places"):
        moved[what] = _moved_along(parts, what, names, into, matrices)
    return replace(parts, **{**moved, **changes})


def _moved_along(
    parts: Any,
    what: str,
    names: list[str],
    into: Mapping[str, np.ndarray],
    matrices: Callable[[Mapping[str, csr_matrix]], dict[str, csr_matrix]],
) -> Mapping[str, csr_matrix] | None:
    """Move times or places along; a part without them keeps none, and cannot be moved."""
    stored = getattr(parts, what)
    if stored is None:
        return None
    lacking = [
        name for name in names if name not in stored or stored[name].nnz != getattr(parts, name).nnz
    ]
    if set(lacking) & set(into):
        return None
    # Of the right size, so that the others can be moved at all.
    instead = {name: getattr(parts, name).astype(np.int64) for name in lacking}
    found = matrices({**stored, **instead})
    moved = {name: matrix for name, matrix in found.items() if name not in lacking}
    return moved | {name: stored[name] for name in lacking if name in stored}
