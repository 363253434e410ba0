"""One's own log as a `Dataset`: CSV, TSV, JSON Lines or Parquet, columns named by the caller."""

from __future__ import annotations

import os
from collections.abc import Sequence

from longtail_lib._parameters import Nullable, Satisfies, constrained
from longtail_lib.data._dataset import Dataset, DatasetCard
from longtail_lib.data._own_tables import own_tables

__all__ = ["read_table"]


def _is_separator(value: object) -> bool:
    return isinstance(value, str) and value != "" and not set(value) & set('"\r\n')


def _is_quote(value: object) -> bool:
    return isinstance(value, str) and len(value) == 1 and value.isascii() and value.isprintable()


def _are_names(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(type(v) is str for v in value)


_NAMES = Nullable(
    Satisfies("a list of names, one for each column of the file", _are_names),
    " where the file has a header",
)


@constrained(
    separator=Nullable(
        Satisfies("one or several characters, no quotes and no line breaks", _is_separator)
    ),
    quote=Nullable(Satisfies("one ASCII character", _is_quote), " where quotes mean nothing"),
    columns=_NAMES,
    item_columns=_NAMES,
    user_columns=_NAMES,
)
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
    quote: str | None = '"',
    columns: Sequence[str] | None = None,
    item_columns: Sequence[str] | None = None,
    user_columns: Sequence[str] | None = None,
    name: str | None = None,
    encoding: str = "utf-8",
    on_error: str = "raise",
    unknown_items: str = "error",
) -> Dataset:
    """Read your own interaction log, and the tables of items and users that go with it.

    Parameters
    ----------
    path : str or path
        The log, one row an interaction: `.csv`, `.tsv`, `.tab`, JSON Lines as `.jsonl`, `.ndjson`
        or `.json` (each also with `.gz`), or `.parquet`. `~` is your home folder.
    user, item : str
        Columns that hold the ids. Ids stay as they are: an integer column gives int64, anything
        else text. Parquet and JSON say which; in CSV and TSV a column is an integer column when
        every value is written as a plain integer, so that "007" keeps the whole column text.
        Where log and table differ, both become text. An id such as "NA" or "1.23E+11" is kept,
        and told.
    rating : str or None
        Column of numbers; true and false are 1 and 0.
    timestamp : str or None
        Column of times: seconds, milliseconds, microseconds or nanoseconds since 1970, ISO 8601
        text, or datetimes. The unit is found by size (below 1e11 seconds, below 1e14
        milliseconds, below 1e17 microseconds) and must be one for the whole column. Where every
        number spells a date as YYYYMMDD, YYYYMMDDHH, YYYYMMDDHHMM or YYYYMMDDHHMMSS, it is that
        date. A time without an offset is UTC.
    items : str or path, optional
        Table of the catalogue, one row an item, in any of the formats of `path`. Without it the
        catalogue is the items of the log.
    item_id : str or None
        Id column of `items`; the same name as `item` where not given.
    text : str or list of str, optional
        Columns of `items` joined into the column `text`, sentence by sentence; lists of texts are
        joined as well, and what is empty is skipped.
    title : str or None
        Column of `items` that becomes `title`. All other columns are kept as attributes.
    users : str or path, optional
        Table of users and their attributes. Users of the log that it lacks are added.
    user_id : str or None
        Id column of `users`; the same name as `user` where not given.
    separator : str or None
        What stands between the fields of every delimited file, one character or several such as
        "::"; by default a comma for `.csv`, a tab for `.tsv`.
    quote : str or None
        What stands around fields that hold a separator or a line break; None where quotes mean
        nothing, as they do beside a separator of several characters. A field with line breaks or
        of more than 4,000 characters is told, because a stray quote swallows the rows after it.
    columns, item_columns, user_columns : list of str, optional
        Names for the columns of the log, of `items` and of `users`, in the file's order, where
        the file has no header; its first line is then a row.
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
        (float64) and `timestamp` (seconds UTC), in the file's order. Seconds are int64 where all
        are whole, else float64, which holds the present to a quarter of a microsecond. Without
        tables, users and items are in ascending order.

    Raises
    ------
    ValueError
        Whatever is wrong with a file. The message names the file, the column and the row: in CSV
        and TSV the line, counted from 1 with the header; in Parquet and JSON Lines the row,
        counted from 1.
    TypeError
        A frame instead of a path; `Dataset.from_frame` takes it.

    Warns
    -----
    UserWarning
        What was read as it stands and was hardly meant so: a field that has swallowed rows, an id
        such as "NA". The card's notes say it too.

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
    >>> _ = (folder / "plays.dat").write_text("7::lamp::2\\n9::rug::1\\n")
    >>> plays = read_table(
    ...     folder / "plays.dat", separator="::", columns=["who", "what", "plays"],
    ...     user="who", item="what", rating="plays",
    ... )
    >>> plays.interactions.rows()
    [(7, 'lamp', 2.0), (9, 'rug', 1.0)]
    """
    tables = own_tables(
        path,
        user=user,
        item=item,
        rating=rating,
        timestamp=timestamp,
        items=items,
        item_id=item_id,
        text=text,
        title=title,
        users=users,
        user_id=user_id,
        separator=separator,
        quote=quote,
        columns=columns,
        item_columns=item_columns,
        user_columns=user_columns,
        encoding=encoding,
        on_error=on_error,
        unknown_items=unknown_items,
    )
    sources = tables.sources
    return Dataset(
        interactions=tables.interactions,
        items=tables.items,
        users=tables.users,
        card=DatasetCard(
            name=name or sources[0].path.name.split(".")[0],
            title=f"Your own log, {sources[0].path.name}",
            licence="your own data",
            source=", ".join(source.path.name for source in sources),
            sha256={source.path.name: source.sha256 for source in sources},
            notes=tables.notes,
        ),
    )
