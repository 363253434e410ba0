"""What only a simulator knows, in the order of a split: propensities and preferences."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

__all__ = ["true_preference", "true_propensity"]


# Cells computed at a time: 32 MiB of float64.
_BLOCK = 2**22


class Order(NamedTuple):
    """A truth, and where the users and items of a source stand in it."""

    truth: Any
    users: np.ndarray
    items: np.ndarray


def true_propensity(source: Any, columns: Any = None) -> np.ndarray:
    """Probability that an item was shown to a user at least once over the log, float32.

    Parameters
    ----------
    source : Split or Truth
        A split of a simulated dataset, or the truth itself. Rows and columns follow it.
    columns : array of int, shape (n_users, k), or None
        Items wanted of each user, and so the shape of the result; the whole catalogue if None.

    Raises
    ------
    ValueError
        No truth, or users or items that it does not know.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> table = np.array([[1.0, 0.5], [0.75, 0.25]])
    >>> truth = SimpleNamespace(user_ids=np.array([1, 2]), item_ids=np.array(["a", "b"]),
    ...                         propensity=lambda rows: table[rows])
    >>> true_propensity(truth, [[1], [0]]).tolist()
    [[0.5], [0.75]]
    """
    return _cells(source, "propensity", columns)


def true_preference(source: Any, columns: Any = None) -> np.ndarray:
    """Probability that a user chooses an item when it is shown; otherwise as `true_propensity`.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> table = np.array([[0.5, 0.0], [0.25, 1.0]])
    >>> truth = SimpleNamespace(user_ids=np.array([1, 2]), item_ids=np.array(["a", "b"]),
    ...                         preference=lambda rows: table[rows])
    >>> true_preference(truth).tolist()
    [[0.5, 0.0], [0.25, 1.0]]
    """
    return _cells(source, "preference", columns)


def order_of(source: Any) -> Order:
    """Find a source's truth, and the rows and columns of its users and items there."""
    truth = getattr(source, "truth", source)
    if truth is None or (truth is source and not hasattr(truth, "user_ids")):
        raise ValueError(
            "this needs the truth of a simulated dataset, and the split has none; take "
            'load_dataset("shop") with truth=True, or estimate with popularity_propensity'
        )
    users, items = (
        _places(getattr(truth, name), getattr(source, name), name)
        for name in ("user_ids", "item_ids")
    )
    return Order(truth, users, items)


def _cells(source: Any, what: str, columns: Any) -> np.ndarray:
    truth, users, items = order_of(source)
    if columns is not None:
        columns = np.asarray(columns)
        fits = columns.ndim == 2 and len(columns) == len(users) and columns.dtype.kind in "iu"
        if not fits or (columns.size and not 0 <= columns.min() <= columns.max() < len(items)):
            raise ValueError(
                f"columns must be integers of shape ({len(users)}, k), one row for each user, "
                f"from 0 to {len(items) - 1}, got {columns.dtype} of shape {columns.shape}"
            )
    width = len(items) if columns is None else columns.shape[1]
    found = np.empty((len(users), width), dtype=np.float32)
    step = max(1, _BLOCK // len(truth.item_ids))
    for start in range(0, len(users), step):
        block = slice(start, start + step)
        values = getattr(truth, what)(users[block])
        if columns is None:
            found[block] = values[:, items]
        else:
            found[block] = np.take_along_axis(values, items[columns[block]], axis=1)
    return found


def _places(known: Any, wanted: Any, name: str) -> np.ndarray:
    known, wanted = np.asarray(known), np.asarray(wanted)
    if np.array_equal(known, wanted):
        return np.arange(len(known))
    order = np.argsort(known, kind="stable")
    places = order[np.minimum(np.searchsorted(known, wanted, sorter=order), len(known) - 1)]
    unknown = known[places] != wanted
    if unknown.any():
        raise ValueError(
            f"the truth does not know {int(unknown.sum())} of the split's {name}, such as "
            f"{wanted[unknown][0]}; it belongs to another dataset"
        )
    return places
