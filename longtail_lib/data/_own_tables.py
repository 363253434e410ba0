"""Columns that a caller names as the three tables of a dataset, from files or frames alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from longtail_lib._parameters import Options, constrained
from longtail_lib.data._catalogue import read_catalogue, read_user_table
from longtail_lib.data._columns import read_ids, read_ratings, read_timestamps, tell_of_odd_ids
from longtail_lib.data._epoch import DATES, MIXED, UNREADABLE
from longtail_lib.data._source import Source, open_source, tell

__all__ = ["OwnTables", "own_tables", "settle_unknown_items", "with_missing"]

_ON_ERROR = ("raise", "null")
_UNKNOWN_ITEMS = ("error", "drop", "add", "keep")


@dataclass(frozen=True, eq=False)
class OwnTables:
    """What `Dataset` needs, and what its card says of it."""

    interactions: pl.DataFrame
    items: pl.DataFrame
    users: pl.DataFrame
    sources: tuple[Source, ...]
    notes: str


@constrained(on_error=Options(*_ON_ERROR), unknown_items=Options(*_UNKNOWN_ITEMS))
def own_tables(
    path: Any,
    *,
    user: str,
    item: str,
    rating: str | None = None,
    timestamp: str | None = None,
    items: Any = None,
    item_id: str | None = None,
    text: str | Sequence[str] | None = None,
    title: str | None = None,
    users: Any = None,
    user_id: str | None = None,
    on_error: str = "raise",
    unknown_items: str = "error",
    columns: Sequence[str] | None = None,
    item_columns: Sequence[str] | None = None,
    user_columns: Sequence[str] | None = None,
    **reading: Any,
) -> OwnTables:
    """Read ids, ratings, timestamps and attributes out of the columns that were named."""
    of_items = {"item_id": item_id, "text": text, "title": title, "item_columns": item_columns}
    _check_needs(items, of_items, "items")
    _check_needs(users, {"user_id": user_id, "user_columns": user_columns}, "users")
    lenient = on_error == "null"
    reading["lenient"] = lenient
    named = {"user": user, "item": item, "rating": rating, "timestamp": timestamp}
    named = {argument: column for argument, column in named.items() if column is not None}
    log = open_source(
        path,
        named.values(),
        arguments={column: argument for argument, column in named.items()},
        names=columns,
        **reading,
    )
    notes: list[str] = []
    for note in log.notes:
        tell(notes, note)
    log_users = read_ids(log, user, lenient=lenient)
    log_items = read_ids(log, item, lenient=lenient)
    for column, ids in ((user, log_users), (item, log_items)):
        tell_of_odd_ids(log, column, ids, notes)
    sources = [log]
    if items is None:
        item_ids, catalogue = _plain(log_items, "item_id")
    else:
        source, ids, attributes = read_catalogue(
            items,
            item_id or item,
            title=title,
            text=text,
            notes=notes,
            names=item_columns,
            **reading,
        )
        sources.append(source)
        item_ids, keys = _same_type(log_items, ids)
        catalogue = pl.DataFrame([keys.rename("item_id"), *attributes])
    if users is None:
        user_ids, user_table = _plain(log_users, "user_id")
    else:
        source, ids, attributes = read_user_table(
            users, user_id or user, notes=notes, names=user_columns, **reading
        )
        sources.append(source)
        user_ids, keys = _same_type(log_users, ids)
        user_table = pl.DataFrame([keys.rename("user_id"), *attributes])
        user_table = with_missing(user_table, "user_id", user_ids)

    series_of = [user_ids.rename("user_id"), item_ids.rename("item_id")]
    for what, series in (("user ids", user_ids), ("item ids", item_ids)):
        if series.null_count():
            notes.append(f"{series.null_count():,} {what} are missing")
    if rating is not None:
        numbers, broken = read_ratings(log, rating, lenient=lenient)
        series_of.append(numbers.rename("rating"))
        if numbers.null_count():
            notes.append(
                f"{numbers.null_count():,} ratings are null ({broken:,} were not a number)"
            )
    if timestamp is not None:
        seconds, counts = read_timestamps(log, timestamp, lenient=lenient)
        series_of.append(seconds.rename("timestamp"))
        if MIXED in counts or UNREADABLE in counts:
            said = ", ".join(f"{n:,} {unit}" for unit, n in counts.items() if unit != MIXED)
            notes.append(f"timestamps were read by their own size: {said}")
        spelled = counts.keys() & DATES.values()
        if spelled:
            notes.append(f"timestamps were read as dates written {spelled.pop()}")
    interactions = pl.DataFrame(series_of)
    if items is not None:
        interactions, catalogue = settle_unknown_items(
            interactions, catalogue, log, item, sources[1], unknown_items, notes
        )
    return OwnTables(interactions, catalogue, user_table, tuple(sources), "; ".join(notes))


def _check_needs(table: Any, given: dict[str, Any], name: str) -> None:
    if table is None:
        for parameter, value in given.items():
            if value is not None:
                raise ValueError(
                    f"{parameter}={value!r} is about the table of {name}; "
                    f"pass {name}=<table> as well"
                )


def _plain(ids: tuple[pl.Series, pl.Series | None], column: str) -> tuple[pl.Series, pl.DataFrame]:
    """Return ids in their own type, and a table of what occurs, in ascending order."""
    text, integers = ids
    chosen = (text if integers is None else integers).rename(column)
    return chosen, chosen.drop_nulls().unique().sort().to_frame()


def _same_type(
    left: tuple[pl.Series, pl.Series | None], right: tuple[pl.Series, pl.Series | None]
) -> tuple[pl.Series, pl.Series]:
    """Return both ids as integers where both are, else both as text."""
    if left[1] is not None and right[1] is not None:
        return left[1], right[1]
    return left[0], right[0]


def with_missing(table: pl.DataFrame, column: str, ids: pl.Series) -> pl.DataFrame:
    """Add rows to a table of items or users for ids that it lacks; attributes are null there."""
    seen = ids.rename(column).drop_nulls().unique().sort().to_frame()
    missing = seen.join(table, on=column, how="anti", maintain_order="left")
    return pl.concat([table, missing], how="diagonal") if len(missing) else table


def settle_unknown_items(
    interactions: pl.DataFrame,
    catalogue: pl.DataFrame,
    log: Source,
    column: str,
    table: Source,
    choice: str,
    notes: list[str],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Do with interactions of unknown items what `read_table` was asked to; add a note."""
    seen = interactions.select(pl.col("item_id").unique()).drop_nulls()
    unknown = seen.join(catalogue, on="item_id", how="anti")["item_id"]
    if unknown.is_empty():
        return interactions, catalogue
    hit = interactions["item_id"].is_in(unknown.implode()).fill_null(False)
    count = f"{int(hit.sum()):,} interactions with {len(unknown):,} unknown items"
    if choice == "error":
        row = int(hit.arg_max())
        example = interactions["item_id"][row]
        raise log.error(
            column,
            row,
            f"item {example!r} is not in {table.path.name}, whose ids look like "
            f"{catalogue['item_id'][0]!r} ({count} in all); complete the table, or pass "
            "unknown_items='add', 'drop' or 'keep'",
        )
    if choice == "drop":
        notes.append(f"{count} dropped")
        return interactions.filter(~hit), catalogue
    if choice == "add":
        notes.append(f"{len(unknown):,} unknown items added to the catalogue")
        return interactions, with_missing(catalogue, "item_id", unknown)
    notes.append(f"{count} kept")
    return interactions, catalogue
