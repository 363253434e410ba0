"""The simulator's preferences in the order of rows and columns that somebody else chose."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.data.dataset import Truth

__all__ = ["preference_matrix", "remembered"]

_ROWS_AT_ONCE = 256


def preference_matrix(truth: Truth | None, user_ids: Any, item_ids: Any) -> np.ndarray:
    """Return every preference as one float32 matrix, aligned with given ids.

    It holds 4 bytes for each pair of user and item: 48 MB for 3,000 users and 4,000 items.

    Parameters
    ----------
    truth : Truth
        `Dataset.truth` or `Split.truth` of a simulated dataset.
    user_ids : array-like, shape (n_users,)
        Source ids of the rows; `Split.user_ids`.
    item_ids : array-like, shape (n_items,)
        Source ids of the columns; `Split.item_ids`.

    Returns
    -------
    ndarray of float32, shape (n_users, n_items)
        Probability in [0, 1] that the user chooses the item when it is shown.

    Raises
    ------
    ValueError
        No truth, or ids that the truth does not know.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> table = np.array([[0.25, 0.75], [0.5, 0.0]])
    >>> truth = SimpleNamespace(user_ids=[8, 7], item_ids=["b", "a"],
    ...                         preference=lambda rows: table[rows])
    >>> preference_matrix(truth, [7, 8], ["a", "b"])
    array([[0.  , 0.5 ],
           [0.75, 0.25]], dtype=float32)
    """
    if truth is None:
        raise ValueError(
            "preference_matrix: there is no truth; take a simulated dataset such as "
            "load_dataset('shop'), with truth=True"
        )
    rows = _places(truth.user_ids, user_ids, "user")
    columns = _places(truth.item_ids, item_ids, "item")
    matrix = np.empty((len(rows), len(columns)), dtype=np.float32)
    # In pieces, because the truth computes in float64.
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        block = truth.preference(rows[start : start + _ROWS_AT_ONCE])
        matrix[start : start + _ROWS_AT_ONCE] = block[:, columns]
    return matrix


def remembered(truth: Truth, ids: Any, matrix: np.ndarray) -> Truth:
    """Return a truth that looks preferences up instead of computing them anew.

    Parameters
    ----------
    truth : Truth
    ids : Split or whatever has `user_ids` and `item_ids`
        The order of rows and columns of `matrix`.
    matrix : ndarray of float32, shape (n_users, n_items)
        From `preference_matrix`.

    Returns
    -------
    Truth
        The given one where its ids stand in another order.
    """
    same = np.array_equal(truth.user_ids, ids.user_ids) and np.array_equal(
        truth.item_ids, ids.item_ids
    )
    return _Remembered(truth, matrix) if same else truth


class _Remembered:
    """A truth whose preferences are in memory; all else comes from the truth behind it."""

    def __init__(self, truth: Truth, matrix: np.ndarray) -> None:
        self._truth, self._matrix = truth, matrix

    def preference(self, user_rows: np.ndarray) -> np.ndarray:
        return self._matrix[np.asarray(user_rows, dtype=np.int64)].astype(np.float64)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._truth, name)


def _places(known: Any, wanted: Any, what: str) -> np.ndarray:
    """Positions of wanted ids among known ones, in whatever order either stands."""
    place_of = {name: place for place, name in enumerate(np.asarray(known).tolist())}
    wanted = np.asarray(wanted).tolist()
    unknown = [name for name in wanted if name not in place_of]
    if unknown:
        raise ValueError(
            f"preference_matrix: the truth does not know {what} {unknown[0]!r} "
            f"({len(unknown):,} of {len(wanted):,} are unknown); it belongs to another dataset"
        )
    return np.array([place_of[name] for name in wanted], dtype=np.int64)
