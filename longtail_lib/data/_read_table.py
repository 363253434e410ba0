"""One's own log as a `Dataset`: CSV, TSV or Parquet, columns named by the caller."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import polars as pl

from longtail_lib._parameters import Options, constrained
from longtail_lib.data._columns import (
    read_catalogue,
    read_ids,
    read_ratings,
    read_timestamps,
    read_user_table,
)
from longtail_lib.data._dataset import Dataset, DatasetCard
from longtail_lib.data._epoch import MIXED, UNREADABLE
from longtail_lib.data._source import Source, open_source

__all__ = ["read_table", "settle_unknown_items", "with_missing"]

_ON_ERROR = ("raise", "null")
_UNKNOWN_ITEMS = ("error", "drop", "add", "keep")


@constrained(on_error=Options(*_ON_ERROR), unknown_items=Options(*_UNKNOWN_ITEMS))
def read_table(
    path: str | os.PathLike[str],
    *,
    user: str,
    item: str,
    rating: str | None = None,
    timestamp: str | None = None,
    items: str | os.PathLike[str] | None = None,
    item_id: str | None = None,
    text: str | Sequence[str] | None = None,
    title: str | None = None,
    users: str | os.PathLike[str] | None = None,
    user_id: str | None = None,
    separator: str | None = None,
    name: str | None = None,
    encoding: str = "utf-8",
    on_error: str = "raise",
    unknown_items: str = "error",
) -> Dataset:
    """Read your own interaction log, and the tables of items and users that go with it.

    Parameters
    ----------
    path : str or path
        The log, one row an interaction: `.csv`, `.tsv`, `.tab` (also with `.gz`) or `.parquet`.
    user, item : str
        Columns that hold the ids. Ids stay as they are: an integer column gives int64, anything
        else text. Parquet says which; in CSV and TSV a column is an integer column when every
        value is written as a plain integer, so that "007" keeps the whole column text. Where
        log and table differ, both become text.
    rating : str or None
        Column of numbers.
    timestamp : str or None
        Column of times: seconds, milliseconds, microseconds or nanoseconds since 1970, ISO 8601
        text, or datetimes. The unit is found by size (below 1e11 seconds, below 1e14
        milliseconds, below 1e17 microseconds) and must be one for the whole column. A time
        without an offset is UTC.
    items : str or path, optional
        Table of the catalogue, one row an item, in any of the formats of `path`. Without it the
        catalogue is the items of the log.
    item_id : str or None
        Id column of `items`; the same name as `item` where not given.
    text : str or list of str, optional
        Columns of `items` joined into the column `text`, sentence by sentence; empty ones are
        skipped.
    title : str or None
        Column of `items` that becomes `title`. All other columns are kept as attributes.
    users : str or path, optional
        Table of users and their attributes. Users of the log that it lacks are added.
    user_id : str or None
        Id column of `users`; the same name as `user` where not given.
    separator : str or None
        One character for every delimited file; by default a comma for `.csv`, a tab for `.tsv`.
    name : str or None
        Name of the dataset; the file's name where not given.
    encoding : str
        Of delimited files.
    on_error : {"raise", "null"}
        What to do with a value that is missing or unreadable. "raise" refuses the file and
        names the place. "null" keeps the row with a null, cuts surplus fields off, reads each
        timestamp by its own size, and keeps the first of repeated catalogue rows; the card's
        notes count all this, and `longtail_lib.preprocessing.prepare` reports what it drops.
    unknown_items : {"error", "drop", "add", "keep"}
        What to do with interactions whose item is not in `items`: refuse the log, drop them,
        add the items to the catalogue without attributes, or keep the interactions and leave
        the catalogue alone, so that `prepare` reports them.

    Returns
    -------
    Dataset
        polars frames. `interactions` has `user_id`, `item_id` and, where named, `rating`
        (float64) and `timestamp` (int64 seconds UTC), in the file's order. Without tables, users
        and items are in ascending order.

    Raises
    ------
    FileNotFoundError
        A file that is not there.
    ValueError
        Anything else that is wrong with a file. The message names the file, the column and the
        row: in CSV and TSV the line, counted from 1 with the header; in Parquet the row,
        counted from 1.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "log.csv").write_text("uid,sku,stars\\n7,lamp,4\\n7,rug,5\\n9,lamp,2\\n")
    >>> _ = (folder / "shop.csv").write_text("sku,what,more\\nlamp,Lamp,Warm\\nrug,Rug,\\nbed,Bed,")
    >>> data = read_table(
    ...     folder / "log.csv", user="uid", item="sku", rating="stars",
    ...     items=folder / "shop.csv", title="what", text=["what", "more"],
    ... )
    >>> data
    Dataset 'log': 3 interactions, 2 users, 3 items
    >>> data.items["text"].to_list()
    ['Lamp. Warm', 'Rug', 'Bed']
    """
    _check_needs(items, {"item_id": item_id, "text": text, "title": title}, "items")
    _check_needs(users, {"user_id": user_id}, "users")
    lenient = on_error == "null"
    reading: dict[str, Any] = {"separator": separator, "encoding": encoding, "lenient": lenient}
    named = {"user": user, "item": item, "rating": rating, "timestamp": timestamp}
    named = {argument: column for argument, column in named.items() if column is not None}
    log = open_source(
        path,
        named.values(),
        arguments={column: argument for argument, column in named.items()},
        **reading,
    )
    notes: list[str] = []
    log_users = read_ids(log, user, lenient=lenient)
    log_items = read_ids(log, item, lenient=lenient)
    sources = [log]
    if items is None:
        item_ids, catalogue = _plain(log_items, "item_id")
    else:
        source, ids, attributes = read_catalogue(
            items, item_id or item, title=title, text=text, notes=notes, **reading
        )
        sources.append(source)
        item_ids, keys = _same_type(log_items, ids)
        catalogue = pl.DataFrame([keys.rename("item_id"), *attributes])
    if users is None:
        user_ids, user_table = _plain(log_users, "user_id")
    else:
        source, ids, attributes = read_user_table(users, user_id or user, notes=notes, **reading)
        sources.append(source)
        user_ids, keys = _same_type(log_users, ids)
        user_table = pl.DataFrame([keys.rename("user_id"), *attributes])
        user_table = with_missing(user_table, "user_id", user_ids)

    columns = [user_ids.rename("user_id"), item_ids.rename("item_id")]
    for what, series in (("user ids", user_ids), ("item ids", item_ids)):
        if series.null_count():
            notes.append(f"{series.null_count():,} {what} are missing")
    if rating is not None:
        numbers, broken = read_ratings(log, rating, lenient=lenient)
        columns.append(numbers.rename("rating"))
        if numbers.null_count():
            notes.append(
                f"{numbers.null_count():,} ratings are null ({broken:,} were not a number)"
            )
    if timestamp is not None:
        seconds, counts = read_timestamps(log, timestamp, lenient=lenient)
        columns.append(seconds.rename("timestamp"))
        if MIXED in counts or UNREADABLE in counts:
            said = ", ".join(f"{n:,} {unit}" for unit, n in counts.items() if unit != MIXED)
            notes.append(f"timestamps were read by their own size: {said}")
    interactions = pl.DataFrame(columns)
    if items is not None:
        interactions, catalogue = settle_unknown_items(
            interactions, catalogue, log, item, sources[1], unknown_items, notes
        )
    first = log.path.name.split(".")[0]
    return Dataset(
        interactions=interactions,
        items=catalogue,
        users=user_table,
        card=DatasetCard(
            name=name or first,
            title=f"Your own log, {log.path.name}",
            licence="your own data",
            source=", ".join(source.path.name for source in sources),
            sha256={source.path.name: source.sha256 for source in sources},
            notes="; ".join(notes),
        ),
    )


def _check_needs(table: Any, given: dict[str, Any], name: str) -> None:
    if table is None:
        for parameter, value in given.items():
            if value is not None:
                raise ValueError(
                    f"{parameter}={value!r} names a column of the table of {name}; "
                    f"pass {name}=<file> as well"
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
