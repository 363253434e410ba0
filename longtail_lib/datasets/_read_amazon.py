"""Amazon reviews as their keepers publish them: JSON Lines of reviews and of product metadata."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from longtail_lib.data import Dataset, DatasetCard, read_table
from longtail_lib.data._download import Published
from longtail_lib.data._source import Source
from longtail_lib.datasets._amazon_lines import json_lines, read_fields
from longtail_lib.datasets._ready_dataset import ReadyDataset, ReadyFamily, dataset_of

__all__ = ["AMAZON", "AMAZON_TOYS", "read_amazon"]

_SUFFIXES = (".json", ".jsonl", ".json.gz", ".jsonl.gz")
# Columns of a review in the editions of 2014 and 2018, and in that of 2023.
_OLD = {
    "user_id": ("reviewerID", pl.String),
    "item_id": ("asin", pl.String),
    "rating": ("overall", pl.Float64),
    "timestamp": ("unixReviewTime", pl.Int64),
}
_NEW = {
    "user_id": ("user_id", pl.String),
    "item_id": ("parent_asin", pl.String),
    "rating": ("rating", pl.Float64),
    "timestamp": ("timestamp", pl.Int64),
}


def read_amazon(
    reviews: str | os.PathLike[str], metadata: str | os.PathLike[str] | None = None
) -> Dataset:
    """Read a category of Amazon's reviews in the edition of 2014, 2018 or 2023.

    Parameters
    ----------
    reviews : path
        JSON Lines, plain or gzip, one review a line. Which edition it is shows in the first line:
        `reviewerID`, `asin`, `overall`, `unixReviewTime`, or `user_id`, `parent_asin`, `rating`,
        `timestamp`. A folder stands for the file in it and for that of metadata, which begins
        with "meta_".
    metadata : path, optional
        The products, one a line. Those of 2014 are Python literals instead of JSON; they are read
        as literals, and nothing in them is executed.

    Returns
    -------
    Dataset
        In the file's order. Ids are text; products of all editions go by the id that metadata
        has, which in 2023 is that of the parent product. With metadata the catalogue is its
        products, then reviewed ones that it lacks; `title`, `text` (title, features and
        description) and `categories` ("a|b"). Of products described twice the first counts.

    Raises
    ------
    ValueError
        A line that is no object or lacks a field; the message names file and row.

    References
    ----------
    Julian McAuley, Christopher Targett, Qinfeng Shi and Anton van den Hengel. "Image-based
    Recommendations on Styles and Substitutes." SIGIR 2015. Jianmo Ni, Jiacheng Li and Julian
    McAuley. "Justifying Recommendations using Distantly-Labeled Reviews and Fine-grained Aspects."
    EMNLP 2019. Yupeng Hou and others. "Bridging Language and Items for Retrieval and
    Recommendation." arXiv:2403.03952, 2024.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "reviews.jsonl").write_text(
    ...     '{"user_id": "U", "parent_asin": "B1", "rating": 5.0, "timestamp": 1577836800000}\\n'
    ... )
    >>> _ = (folder / "meta_.jsonl").write_text(
    ...     '{"parent_asin": "B1", "title": "Kite", "description": ["Red.", "Flies."]}\\n'
    ... )
    >>> data = read_amazon(folder)
    >>> data.interactions.rows(), data.items["text"][0]
    ([('U', 'B1', 5.0, 1577836800)], 'Kite. Red. Flies.')
    """
    path = Path(reviews)
    described = None if metadata is None else Path(metadata)
    if path.is_dir():
        path, found = _in_folder(path)
        described = found if described is None else described
    for file in filter(None, (path, described)):
        if not file.is_file():
            raise FileNotFoundError(f"no file {file}; check the path")
    log = _reviews(path)
    columns: dict[str, Any] = {"user": "user_id", "item": "item_id"}
    columns |= {"rating": "rating", "timestamp": "timestamp"}
    if described is not None:
        columns["items"] = _products(described)
        columns |= {"title": "title", "text": ["title", "features", "description"]}
    data = dataset_of(AMAZON.card, log, unknown_items="add", **columns)
    kept = [column for column in data.items.columns if column not in ("features", "description")]
    return data.replace(items=data.items.select(kept))


def _in_folder(path: Path) -> tuple[Path, Path | None]:
    """Return the file of reviews in a folder, and that of metadata where there is one."""
    files = sorted(file for file in path.iterdir() if file.name.endswith(_SUFFIXES))
    described = [file for file in files if file.name.startswith("meta_")]
    rest = [file for file in files if file not in described]
    if len(rest) != 1 or len(described) > 1:
        raise FileNotFoundError(
            f"{path} holds {len(rest)} files of reviews and {len(described)} of metadata; expected "
            f"one of reviews that ends in {', '.join(_SUFFIXES)} and at most one that begins with "
            "meta_, or name the files"
        )
    return rest[0], described[0] if described else None


def _reviews(path: Path) -> Source:
    """Read the four columns of reviews."""
    first = next((one for _, one in json_lines(path)), {})
    names = _NEW if "parent_asin" in first else _OLD
    lacking = [name for name, _ in names.values() if name not in first]
    if lacking:
        raise ValueError(
            f"{path.name}, row 1: a review of Amazon has {', '.join(lacking)}; this line has "
            f"{', '.join(first) or 'nothing'}"
        )
    frame = read_fields(path, dict(names.values()))
    columns = [pl.col(name).alias(ours) for ours, (name, _) in names.items()]
    return Source(path, frame.select(columns))


def _products(path: Path) -> Source:
    """Read metadata line by line, because a field is a text in one line and a list in the next."""
    rows: dict[str, tuple] = {}
    for line, product in json_lines(path, literals=True):
        asin = product.get("parent_asin") or product.get("asin")
        if not isinstance(asin, str):
            raise ValueError(f"{path.name}, row {line}: a product needs parent_asin or asin")
        if asin not in rows:
            rows[asin] = (
                asin,
                _sentences(product.get("title")),
                _sentences(product.get("features", product.get("feature"))),
                _sentences(product.get("description")),
                "|".join(_words(product.get("categories", product.get("category")))),
            )
    columns = ("item_id", "title", "features", "description", "categories")
    frame = pl.DataFrame(list(rows.values()), dict.fromkeys(columns, pl.String), orient="row")
    return Source(path, frame)


def _words(value: object) -> list[str]:
    """Return the texts in a text or in lists of any depth, each once."""
    if isinstance(value, str):
        return [value.strip()] if value.strip() else []
    if not isinstance(value, list):
        return []
    return list(dict.fromkeys(word for part in value for word in _words(part)))


def _sentences(value: object) -> str | None:
    """Join pieces, with a full stop after those that end without one."""
    pieces = _words(value)
    ended = [piece if piece[-1] in ".!?" else f"{piece}." for piece in pieces[:-1]]
    return " ".join([*ended, *pieces[-1:]]) or None


def _category(part: str) -> ReadyDataset:
    """Describe a category in the edition of 2023, which is the one to fetch."""
    return ReadyDataset(
        card=replace(
            AMAZON.card, name=f"amazon/{part}", title=f"Amazon reviews, {part.replace('_', ' ')}"
        ),
        read=read_amazon,
        published=Published(
            title=f"Amazon Reviews 2023, {part}",
            folder=f"amazon/{part}",
            url="https://mcauleylab.ucsd.edu/public_datasets/data/amazon_2023/raw/",
            paths={
                f"{part}.jsonl.gz": f"review_categories/{part}.jsonl.gz",
                f"meta_{part}.jsonl.gz": f"meta_categories/meta_{part}.jsonl.gz",
            },
            largest=64 * 1024**3,
        ),
    )


def _read_toys(path: str | os.PathLike[str]) -> Dataset:
    """Read Toys and Games 5-core from tables of interactions and of titles."""
    folder = Path(path)
    data = read_table(
        folder / "log.csv",
        user="user",
        item="item",
        timestamp="time",
        items=folder / "items.csv",
        title="title",
        text=["title", "description"],
    )
    return data.replace(card=replace(AMAZON_TOYS.card, sha256=data.card.sha256))


_LICENCE = "for research; not to be passed on"
AMAZON = ReadyFamily(
    card=DatasetCard(
        name="amazon",
        title="Any category of Amazon's reviews, such as 'amazon/Toys_and_Games'",
        licence=_LICENCE,
        citation=(
            "Yupeng Hou, Jiacheng Li, Zhankui He, An Yan, Xiusi Chen and Julian McAuley. 2024. "
            "Bridging Language and Items for Retrieval and Recommendation. arXiv:2403.03952. For "
            "the editions of 2014 and 2018: McAuley et al., SIGIR 2015; Ni, Li and McAuley, EMNLP "
            "2019."
        ),
        source="https://amazon-reviews-2023.github.io",
        notes=(
            "A review is written by few buyers. Times of 2014 and 2018 are days, so the order "
            "within a day says nothing."
        ),
    ),
    example="amazon/Toys_and_Games",
    member=_category,
)
AMAZON_TOYS = ReadyDataset(
    card=DatasetCard(
        name="amazon-toys-5core",
        title="Amazon reviews 2014, Toys and Games: 165,247 reviews by 19,124 users, 11,758 titles",
        licence=_LICENCE,
        citation=(
            "Julian McAuley, Christopher Targett, Qinfeng Shi and Anton van den Hengel. 2015. "
            "Image-based Recommendations on Styles and Substitutes. SIGIR 2015. "
            "https://doi.org/10.1145/2766462.2767755"
        ),
        source="https://cseweb.ucsd.edu/~jmcauley/datasets/amazon/links.html",
        notes=(
            "Users and items have at least five reviews each. Times are days, so the order within "
            "a day says nothing: for 49% of users the last two purchases fall on one day."
        ),
    ),
    read=_read_toys,
    published=Published(
        title="make log.csv (user, item, time) and items.csv (item, title, description)",
        folder="amazon-toys-5core",
        url="",
        paths={},
    ),
)
