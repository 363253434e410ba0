"""MovieLens folders of any size as a `Dataset`: ratings, the whole catalogue, text and tags."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.data._columns import (
    read_attribute,
    read_integers,
    read_ratings,
    read_timestamps,
    unique_ids,
)
from longtail_lib.data._download import Published
from longtail_lib.data._own_tables import settle_unknown_items, with_missing
from longtail_lib.data._source import Source
from longtail_lib.datasets._film_table import film_table, frequent_tags
from longtail_lib.datasets._movielens_files import open_movielens
from longtail_lib.datasets._ready_dataset import ReadyDataset

__all__ = ["MOVIELENS", "read_movielens"]


def read_movielens(path: str | os.PathLike[str], *, tags: int = 5) -> Dataset:
    """Read a folder in MovieLens' layout.

    Parameters
    ----------
    path : str or path
        Folder with `ratings.csv` and `movies.csv`, and perhaps `tags.csv` and `links.csv` (the
        "latest", 20M, 25M and 32M sets), or with `ratings.dat` and `movies.dat`, and perhaps
        `users.dat` and `tags.dat` (1M and 10M), or with `u.data`, `u.item` and `u.user` (100K).
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
    log, movies = open_movielens(folder, "ratings"), open_movielens(folder, "movies")
    if log is None or movies is None:
        lacking = "ratings" if log is None else "movies"
        raise FileNotFoundError(
            f"{folder.name} has no {lacking}.csv (or {lacking}.dat); it is not a MovieLens "
            "folder, or it is incomplete"
        )
    tag_log = open_movielens(folder, "tags")
    links = open_movielens(folder, "links")
    people = open_movielens(folder, "users")

    movies, _ = unique_ids(movies, "movieId", "item", lenient=False, notes=[])
    interactions = pl.DataFrame(
        [
            read_integers(log, "userId").rename("user_id"),
            read_integers(log, "movieId").rename("item_id"),
            read_ratings(log, "rating", lenient=False)[0].rename("rating"),
            read_timestamps(log, "timestamp", lenient=False)[0].rename("timestamp"),
        ]
    )
    frequent = None
    if tag_log is not None and tags:
        tagged = read_integers(tag_log, "movieId").alias("item_id").to_frame()
        frequent = frequent_tags(tagged.with_columns(tag_log.frame["tag"]), tags)
    items = film_table(movies, read_integers(movies, "movieId"), frequent)
    if links is not None:
        items = items.join(_links(links), on="item_id", how="left", maintain_order="left")
    settle_unknown_items(interactions, items, log, "movieId", movies, "error", [])
    users = interactions.select(pl.col("user_id").unique().sort())
    if people is not None:
        attributes = people.frame.with_columns(
            read_integers(people, "userId").alias("user_id"),
            read_attribute(people, "age"),
            read_attribute(people, "occupation"),
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
            licence=_LICENCE,
            citation=_CITATION,
            source="https://grouplens.org/datasets/movielens/",
            sha256={source.path.name: source.sha256 for source in sources},
            notes=_NOTES,
        ),
    )


def _links(links: Source) -> pl.DataFrame:
    return links.frame.select(
        read_integers(links, "movieId").alias("item_id"),
        pl.col("imdbId").alias("imdb_id"),
        pl.col("tmdbId").cast(pl.Int64, strict=False).alias("tmdb_id"),
    )


_LICENCE = (
    "MovieLens data of GroupLens, University of Minnesota: free for research and teaching with "
    "acknowledgement; no commercial use without permission, no implied endorsement, and "
    "redistribution only under the same conditions (see README.txt of the data)"
)
_CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. "
    "ACM Transactions on Interactive Intelligent Systems 5, 4, 19:1-19:19. "
    "https://doi.org/10.1145/2827872"
)
_NOTES = (
    "Every user rated at least 20 items, so the log has no one-time users. Many rated dozens of "
    "items within minutes, so the order of interactions says little."
)
_CSV = ("ratings.csv", "movies.csv", "tags.csv", "links.csv")
_SHA256 = {
    "ratings.csv": "aa289ca83157595d0df6aea1be6a4ded676ddc4385472e8313a8ed9805352646",
    "movies.csv": "5a5f32dd9bb3797b8e728a1b98958789d2b13f294a69fdfbc5727f8a9611aa07",
    "tags.csv": "92a9f8bb7916dceef6151209845788c3643f794dfa79d1feaec7121b5960399d",
    "links.csv": "97ad18e4e56a09363c65676b6cb3482ce3e2cea2372a24620c1599c843325f31",
}


def _release(
    name: str,
    title: str,
    figures: str,
    folder: str,
    files: tuple[str, ...],
    *,
    md5: str = "",
    sha256: Mapping[str, str] | None = None,
    largest: int = 64 * 1024**2,
) -> ReadyDataset:
    """Describe one release of MovieLens; its md5 is in a file beside the archive."""
    url = f"https://files.grouplens.org/datasets/movielens/{folder}.zip"
    return ReadyDataset(
        card=DatasetCard(
            name=name,
            title=f"{title}: {figures}",
            licence=_LICENCE,
            citation=_CITATION,
            source=url,
            sha256=sha256 or {},
            notes=_NOTES,
        ),
        read=read_movielens,
        published=Published(
            title=title,
            folder=folder,
            url=url,
            paths={file: f"{folder}/{file}" for file in files},
            sha256=sha256 or {},
            checksum=md5 and f"md5:{md5}",
            largest=largest,
        ),
    )


MOVIELENS = (
    _release(
        "movielens-small",
        "MovieLens latest-small",
        "100,836 real ratings of 9,742 films",
        "ml-latest-small",
        _CSV,
        sha256=_SHA256,
    ),
    _release(
        "movielens-100k",
        "MovieLens 100K",
        "100,000 ratings of 1,682 films, 1997 to 1998",
        "ml-100k",
        ("u.data", "u.item", "u.user"),
        md5="0e33842e24a9c977be4e0107933c0723",
    ),
    _release(
        "movielens-1m",
        "MovieLens 1M",
        "1,000,209 ratings of 3,883 films, 2000 to 2003",
        "ml-1m",
        ("ratings.dat", "movies.dat", "users.dat"),
        md5="c4d9eecfca2ab87c1945afe126590906",
    ),
    _release(
        "movielens-25m",
        "MovieLens 25M",
        "25,000,095 ratings of 62,423 films, 1995 to 2019",
        "ml-25m",
        _CSV,
        md5="6b51fb2759a8657d3bfcbfc42b592ada",
        largest=1024**3,
    ),
)
