"""What a split produces: train, validation and test over the same users and catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.data import Truth
from longtail_lib.preprocessing._own_matrices import checked_matrices

__all__ = ["PARTS", "Split", "rows_of"]

PARTS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Split:
    """Three sparse matrices over the same users and the same whole catalogue.

    Row r of every matrix is the user `user_ids[r]`, column c is the item `item_ids[c]`. The
    catalogue is whole: an item without train interactions keeps its column.

    Parameters
    ----------
    train, validation, test : csr_matrix of float32, shape (n_users, n_items)
        One stored value for each interaction, indices sorted, no user-item pair in two parts.
        The value is 1, or the rating where the split was made with `values="rating"`.
    user_ids : ndarray, shape (n_users,)
        The source's own user ids, ascending.
    item_ids : ndarray, shape (n_items,)
        The source's own item ids, ascending. Text is of fixed width, or an array of objects where
        a few long ids would make that large.
    items, users : frame
        Item and user tables, in the order of `item_ids` and `user_ids`.
    how : str
        "leave-last-out", "temporal" or "random".
    parameters : mapping
        Everything that was passed to `split`, defaults included.
    times : mapping of str to csr_matrix of int64, or None
        For each part a matrix of the same sparsity holding timestamps; None where the log has
        none.
    name : str
        Name of the dataset.
    truth : Truth or None
        Carried over from the dataset; its ids may be in another order.
    """

    train: csr_matrix
    validation: csr_matrix
    test: csr_matrix
    user_ids: np.ndarray
    item_ids: np.ndarray
    items: Any
    users: Any
    how: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    times: Mapping[str, csr_matrix] | None = None
    name: str = ""
    truth: Truth | None = None

    @classmethod
    def from_matrices(
        cls,
        train: Any,
        test: Any = None,
        validation: Any = None,
        *,
        user_ids: Any = None,
        item_ids: Any = None,
        items: Any = None,
        users: Any = None,
        how: str = "your own matrices",
        times: Mapping[str, Any] | None = None,
        name: str = "matrices",
        truth: Truth | None = None,
    ) -> Split:
        """Make a split of what you have already divided: users are rows, items columns.

        Parameters
        ----------
        train, test, validation : array or sparse matrix, shape (n_users, n_items)
            What is not zero is an interaction. A part that is not given is empty.
        user_ids, item_ids : array, optional
            Ids of rows and columns; 0, 1, 2 and so on where not given. Rows and columns are put
            in ascending order of the ids, and `items`, `users` and `times` with them.
        items, users : frame, optional
            Tables in the order of the columns and rows.
        how, name : str
            Words for reports.
        times : mapping of str to matrix, optional
            For each part a matrix of timestamps with the same interactions.
        truth : Truth, optional

        Raises
        ------
        ValueError
            Shapes that differ, ids of the wrong number or not unique, a value that is not
            finite, or an interaction that is in two parts; the message names the place.

        Examples
        --------
        >>> parts = Split.from_matrices([[1, 1, 0], [0, 1, 0]], test=[[0, 0, 1], [1, 0, 0]])
        >>> parts
        Split 'matrices' (your own matrices): train 3, validation 0, test 2; 2 users x 3 items
        >>> Split.from_matrices([[1, 1, 0]], test=[[0, 1, 0]], item_ids=["a", "b", "c"])
        Traceback (most recent call last):
        ...
        ValueError: Split.from_matrices: user 0 and item 'b' are in train and in test (1 such...
        """
        return cls(
            **checked_matrices(
                {"train": train, "validation": validation, "test": test},
                {"user": user_ids, "item": item_ids},
                {"user": users, "item": items},
                times,
            ),
            how=how,
            name=name,
            truth=truth,
        )

    @property
    def n_users(self) -> int:
        """Number of rows of every matrix."""
        return len(self.user_ids)

    @property
    def n_items(self) -> int:
        """Number of columns of every matrix: the size of the catalogue."""
        return len(self.item_ids)

    @property
    def popularity(self) -> np.ndarray:
        """Train interactions of each catalogue item, shape (n_items,), int64."""
        return np.bincount(self.train.indices, minlength=self.n_items)

    @property
    def cold(self) -> np.ndarray:
        """Which catalogue items have no train interaction, bool, shape (n_items,)."""
        return self.popularity == 0

    def user_rows(self, users: Any) -> np.ndarray:
        """Turn source user ids into integer rows; an unknown one is a KeyError."""
        return rows_of(self.user_ids, users, "user")

    def item_rows(self, items: Any) -> np.ndarray:
        """Turn source item ids into integer columns; an unknown one is a KeyError."""
        return rows_of(self.item_ids, items, "item")

    def __repr__(self) -> str:
        sizes = ", ".join(f"{part} {getattr(self, part).nnz:,}" for part in PARTS)
        return (
            f"Split '{self.name}' ({self.how}): {sizes}; "
            f"{self.n_users:,} users x {self.n_items:,} items"
        )


def rows_of(ids: np.ndarray, wanted: Any, what: str) -> np.ndarray:
    """Return the places of source ids in an ascending array of ids."""
    # Ids are objects where fixed width would be large, which it would be here as well.
    objects = ids.dtype.kind == "O" and not hasattr(wanted, "dtype")
    wanted = np.atleast_1d(np.asarray(wanted, dtype=object if objects else None))
    if wanted.size == 0:
        return np.zeros(0, dtype=np.int64)
    if _is_text(ids) != _is_text(wanted):
        raise TypeError(
            f"{what} ids of this split are {_kind(ids)} such as {_plain(ids[0])!r}, got "
            f"{_kind(wanted)} such as {_plain(wanted[0])!r}; pass ids of the same type"
        )
    try:
        places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    except TypeError as error:
        # Values that cannot be ordered against ids, such as None.
        raise TypeError(
            f"{what} ids of this split are {_kind(ids)} such as {_plain(ids[0])!r}, got "
            f"{_plain(wanted[0])!r}"
        ) from error
    unknown = ids[places] != wanted
    if unknown.any():
        example = wanted[unknown][0]
        raise KeyError(
            f"unknown {what} id {_plain(example)!r} ({int(unknown.sum())} of {len(wanted)} are "
            f"unknown); this split holds {len(ids):,} {what}s such as {_plain(ids[0])!r}"
        )
    return places


def _is_text(ids: np.ndarray) -> bool:
    return ids.dtype.kind in "UT" or (ids.dtype.kind == "O" and isinstance(ids.flat[0], str))


def _kind(ids: np.ndarray) -> str:
    return "text" if _is_text(ids) else "numbers"


def _plain(value: Any) -> Any:
    """Say 3 instead of np.int64(3) in a message."""
    return value.item() if isinstance(value, np.generic) else value
