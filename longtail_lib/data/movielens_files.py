"""The files of a MovieLens folder in either layout: comma-separated, or `::` between fields."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from longtail_lib.data.source import Source, open_source

__all__ = ["open_csv", "open_dat"]

# Columns of the .csv layout, by which the .dat layout goes as well.
_COLUMNS = {
    "ratings": ["userId", "movieId", "rating", "timestamp"],
    "movies": ["movieId", "title", "genres"],
    "tags": ["userId", "movieId", "tag", "timestamp"],
    "links": ["movieId", "imdbId", "tmdbId"],
    "users": ["userId", "gender", "age", "occupation", "zip_code"],
}


def open_csv(folder: Path, stem: str) -> Source | None:
    """Read `<stem>.csv`, or return None where there is none.

    Raises
    ------
    ValueError
        A missing column, or unreadable rows.
    """
    path = folder / f"{stem}.csv"
    return open_source(path, _COLUMNS[stem]) if path.is_file() else None


def open_dat(folder: Path, stem: str) -> Source | None:
    """Read `<stem>.dat`, which has no header, or return None where there is none.

    The 1M set is in Latin-1, the 10M set in UTF-8.

    Raises
    ------
    ValueError
        A row with another number of fields.
    """
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
