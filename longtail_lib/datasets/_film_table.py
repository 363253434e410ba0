"""Titles, genres and tags as a table of items with one text each."""

from __future__ import annotations

import polars as pl

from longtail_lib.data._source import Source

__all__ = ["film_table", "frequent_tags"]

_YEAR = r"^(.*?)\s*\((\d{4})(?:\s*[-–]\s*(?:\d{4})?)?\)\s*$"
_NO_GENRES = "(no genres listed)"


def film_table(movies: Source, ids: pl.Series, tags: pl.DataFrame | None) -> pl.DataFrame:
    """Return films as items: titles without the year, the year, genres, and a text of all."""
    items = movies.frame.select(
        ids.alias("item_id"),
        pl.col("title").str.replace(_YEAR, "$1").str.strip_chars(),
        pl.col("title").str.extract(_YEAR, 2).cast(pl.Int64).alias("year"),
        pl.col("genres").fill_null("").replace(_NO_GENRES, ""),
    )
    columns = ["item_id", "title", "text", "year", "genres"]
    if tags is None:
        items = items.with_columns(tags=pl.lit(None, dtype=pl.String))
    else:
        items = items.join(tags, on="item_id", how="left", maintain_order="left")
    genres = pl.col("genres").str.replace_all("|", ", ", literal=True)
    heading = (
        pl.when(pl.col("year").is_null())
        .then("title")
        .otherwise(pl.format("{} ({})", "title", "year"))
    )
    text = pl.concat_str(
        heading,
        pl.when(genres != "").then(pl.format("Genres: {}", genres)),
        pl.when(pl.col("tags").is_not_null()).then(pl.format("Tags: {}", "tags")),
        separator=". ",
        ignore_nulls=True,
    )
    return items.with_columns(text=text).select(columns)


def frequent_tags(tagged: pl.DataFrame, n_tags: int) -> pl.DataFrame:
    """Return the most frequent tags of each item, equal counts in alphabetical order."""
    return (
        tagged.select("item_id", pl.col("tag").str.strip_chars().str.to_lowercase())
        .filter(pl.col("tag").is_not_null() & (pl.col("tag") != ""))
        .group_by("item_id", "tag")
        .len()
        .sort("item_id", "len", "tag", descending=[False, True, False])
        .group_by("item_id", maintain_order=True)
        .agg(pl.col("tag").head(n_tags).str.join(", ").alias("tags"))
    )
