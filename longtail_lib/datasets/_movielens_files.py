"""The files of a MovieLens folder, in the three layouts that GroupLens has used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from longtail_lib.data._source import Source, open_source
from longtail_lib.datasets._unquoted_text import open_unquoted, text_lines

__all__ = ["open_dat", "open_movielens"]

# Columns of the .csv layout, by which the others go as well.
_COLUMNS = {
    "ratings": ["userId", "movieId", "rating", "timestamp"],
    "movies": ["movieId", "title", "genres"],
    "tags": ["userId", "movieId", "tag", "timestamp"],
    "links": ["movieId", "imdbId", "tmdbId"],
    "users": ["userId", "gender", "age", "occupation", "zip_code"],
}


# Genres of u.item in the order of their columns, as u.genre and the README of 100K list them.
_GENRES = [
    *("unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime"),
    *("Documentary", "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery"),
    *("Romance", "Sci-Fi", "Thriller", "War", "Western"),
]
_PLAIN = {
    "ratings": ("u.data", "\t", _COLUMNS["ratings"]),
    "movies": ("u.item", "|", ["movieId", "title", "released", "video", "url", *_GENRES]),
    "users": ("u.user", "|", ["userId", "age", "gender", "occupation", "zip_code"]),
}


def open_movielens(folder: Path, stem: str) -> Source | None:
    """Read ratings, movies, tags, links or users of a folder; None where it has no such file."""
    if (folder / "ratings.csv").is_file():
        return _open_csv(folder, stem) if stem != "users" else None
    if (folder / "u.data").is_file():
        return _open_plain(folder, stem)
    return open_dat(folder / f"{stem}.dat", _COLUMNS[stem]) if stem != "links" else None


def _open_plain(folder: Path, stem: str) -> Source | None:
    """Read a file of the 100K layout: no header, Latin-1, genres as columns of 0 and 1."""
    name, separator, columns = _PLAIN.get(stem, ("", "", []))
    path = folder / name
    if not name or not path.is_file():
        return None
    source = open_unquoted(path, separator, columns)
    if stem == "movies":
        marked = [pl.when(pl.col(genre) == "1").then(pl.lit(genre)) for genre in _GENRES[1:]]
        genres = pl.concat_str(marked, separator="|", ignore_nulls=True)
        return replace(source, frame=source.frame.select("movieId", "title", genres=genres))
    return source


def _open_csv(folder: Path, stem: str) -> Source | None:
    """Read `<stem>.csv`, or return None where there is none."""
    path = folder / f"{stem}.csv"
    return open_source(path, _COLUMNS[stem]) if path.is_file() else None


def open_dat(path: Path, columns: list[str]) -> Source | None:
    """Read a file with `::` between fields and no header, or return None where there is none."""
    if not path.is_file():
        return None
    if path.stat().st_size == 0:
        raise ValueError(f"{path.name} is empty: expected fields with '::' between them")
    if "rating" in columns:
        return open_unquoted(path, "::", columns)
    # A title or a tag may itself hold "::"; the ids stand before it.
    before = columns.index("title") if "title" in columns else 2
    rows = []
    for line, content in enumerate(text_lines(path), start=1):
        if not content:
            continue
        fields = content.split("::")
        surplus = len(fields) - len(columns)
        if surplus < 0:
            raise _width_error(path, line, columns)
        middle = "::".join(fields[before : before + surplus + 1])
        rows.append([*fields[:before], middle, *fields[before + surplus + 1 :]])
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    return Source(path, frame, is_text=True)


def _width_error(path: Path, line: int, columns: list[str]) -> ValueError:
    return ValueError(
        f"{path.name}, row {line}: expected {len(columns)} fields ({', '.join(columns)}) with "
        "'::' between them"
    )
