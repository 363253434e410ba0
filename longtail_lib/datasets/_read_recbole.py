"""RecBole's atomic files: one table a file, each column named with its type."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from longtail_lib._parameters import COLUMN, Nullable, constrained
from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.data._download import Published
from longtail_lib.data._source import Source
from longtail_lib.datasets._ready_dataset import ReadyDataset, ReadyFamily, dataset_of
from longtail_lib.datasets._unquoted_text import open_unquoted

__all__ = ["RECBOLE", "read_recbole"]

_TYPES = ("token", "token_seq", "float", "float_seq")


@constrained(user=COLUMN, item=COLUMN, rating=Nullable(COLUMN), timestamp=Nullable(COLUMN))
def read_recbole(
    path: str | os.PathLike[str],
    *,
    user: str = "user_id",
    item: str = "item_id",
    rating: str | None = "rating",
    timestamp: str | None = "timestamp",
) -> Dataset:
    """Read a folder of RecBole's atomic files: `.inter`, and `.item` and `.user` where they are.

    Parameters
    ----------
    path : str or path
        Folder with one `.inter` file, tab-separated, whose first line names each column with its
        type, as in "user_id:token".
    user, item, rating, timestamp : str
        Columns of the `.inter` file, without their types. The file may lack those that are called
        `rating` and `timestamp`.

    Returns
    -------
    Dataset
        In the file's order. With an `.item` file the catalogue is its rows: `title` is the first
        column of words (`token_seq`) whose name says title or name, `text` are all columns of
        words, and the others are attributes. Without one the catalogue is the items of the log.

    Raises
    ------
    ValueError
        A header without types, or a wrong value; the message names file, row and column.

    References
    ----------
    https://recbole.io/docs/user_guide/data/atomic_files.html

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "ml.inter").write_text("user_id:token\\titem_id:token\\n7\\t3\\n")
    >>> _ = (folder / "ml.item").write_text("item_id:token\\tmovie_title:token_seq\\n3\\tHeat\\n")
    >>> data = read_recbole(folder)
    >>> data.interactions.rows(), data.items["title"].to_list()
    ([(7, 3)], ['Heat'])
    """
    folder = Path(path)
    found = sorted(folder.glob("*.inter"))
    if len(found) != 1:
        raise FileNotFoundError(
            f"{folder} holds {len(found)} .inter files; name a folder with one of them"
        )
    log, _ = _open(found[0])
    known = log.frame.columns
    named = {"rating": rating, "timestamp": timestamp}
    columns: dict[str, Any] = {"user": user, "item": item}
    # A default may be missing; a column that was asked for by its name may not.
    columns |= {
        role: column
        for role, column in named.items()
        if column in known or column not in (None, role)
    }
    items, users = found[0].with_suffix(".item"), found[0].with_suffix(".user")
    if items.is_file():
        table, words = _open(items)
        columns["items"] = table
        columns["title"] = next((w for w in words if "title" in w or "name" in w), None)
        columns["text"] = words or None
    if users.is_file():
        columns["users"], _ = _open(users)
    card = replace(RECBOLE.card, name=found[0].stem, title=f"RecBole, {found[0].stem}")
    return dataset_of(card, log, **columns)


def _open(path: Path) -> tuple[Source, list[str]]:
    """Read a file with columns named without their types, and tell which hold words."""
    source = open_unquoted(path, "\t")
    names, words = [], []
    for column in source.frame.columns:
        name, _, kind = column.rpartition(":")
        if kind not in _TYPES or not name:
            raise ValueError(
                f"{path.name}, row 1: column {column!r} has no type; expected a name and one of "
                f"{', '.join(_TYPES)}, as in 'user_id:token'"
            )
        names.append(name)
        if kind == "token_seq":
            words.append(name)
    frame = source.frame.rename(dict(zip(source.frame.columns, names, strict=True)))
    return replace(source, frame=frame), words


def _member(part: str) -> ReadyDataset:
    """Describe one of RecBole's datasets."""
    return ReadyDataset(
        card=replace(RECBOLE.card, name=f"recbole/{part}", title=f"RecBole, {part}"),
        read=read_recbole,
        published=Published(
            title=f"download {part}.inter and {part}.item by hand",
            folder=f"recbole/{part}",
            url="",
            paths={},
        ),
    )


RECBOLE = ReadyFamily(
    card=DatasetCard(
        name="recbole",
        title="Any dataset in RecBole's atomic files, such as 'recbole/ml-100k'",
        licence="that of the dataset which was converted",
        citation=(
            "Wayne Xin Zhao and others. 2021. RecBole: Towards a Unified, Comprehensive and "
            "Efficient Framework for Recommendation Algorithms. CIKM 2021. "
            "https://doi.org/10.1145/3459637.3482016"
        ),
        source="https://recbole.io/dataset_list.html",
        notes="Conversions differ in what they drop; look at the file before you compare.",
    ),
    example="recbole/ml-100k",
    member=_member,
)
