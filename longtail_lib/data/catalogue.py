"""The catalogue and the table of users from a file: ids, title, text and attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from longtail_lib.data.columns import read_attribute, read_ids
from longtail_lib.data.source import Source, open_source

__all__ = ["join_text", "read_catalogue", "read_user_table", "unique_ids"]

# Stands between two pieces until it is known whether the first ends a sentence.
_SEAM = "\x1f"

Ids = tuple[pl.Series, pl.Series | None]


def read_catalogue(
    path: Any,
    item_id: str,
    *,
    title: str | None,
    text: str | Sequence[str] | None,
    notes: list[str],
    **reading: Any,
) -> tuple[Source, Ids, list[pl.Series]]:
    """Read the table of items.

    Returns
    -------
    source : Source
    ids : tuple of polars.Series
        Ids as text, and as integers or None.
    attributes : list of polars.Series
        `title` and `text` where asked for, then all other columns. A column of the file that
        has one of these names, or `item_id`, without being meant by it gets "_original" after
        its name.

    Raises
    ------
    ValueError
        A missing or repeated id, unless reading is lenient; a missing column.
    """
    texts = [text] if isinstance(text, str) else list(text or ())
    arguments = dict.fromkeys(texts, "text")
    if title is not None:
        arguments[title] = "title"
    arguments[item_id] = "item_id"
    source, ids = _read(path, item_id, "item", arguments, notes, **reading)
    new: list[pl.Series] = []
    if title is not None:
        new.append(_filled(source.frame[title]).rename("title"))
    if texts:
        new.append(join_text([source.frame[column] for column in texts]).rename("text"))
    used = {item_id, title} - {None}
    return source, ids, [*new, *_attributes(source, used, {"item_id", *(s.name for s in new)})]


def read_user_table(
    path: Any, user_id: str, *, notes: list[str], **reading: Any
) -> tuple[Source, Ids, list[pl.Series]]:
    """Read the table of users; as `read_catalogue`, without title and text."""
    source, ids = _read(path, user_id, "user", {user_id: "user_id"}, notes, **reading)
    return source, ids, _attributes(source, {user_id}, {"user_id"})


def join_text(pieces: Sequence[pl.Series]) -> pl.Series:
    """Join columns of text, sentence by sentence; nulls and blanks are skipped.

    Parameters
    ----------
    pieces : sequence of polars.Series, each of shape (n,)

    Returns
    -------
    polars.Series of String, shape (n,)
        Null where every piece is.

    Examples
    --------
    >>> import polars as pl
    >>> join_text([pl.Series(["Lamp", "Rug!", None]), pl.Series(["Warm.", "Red", " "])]).to_list()
    ['Lamp. Warm.', 'Rug! Red', None]
    """
    frame = pl.DataFrame([_filled(piece).rename(str(place)) for place, piece in enumerate(pieces)])
    joined = (
        pl.concat_str(pl.all(), separator=_SEAM, ignore_nulls=True)
        .str.replace_all(f"([.!?]){_SEAM}", "$1 ")
        .str.replace_all(_SEAM, ". ", literal=True)
    )
    return frame.select(
        pl.when(pl.all_horizontal(pl.all().is_null())).then(None).otherwise(joined).alias("text")
    ).to_series()


def _read(
    path: Any, column: str, what: str, arguments: dict[str, str], notes: list[str], **reading: Any
) -> tuple[Source, Ids]:
    source = open_source(path, arguments, others=True, arguments=arguments, **reading)
    lenient = reading["lenient"]
    if not lenient and source.is_text and source.frame.to_series(-1).null_count():
        source.check_row_widths()
    return unique_ids(source, column, what, lenient=lenient, notes=notes)


def unique_ids(
    source: Source, column: str, what: str, *, lenient: bool, notes: list[str]
) -> tuple[Source, Ids]:
    """Read ids of which each is there once; return them with the rows that are kept.

    Raises
    ------
    ValueError
        A missing or repeated id, unless `lenient`, which keeps the first and adds a note.
    """
    text, integers = read_ids(source, column, lenient=lenient)
    good = text.is_not_null() & text.is_first_distinct()
    if good.all():
        return source, (text, integers)
    row = int((~good).arg_max())
    if not lenient:
        first = int((text == text[row]).fill_null(False).arg_max())
        raise source.error(
            column,
            row,
            f"{what} {text[row]!r} is already in row {source.line(first)}; one row per {what}, "
            'so remove one, or pass on_error="null" to keep the first',
            others=int((~good).sum()) - 1,
        )
    notes.append(f"{int((~good).sum()):,} repeated or nameless rows of {source.path.name} left out")
    integers = None if integers is None else integers.filter(good)
    return replace(source, frame=source.frame.filter(good)), (text.filter(good), integers)


def _attributes(source: Source, used: set[str], taken: set[str]) -> list[pl.Series]:
    """Return the columns that are not used up, with names that are not taken."""
    series = []
    for column in source.frame.columns:
        if column in used:
            continue
        name = f"{column}_original" if column in taken else column
        series.append(read_attribute(source, column).rename(name))
    return series


def _filled(column: pl.Series) -> pl.Series:
    """Return text with blanks as nulls."""
    text = column.cast(pl.String).str.strip_chars()
    return text.set((text == "").fill_null(False), None)
