"""Items as a caller names them: those that may be shown, those that may not, and histories."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from operator import index
from typing import Any

import narwhals as nw
import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.preprocessing._split_matrices import places_of, rows_of

__all__ = [
    "asked_columns",
    "checked_length",
    "excluded_pairs",
    "history_matrix",
    "is_by_user",
    "read_histories",
]


def asked_columns(item_ids: np.ndarray, candidates: Any, exclude: Any) -> np.ndarray | None:
    """Return the columns that may be shown, ascending; None for the whole catalogue."""
    if candidates is None and exclude is None:
        return None
    columns = np.arange(len(item_ids))
    if candidates is not None:
        columns = np.unique(_known("candidates", item_ids, _array(candidates)))
    if exclude is not None:
        places, known = places_of(item_ids, _array(exclude), "item")
        columns = np.setdiff1d(columns, places[known])
    if not len(columns):
        raise ValueError(
            "no item is left to recommend: candidates"
            + (" is empty" if exclude is None else " less exclude hold no item of the catalogue")
        )
    return columns


def checked_length(k: Any, n_items: int) -> int:
    """Return the length of lists, or say why it is none."""
    if isinstance(k, bool) or not hasattr(k, "__index__"):
        raise TypeError(f"k must be a whole number of items, got {k!r}")
    k = index(k)
    if not 1 <= k <= n_items:
        raise ValueError(f"k must lie between 1 and the {n_items} items of the catalogue, got {k}")
    return k


def is_by_user(exclude: Any) -> bool:
    """Whether exclusions say for whom they are."""
    # Asking narwhals takes as long as ranking one user's items.
    return exclude is not None and (
        isinstance(exclude, Mapping) or nw.dependencies.is_into_dataframe(exclude)
    )


def excluded_pairs(exclude: Any, user_ids: np.ndarray, item_ids: np.ndarray) -> csr_matrix:
    """Return what is excluded for single users, shape (n_users, n_items).

    Users and items that are not in the split are passed over: they are shown to nobody.
    """
    if isinstance(exclude, Mapping):
        items = [_array(own) for own in exclude.values()]
        users = np.repeat(_array(list(exclude)), [len(own) for own in items])
        items = np.concatenate(items) if items else np.zeros(0)
    else:
        frame = nw.from_native(exclude, eager_only=True)
        missing = [name for name in ("user_id", "item_id") if name not in frame.columns]
        if missing:
            raise KeyError(
                f"exclude: the frame has no column {' and no '.join(map(repr, missing))}, it has "
                f"{', '.join(map(repr, frame.columns))}; give it user_id and item_id"
            )
        users, items = frame["user_id"].to_numpy(), frame["item_id"].to_numpy()
    rows, known_users = places_of(user_ids, users, "user")
    columns, known_items = places_of(item_ids, items, "item")
    both = known_users & known_items
    return csr_matrix(
        (np.ones(both.sum(), dtype=np.int8), (rows[both], columns[both])),
        shape=(len(user_ids), len(item_ids)),
    )


def read_histories(
    histories: Any, times: Any, item_ids: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return histories as one run of columns, each in the order of time, and their lengths.

    An item that stands twice in a history counts once, where it stands last.
    """
    own = _rows("histories", histories, "a list of item ids, such as [[3, 14], [15]]")
    lengths = np.array([len(one) for one in own], dtype=np.int64)
    filled = [one for one in own if len(one)]
    run = np.concatenate(filled) if filled else np.zeros(0)
    columns = _known("histories", item_ids, run)
    owner = np.repeat(np.arange(len(own)), lengths)
    if times is not None:
        stamps = _rows("times", times, "the times of a history's items")
        sizes = np.array([len(one) for one in stamps], dtype=np.int64)
        if len(sizes) != len(lengths) or (sizes != lengths).any():
            raise ValueError(
                f"times must hold one time for each item of each history, got {sizes.tolist()[:5]} "
                f"times for {lengths.tolist()[:5]} items"
            )
        if filled:
            when = np.concatenate([one for one in stamps if len(one)])
            if when.dtype.kind not in "iufM" or np.isnan(when).any():
                raise ValueError("times must be numbers or datetimes, and none may be missing")
            # Stable, so that equal times leave the order of the list.
            columns = columns[np.lexsort((when, owner))]
    last = np.unique((owner * len(item_ids) + columns)[::-1], return_index=True)[1]
    kept = np.sort(len(columns) - 1 - last)
    return columns[kept].astype(np.int32), np.bincount(owner[kept], minlength=len(own))


def history_matrix(columns: np.ndarray, lengths: np.ndarray, n_items: int) -> csr_matrix:
    """Make a matrix of ones of what `read_histories` returned."""
    starts = np.concatenate(([0], np.cumsum(lengths)))
    matrix = csr_matrix(
        (np.ones(len(columns), dtype=np.float32), columns, starts), shape=(len(lengths), n_items)
    )
    # Of a copy: the run stays in the order of time.
    return matrix.sorted_indices()


def _known(name: str, item_ids: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the columns of items; unknown ones are named with what to do about them."""
    try:
        return rows_of(item_ids, wanted, "item")
    except KeyError as error:
        raise KeyError(
            f"{name}: {error.args[0]}; the model knows none but its item_ids_, leave others out "
            "with np.isin"
        ) from None


def _rows(name: str, given: Any, each: str) -> list[np.ndarray]:
    """Return one array for each history."""
    if isinstance(given, Mapping | str) or not isinstance(given, Collection):
        raise TypeError(f"{name} must be a list with, for each user, {each}, got {given!r:.60}")
    for one in given:
        if isinstance(one, str) or not isinstance(one, Collection):
            raise TypeError(
                f"{name} must be a list with, for each user, {each}, and an entry is {one!r:.60}; "
                "put a single history into a list of its own"
            )
    return [_array(one) for one in given]


def _array(ids: Any) -> np.ndarray:
    """Ids as an array; of a set, numpy would make a single object."""
    return np.atleast_1d(np.asarray(list(ids) if isinstance(ids, Set) else ids))
