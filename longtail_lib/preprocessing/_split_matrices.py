"""What a split produces: train, validation and test over the same users and catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._stored_entries import owners
from longtail_lib.data import Truth
from longtail_lib.preprocessing._own_matrices import checked_matrices, plain_value
from longtail_lib.preprocessing._rearranged import rearranged, stored_parts
from longtail_lib.preprocessing._tied_times import pair_keys

__all__ = ["PARTS", "Split", "places_of", "rows_of"]

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
    times : mapping of str to csr_matrix of int64 or float64, or None
        For each part a matrix of the same sparsity holding timestamps, in seconds since 1970;
        None where the log has none.
    name : str
        Name of the dataset.
    truth : Truth or None
        Carried over from the dataset; its ids may be in another order.
    between : csr_matrix or None
        Interactions that come after what validation asks for and before what test asks for, where
        a split asks for the next interaction alone: not to be learned while hyper-parameters are
        chosen, and known to a user whose test begins.
    places : mapping of str to csr_matrix of int64, or None
        Rows of the log, where its order decides between equal times; None where a hash does.
    tied : mapping of str to (int, int)
        For "validation" and "test": the users whose interaction there shares its time with one
        that is not there, and how many have one at all.
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
    between: csr_matrix | None = None
    places: Mapping[str, csr_matrix] | None = None
    tied: Mapping[str, tuple[int, int]] = field(default_factory=dict)

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

    @cached_property
    def order(self) -> Mapping[str, csr_matrix] | None:
        """Rank of each interaction in its user's whole history, 0 the first; None without times.

        For each part a matrix of int32 of the same sparsity. Equal times are ordered by `places`,
        or by a hash of user id and item id where there are none.
        """
        if self.times is None:
            return None
        names = [name for name in stored_parts(self) if name in self.times]
        rows = np.concatenate([owners(self.times[name]) for name in names])
        columns = np.concatenate([self.times[name].indices for name in names])
        times = np.concatenate([self.times[name].data for name in names])
        if self.places is None:
            seed = self.parameters.get("seed", 0)
            keys = pair_keys(rows, columns, self.user_ids, self.item_ids, seed)
        else:
            keys = np.concatenate([self.places[name].data for name in names])
        order = np.lexsort((keys, times, rows))
        starts = np.cumsum(np.bincount(rows, minlength=self.n_users))
        ranks = np.empty(len(rows), dtype=np.int32)
        ranks[order] = np.arange(len(rows)) - np.append(0, starts[:-1])[rows[order]]
        ends = np.cumsum([self.times[name].nnz for name in names])
        return {
            name: csr_matrix(
                (own, self.times[name].indices, self.times[name].indptr), self.train.shape
            )
            for name, own in zip(names, np.split(ranks, ends[:-1]), strict=True)
        }

    def final(self) -> Split:
        """Join train and validation, for the last fit before the test.

        Hyper-parameters are chosen on validation; then the model learns from all that is known
        when the test begins, and histories end with the last interaction before it. Published
        results are mostly measured so. `Recommender.refit` makes a fitted model anew on it.

        Returns
        -------
        Split
            Train holds what train, validation and `between` held; validation is empty, test as
            before. `parameters` also has "final": True.

        Examples
        --------
        >>> parts = Split.from_matrices([[1, 0, 0]], test=[[0, 0, 1]], validation=[[0, 1, 0]])
        >>> parts.final()
        Split 'matrices' (your own matrices): train 2, validation 0, test 1; 1 users x 3 items
        """
        return self._final

    @cached_property
    def _final(self) -> Split:
        held = [name for name in stored_parts(self) if name in ("validation", "between")]
        into = {name: np.zeros(getattr(self, name).nnz, dtype=np.int64) for name in held}
        return rearranged(self, into, parameters={**self.parameters, "final": True})

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
    wanted = _as_array(wanted, ids)
    places, known = places_of(ids, wanted, what)
    if not known.all():
        unknown = list(dict.fromkeys(map(plain_value, wanted[~known])))
        named = ", ".join(map(repr, unknown[:_NAMED])) + (", ..." if len(unknown) > _NAMED else "")
        raise KeyError(
            f"unknown {what} id{'s' if len(unknown) > 1 else ''} {named} "
            f"({np.count_nonzero(~known)} of {len(wanted)} are unknown); "
            f"this split holds {len(ids):,} {what}s such as {plain_value(ids[0])!r}"
        )
    return places


# So many unknown ids are named in a message.
_NAMED = 5


def places_of(ids: np.ndarray, wanted: Any, what: str) -> tuple[np.ndarray, np.ndarray]:
    """Look source ids up in ascending ones: the place of each, and whether it is there at all."""
    wanted = _as_array(wanted, ids)
    if wanted.size == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
    if _is_text(ids) != _is_text(wanted):
        raise TypeError(
            f"{what} ids of this split are {_kind(ids)} such as {plain_value(ids[0])!r}, got "
            f"{_kind(wanted)} such as {plain_value(wanted[0])!r}; pass ids of the same type"
        )
    try:
        places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    except TypeError as error:
        # Values that cannot be ordered against ids, such as None.
        raise TypeError(
            f"{what} ids of this split are {_kind(ids)} such as {plain_value(ids[0])!r}, got "
            f"{plain_value(wanted[0])!r}"
        ) from error
    return places, np.asarray(ids[places] == wanted, dtype=bool)


def _as_array(wanted: Any, ids: np.ndarray) -> np.ndarray:
    """Ids that are objects, because fixed width would be large, are looked up by objects."""
    objects = ids.dtype.kind == "O" and not hasattr(wanted, "dtype")
    return np.atleast_1d(np.asarray(wanted, dtype=object if objects else None))


def _is_text(ids: np.ndarray) -> bool:
    return ids.dtype.kind in "UT" or (ids.dtype.kind == "O" and isinstance(ids.flat[0], str))


def _kind(ids: np.ndarray) -> str:
    return "text" if _is_text(ids) else "numbers"
