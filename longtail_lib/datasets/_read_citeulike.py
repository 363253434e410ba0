"""CiteULike: which articles people keep in their libraries, with titles and abstracts."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.data._download import Published
from longtail_lib.data._source import Source, open_source
from longtail_lib.datasets._ready_dataset import ReadyDataset, dataset_of
from longtail_lib.datasets._unquoted_text import text_lines

__all__ = ["CITEULIKE", "read_citeulike"]

_TABLE, _TEXTS = "raw-data.csv", "rawtext.dat"


def read_citeulike(path: str | os.PathLike[str]) -> Dataset:
    """Read a folder of citeulike-a or citeulike-t.

    Parameters
    ----------
    path : str or path
        Folder with `users.dat`, one user a line: how many articles, then their numbers from 0;
        and with `raw-data.csv` (citeulike-a: numbers from 1, title, abstract) or `rawtext.dat`
        (citeulike-t: a heading and a text for each article, by turns).

    Returns
    -------
    Dataset
        `user_id` and `item_id` count lines and articles from 0. There are no ratings and no times.
        `items` have `text` and, for citeulike-a, `title`.

    Raises
    ------
    ValueError
        A line that is not what it should be; the message names file and row.

    References
    ----------
    Hao Wang, Binyi Chen and Wu-Jun Li. "Collaborative Topic Regression with Social Regularization
    for Tag Recommendation." IJCAI 2013.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "users.dat").write_text("2 0 1\\n1 1\\n")
    >>> _ = (folder / "rawtext.dat").write_text("###0\\nOn tails\\n###1\\nOn heads\\n")
    >>> data = read_citeulike(folder)
    >>> data.interactions.rows(), data.items["text"].to_list()
    ([(0, 0), (0, 1), (1, 1)], ['On tails', 'On heads'])
    """
    folder = Path(path)
    for names in (("users.dat",), (_TABLE, _TEXTS)):
        if not any((folder / name).is_file() for name in names):
            raise FileNotFoundError(
                f"{folder} has no {' or '.join(names)}; name a folder of citeulike-a or -t"
            )
    log = _libraries(folder / "users.dat")
    is_a = (folder / _TABLE).is_file()
    items = _articles(folder / _TABLE) if is_a else _texts(folder / _TEXTS)
    texts = {"title": "title", "text": ["title", "abstract"]} if is_a else {"text": "text"}
    card = next(one.card for one in CITEULIKE if one.card.name.endswith("-a") is is_a)
    return dataset_of(card, log, items, user="user_id", item="item_id", **texts)


def _libraries(path: Path) -> Source:
    """Read lines that begin with a count and go on with as many articles."""
    users, items = [], []
    for user, line in enumerate(_lines(path)):
        numbers = line.split()
        if not all(number.isdecimal() for number in numbers) or not numbers:
            raise ValueError(f"{path.name}, row {user + 1}: expected whole numbers, got {line!r}")
        if int(numbers[0]) != len(numbers) - 1:
            raise ValueError(
                f"{path.name}, row {user + 1}: says {numbers[0]} articles and has "
                f"{len(numbers) - 1}; the line was cut or joined"
            )
        users += [user] * (len(numbers) - 1)
        items += map(int, numbers[1:])
    frame = pl.DataFrame({"user_id": users, "item_id": items})
    return Source(path, frame)


def _articles(path: Path) -> Source:
    """Read the table of citeulike-a, whose numbers are one higher than those of the users."""
    source = open_source(path, ["doc.id", "raw.title", "raw.abstract"], encoding="latin-1")
    frame = source.frame.select(
        pl.col("doc.id").str.strip_chars().cast(pl.Int64, strict=False) - 1,
        pl.col("raw.title").alias("title"),
        pl.col("raw.abstract").alias("abstract"),
    )
    wrong = frame["doc.id"].is_null()
    if wrong.any():
        raise source.error("doc.id", int(wrong.arg_max()), "expected the number of an article")
    return Source(path, frame.rename({"doc.id": "item_id"}))


def _texts(path: Path) -> Source:
    """Read a heading and a text by turns; articles are in the order of their numbers."""
    lines = _lines(path)
    if len(lines) % 2:
        raise ValueError(
            f"{path.name} has {len(lines):,} lines; expected a heading and a text for each article"
        )
    texts = pl.Series("text", lines[1::2], dtype=pl.String)
    frame = texts.to_frame().with_row_index("item_id").cast({"item_id": pl.Int64})
    return Source(path, frame)


def _lines(path: Path) -> list[str]:
    """Read lines of text without blank ones at the end."""
    lines = text_lines(path)
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def _edition(letter: str, commit: str, figures: str, files: tuple[str, ...]) -> ReadyDataset:
    """Describe citeulike-a or citeulike-t."""
    name = f"citeulike-{letter}"
    return ReadyDataset(
        card=DatasetCard(
            name=name,
            title=f"{name}: {figures}",
            licence="not stated by its authors; collected from CiteULike for research",
            citation=(
                "Hao Wang, Binyi Chen and Wu-Jun Li. 2013. Collaborative Topic Regression with "
                "Social Regularization for Tag Recommendation. IJCAI 2013."
            ),
            source=f"https://github.com/js05212/{name}",
            notes="An article in a library was kept, not rated. There are no times.",
        ),
        read=read_citeulike,
        published=Published(
            title=name,
            folder=name,
            url=f"https://raw.githubusercontent.com/js05212/{name}/{commit}/",
            paths={file: file for file in files},
        ),
    )


CITEULIKE = (
    _edition(
        "a",
        "91b603922d7f2d3db18071d4798bf78c9c5d1680",
        "204,987 articles in 5,551 libraries, 16,980 titles and abstracts",
        ("users.dat", _TABLE),
    ),
    _edition(
        "t",
        "4f103c6ea0fe407b23be230837b65517e613c34a",
        "134,860 articles in 7,947 libraries, 25,975 texts",
        ("users.dat", _TEXTS),
    ),
)
