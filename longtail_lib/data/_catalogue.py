"""Tables of items and users: ids of which each is there once, texts and attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from longtail_lib.data._columns import Ids, read_attribute, tell_of_odd_ids, unique_ids
from longtail_lib.data._source import Source, open_source, tell

__all__ = ["join_text", "read_catalogue", "read_user_table"]


# Stands between two pieces until it is known whether the first ends a sentence.
_SEAM = "\x1f"


def read_catalogue(
    path: Any,
    item_id: str,
    *,
    title: str | None,
    text: str | Sequence[str] | None,
    notes: list[str],
    **reading: Any,
) -> tuple[Source, Ids, list[pl.Series]]:
    """Read the table of items."""
    texts = [text] if isinstance(text, str) else list(text or ())
    arguments = dict.fromkeys(texts, "text")
    if title is not None:
        arguments[title] = "title"
    arguments[item_id] = "item_id"
    source, ids = _read(path, item_id, "item", arguments, notes, **reading)
    new: list[pl.Series] = []
    for column in {title, *texts} - {None}:
        kind = source.frame[column].dtype
        if (kind.inner if isinstance(kind, pl.List | pl.Array) else kind).is_nested():
            raise ValueError(
                f"{source.path.name}, column {column!r} (argument {arguments[column]}): {kind} is "
                "no text; name columns of text or of lists of texts"
            )
    if title is not None:
        new.append(join_text([source.frame[title]]).rename("title"))
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
    """Join columns of text or of lists of texts, sentence by sentence; blanks are skipped."""
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
    for note in source.notes:
        tell(notes, note)
    lenient = reading["lenient"]
    if not lenient and source.is_text:
        source.check_row_widths()
    source, ids = unique_ids(source, column, what, lenient=lenient, notes=notes)
    tell_of_odd_ids(source, column, ids, notes)
    return source, ids


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
    """Return text with blanks as nulls, the texts of a list with seams between them."""
    if isinstance(column.dtype, pl.List | pl.Array):
        pieces = pl.element().cast(pl.String).str.strip_chars()
        lists = column.cast(pl.List(column.dtype.inner))
        column = lists.list.eval(pieces.filter(pieces != "")).list.join(_SEAM)
    text = column.cast(pl.String).str.strip_chars()
    return text.set((text == "").fill_null(False), None)
