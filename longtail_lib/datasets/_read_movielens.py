"""MovieLens folders of any size as a `Dataset`: ratings, the whole catalogue, text and tags."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.data._columns import read_ids, read_ratings, read_timestamps, unique_ids
from longtail_lib.data._own_tables import settle_unknown_items, with_missing
from longtail_lib.data._source import Source, open_source

__all__ = ["CITATION", "LICENCE", "NOTES", "open_csv", "open_dat", "read_movielens"]


LICENCE = (
    "MovieLens data of GroupLens, University of Minnesota: free for research and teaching with "
    "acknowledgement; no commercial use without permission, no implied endorsement, and "
    "redistribution only under the same conditions (see README.txt of the data)"
)
CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. "
    "ACM Transactions on Interactive Intelligent Systems 5, 4, 19:1-19:19. "
    "https://doi.org/10.1145/2827872"
)
NOTES = (
    "Every user rated at least 20 items, so the log has no one-time users. Many rated dozens of "
    "items within minutes, so the order of interactions says little."
)
_YEAR = r"^(.*?)\s*\((\d{4})(?:\s*[-–]\s*(?:\d{4})?)?\)\s*$"
_NO_GENRES = "(no genres listed)"


def read_movielens(path: str | os.PathLike[str], *, tags: int = 5) -> Dataset:
    """Read a folder in MovieLens' layout.

    Parameters
    ----------
    path : str or path
        Folder with `ratings.csv` and `movies.csv`, and perhaps `tags.csv` and `links.csv` (the
        "latest", 20M, 25M and 32M sets), or with `ratings.dat` and `movies.dat`, and perhaps
        `users.dat` and `tags.dat` (1M and 10M).
    tags : int
        How many of an item's most frequent tags go into its text; 0 for none. Tags have no
        train and test part: some were written after the interactions that a split holds out.

    Returns
    -------
    Dataset
        The catalogue is every row of the movies file, rated or not. Its columns: `item_id`
        (int64), `title` (without the year), `text` ("Title (year). Genres: a, b. Tags: c, d"),
        `year` (int64, null where unknown), `genres` ("a|b", empty where none is listed), and
        `imdb_id` and `tmdb_id` where there are links.

    Raises
    ------
    ValueError
        A file is not what MovieLens writes; the message names file, row and column.

    References
    ----------
    F. Maxwell Harper and Joseph A. Konstan. "The MovieLens Datasets: History and Context." ACM
    Transactions on Interactive Intelligent Systems 5(4), 2015.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "ratings.csv").write_text("userId,movieId,rating,timestamp\\n1,2,4.5,99\\n")
    >>> _ = (folder / "movies.csv").write_text("movieId,title,genres\\n2,Heat (1995),A|Crime\\n")
    >>> data = read_movielens(folder)
    >>> data.items["text"][0]
    'Heat (1995). Genres: A, Crime'
    """
    folder = Path(path)
    if not folder.is_dir():
        raise FileNotFoundError(f"no folder {folder}; expected one with ratings.csv and movies.csv")
    open_file = open_csv if (folder / "ratings.csv").is_file() else open_dat
    log, movies = open_file(folder, "ratings"), open_file(folder, "movies")
    if log is None or movies is None:
        lacking = "ratings" if log is None else "movies"
        raise FileNotFoundError(
            f"{folder.name} has no {lacking}.csv (or {lacking}.dat); it is not a MovieLens "
            "folder, or it is incomplete"
        )
    tag_log = open_file(folder, "tags")
    links = open_csv(folder, "links")
    people = open_dat(folder, "users")

    movies, _ = unique_ids(movies, "movieId", "item", lenient=False, notes=[])
    interactions = pl.DataFrame(
        [
            _integers(log, "userId").rename("user_id"),
            _integers(log, "movieId").rename("item_id"),
            read_ratings(log, "rating", lenient=False)[0].rename("rating"),
            read_timestamps(log, "timestamp", lenient=False)[0].rename("timestamp"),
        ]
    )
    items = _items(movies, tag_log, tags)
    if links is not None:
        items = items.join(_links(links), on="item_id", how="left", maintain_order="left")
    settle_unknown_items(interactions, items, log, "movieId", movies, "error", [])
    users = interactions.select(pl.col("user_id").unique().sort())
    if people is not None:
        attributes = people.frame.with_columns(
            _integers(people, "userId").alias("user_id"),
            pl.col("age", "occupation").cast(pl.Int64, strict=False),
        ).drop("userId")
        columns = ["user_id", "gender", "age", "occupation", "zip_code"]
        users = with_missing(attributes.select(columns), "user_id", users["user_id"])
    sources = [source for source in (log, movies, tag_log, links, people) if source is not None]
    return Dataset(
        interactions=interactions,
        items=items,
        users=users,
        card=DatasetCard(
            name=folder.name,
            title=f"MovieLens, {folder.name}",
            licence=LICENCE,
            citation=CITATION,
            source="https://grouplens.org/datasets/movielens/",
            sha256={source.path.name: source.sha256 for source in sources},
            notes=NOTES,
        ),
    )


def _integers(source: Source, column: str) -> pl.Series:
    text, integers = read_ids(source, column, lenient=False)
    if integers is None:
        row = int(text.cast(pl.Int64, strict=False).is_null().arg_max())
        raise source.error(
            column, row, f"{text[row]!r} is not an integer id; read other logs with read_table"
        )
    return integers


def _items(movies: Source, tag_log: Source | None, n_tags: int) -> pl.DataFrame:
    items = movies.frame.select(
        _integers(movies, "movieId").alias("item_id"),
        pl.col("title").str.replace(_YEAR, "$1").str.strip_chars(),
        pl.col("title").str.extract(_YEAR, 2).cast(pl.Int64).alias("year"),
        pl.col("genres").fill_null("").replace(_NO_GENRES, ""),
    )
    columns = ["item_id", "title", "text", "year", "genres"]
    if tag_log is None or n_tags == 0:
        items = items.with_columns(tags=pl.lit(None, dtype=pl.String))
    else:
        items = items.join(
            _frequent_tags(tag_log, n_tags), on="item_id", how="left", maintain_order="left"
        )
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


def _frequent_tags(tag_log: Source, n_tags: int) -> pl.DataFrame:
    """Return the most frequent tags of each item, equal counts in alphabetical order."""
    return (
        tag_log.frame.select(
            _integers(tag_log, "movieId").alias("item_id"),
            pl.col("tag").str.strip_chars().str.to_lowercase(),
        )
        .filter(pl.col("tag").is_not_null() & (pl.col("tag") != ""))
        .group_by("item_id", "tag")
        .len()
        .sort("item_id", "len", "tag", descending=[False, True, False])
        .group_by("item_id", maintain_order=True)
        .agg(pl.col("tag").head(n_tags).str.join(", ").alias("tags"))
    )


def _links(links: Source) -> pl.DataFrame:
    return links.frame.select(
        _integers(links, "movieId").alias("item_id"),
        pl.col("imdbId").alias("imdb_id"),
        pl.col("tmdbId").cast(pl.Int64, strict=False).alias("tmdb_id"),
    )


# Columns of the .csv layout, by which the .dat layout goes as well.
_COLUMNS = {
    "ratings": ["userId", "movieId", "rating", "timestamp"],
    "movies": ["movieId", "title", "genres"],
    "tags": ["userId", "movieId", "tag", "timestamp"],
    "links": ["movieId", "imdbId", "tmdbId"],
    "users": ["userId", "gender", "age", "occupation", "zip_code"],
}


def open_csv(folder: Path, stem: str) -> Source | None:
    """Read `<stem>.csv`, or return None where there is none."""
    path = folder / f"{stem}.csv"
    return open_source(path, _COLUMNS[stem]) if path.is_file() else None


def open_dat(folder: Path, stem: str) -> Source | None:
    """Read `<stem>.dat`, which has no header, or return None where there is none."""
    path = folder / f"{stem}.dat"
    if not path.is_file():
        return None
    if path.stat().st_size == 0:
        raise ValueError(f"{path.name} is empty: expected fields with '::' between them")
    columns = _COLUMNS[stem]
    if stem == "ratings":
        # Millions of rows of numbers: a colon as the separator leaves every second field empty.
        wide = pl.read_csv(
            path, separator=":", has_header=False, infer_schema=False, truncate_ragged_lines=True
        )
        if wide.width < 2 * len(columns) - 1:
            raise _width_error(path, 1, columns)
        frame = wide.select(pl.nth(2 * place).alias(column) for place, column in enumerate(columns))
    else:
        raw = path.read_bytes()
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
        rows = []
        for line, content in enumerate(text.split("\n"), start=1):
            content = content.removesuffix("\r")
            if not content:
                continue
            fields = content.split("::")
            # A title or a tag may itself hold "::"; the ids stand before it.
            if len(fields) < len(columns):
                raise _width_error(path, line, columns)
            before = columns.index("title") if "title" in columns else 2
            surplus = len(fields) - len(columns)
            middle = "::".join(fields[before : before + surplus + 1])
            rows.append([*fields[:before], middle, *fields[before + surplus + 1 :]])
        frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    return Source(path, frame, None, "utf-8", is_text=True)


def _width_error(path: Path, line: int, columns: list[str]) -> ValueError:
    return ValueError(
        f"{path.name}, row {line}: expected {len(columns)} fields ({', '.join(columns)}) with "
        "'::' between them"
    )
