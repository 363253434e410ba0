"""Sorted log: interactions as arrays in an order that does not depend on the input's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.data import Dataset
from longtail_lib.preprocessing._id_codes import (
    align,
    clean_ids,
    clean_table,
    complete_users,
    factorise,
    with_column,
)
from longtail_lib.preprocessing._rearranged import divided
from longtail_lib.preprocessing._repeated_pairs import order_by_pair
from longtail_lib.preprocessing._seconds import seconds

__all__ = ["SortedLog", "coded_ids", "finite_ratings", "read_times"]


_PREPARE = "run longtail_lib.preprocessing.prepare on the dataset first"


@dataclass(frozen=True, eq=False)
class SortedLog:
    """Interactions ordered by user row, then item column; `places` are their rows in the log."""

    users: np.ndarray
    items: np.ndarray
    places: np.ndarray
    values: np.ndarray | None
    times: np.ndarray | None
    user_ids: np.ndarray
    item_ids: np.ndarray
    users_table: Any
    items_table: Any

    @classmethod
    def of(cls, data: Dataset, values: str) -> SortedLog:
        """Encode and sort a prepared dataset."""
        frame = nw.from_native(data.interactions, eager_only=True)
        if not len(frame):
            raise ValueError(f"dataset '{data.card.name}' has no interactions to split")
        if values == "rating" and not data.has_ratings:
            raise ValueError("values='rating' needs a column 'rating', which the log does not have")
        frame, users, user_ids, missing, _ = coded_ids(frame, "user_id")
        frame, items, item_ids, absent, _ = coded_ids(frame, "item_id")
        missing = missing | absent
        ratings = times = None
        if values == "rating":
            ratings, absent = finite_ratings(frame)
            missing = missing | absent
        if data.has_timestamps:
            frame, times, absent, _ = read_times(frame)
            missing = missing | absent
        if missing.any():
            raise ValueError(
                f"{int(missing.sum()):,} interactions lack a user, item, rating or timestamp, "
                f"such as row {int(missing.argmax())}; {_PREPARE}"
            )

        items_table, catalogue, _ = clean_table(data.items, "item_id", "items")
        users_table, known, _ = clean_table(data.users, "user_id", "users")
        by_item, by_user = np.argsort(catalogue), np.argsort(known)
        columns = align(item_ids, catalogue[by_item])
        if (columns < 0).any():
            raise ValueError(
                f"{int((columns < 0).sum()):,} items of the log are not in the catalogue, such as "
                f"{item_ids[columns < 0][:1].tolist()[0]!r}; {_PREPARE}"
            )
        new = user_ids[align(user_ids, known[by_user]) < 0]
        if len(new):
            users_table = complete_users(users_table, new)
            known = np.concatenate([known, new]) if len(known) else new
            by_user = np.argsort(known)
        rows = align(user_ids, known[by_user])[users]
        columns = columns[items]

        order, again = order_by_pair(rows, columns, len(catalogue))
        rows, columns = rows[order], columns[order]
        if again.any():
            place = again.argmax(keepdims=True)
            raise ValueError(
                f"{int(again.sum()):,} interactions repeat a user and item, such as user "
                f"{known[by_user][rows[place]].tolist()[0]!r} and item "
                f"{catalogue[by_item][columns[place]].tolist()[0]!r}; {_PREPARE}, with "
                "duplicates='sum' where repeats are to count"
            )
        return cls(
            users=rows,
            items=columns,
            places=order,
            values=None if ratings is None else ratings[order].astype(np.float32),
            times=None if times is None else times[order],
            user_ids=known[by_user],
            item_ids=catalogue[by_item],
            users_table=nw.maybe_reset_index(users_table[by_user]).to_native(),
            items_table=nw.maybe_reset_index(items_table[by_item]).to_native(),
        )

    def matrices(
        self, part_of: np.ndarray, *, with_places: bool
    ) -> dict[str, csr_matrix | Mapping[str, csr_matrix] | None]:
        """Build the matrices of a split: interactions, times and, where asked, places."""
        shape = len(self.user_ids), len(self.item_ids)
        matrices = divided(part_of, self.users, self.items, shape)
        values = np.ones(len(self.items), np.float32) if self.values is None else self.values
        return {
            **matrices(values),
            "times": None if self.times is None else matrices(self.times),
            "places": matrices(self.places) if with_places else None,
        }


def coded_ids(
    frame: nw.DataFrame, column: str
) -> tuple[nw.DataFrame, np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Turn an id column into codes, and say where ids are missing."""
    ids, missing, stripped = clean_ids(frame[column], f"interactions.{column}")
    if stripped or ids.dtype != frame[column].dtype:
        frame = frame.with_columns(ids.alias(column))
    distinct, codes = factorise(ids)
    notes = [f"{column} stripped of white space: {stripped:,}"] if stripped else []
    return frame, codes, distinct, missing, notes


def finite_ratings(frame: nw.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the ratings as floats, and say where there is no finite one."""
    column = frame["rating"]
    if not column.dtype.is_numeric():
        if len(column) and not column.is_null().all():
            raise TypeError(
                f"interactions.rating is of type {column.dtype}, expected numbers; read the log "
                "with read_table(..., rating=...), or cast the column to a float"
            )
        return np.full(len(column), np.nan), np.ones(len(column), dtype=bool)
    if column.null_count():
        column = column.cast(nw.Float64).fill_null(float("nan"))
    ratings = column.to_numpy().astype(np.float64, copy=False)
    return ratings, ~np.isfinite(ratings)


def read_times(frame: nw.DataFrame) -> tuple[nw.DataFrame, np.ndarray, np.ndarray, list[str]]:
    """Read the timestamps."""
    column = frame["timestamp"]
    read = seconds(column)
    notes = []
    mixed = bool(set(read.counts) - {"s", "missing"})
    if mixed:
        said = ", ".join(f"{count:,} {unit}" for unit, count in read.counts.items())
        notes.append(f"timestamps read as {said}")
    if mixed or not column.dtype.is_integer():
        frame = with_column(frame, "timestamp", read.values)
    return frame, read.values, ~read.readable, notes
