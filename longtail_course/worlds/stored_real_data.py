"""Cleaned copies of real data that may be passed on, and the page for people beside each."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from longtail_course.worlds._log_figures import log_figures, log_shape
from longtail_lib._write_file import write_file
from longtail_lib.data import Dataset
from longtail_lib.data._download import find_published
from longtail_lib.datasets._load_dataset import ready
from longtail_lib.datasets._stored_copy import write_stored_copy

__all__ = ["STORED_REAL", "real_card_text", "store_real_dataset"]

_STORED = "This cleaned copy comes with the project and needs no network."
_COLUMNS = {
    "online-retail": {
        "user_id": "customer number, integer",
        "item_id": "stock code, text",
        "timestamp": "minute of the first invoice with this product, integer seconds since "
        "1970-01-01; the source names no zone and UTC is assumed",
        "title": "the description that most lines have, with single spaces and without a dot, "
        "comma or slash at its end",
        "text": "the same",
    },
    "movietweetings": {
        "user_id": "integer, given by MovieTweetings",
        "item_id": "the seven digits of IMDb, text",
        "rating": "0 to 10",
        "timestamp": "when it was posted, integer seconds since 1970-01-01, UTC",
        "title": "without the year",
        "text": "title, year and genres",
        "year": "integer",
        "genres": "separated by |, empty where none is known",
    },
}
STORED_REAL = tuple(_COLUMNS)
_MAKING = {
    "online-retail": """\
The source has 1,067,370 invoice lines of a British wholesaler of gifts, 2009-12-01 to 2011-12-09.
Left out, in this order: 243,007 lines without a customer; 18,744 of cancelled invoices, whose
number begins with C and whose quantities are negative; 2,926 that are no product, such as postage,
carriage, bank charges, adjustments, discounts and tests, because a product's stock code begins
with five digits; and 321,715 that buy again what the customer had bought before. So each row is
the first purchase of a product by a customer. Rows are ordered by time, within a minute as in the
source. Quantities, prices and countries are not here; `read_online_retail` reads the source.""",
    "movietweetings": """\
`ratings.dat` and `movies.dat` of the snapshot "100K", complete, in the order of the files. Years
stand apart from titles. The file that leads from users to their Twitter accounts is not here.""",
}
_LIMITS = {
    "online-retail": """\
- Many customers are shops that buy for their own customers: a basket is an assortment.
- All lines of an invoice have one time. The order within it is that of the source and says little.
- A few codes with five digits are services with a name that says so, such as "Next Day Carriage".
- Names are capitals, abbreviated, and seldom longer than six words.""",
    "movietweetings": """\
- Half of the users have one or two ratings. A split that needs more leaves them out.
- Six months in 2013: new films are most of what is rated, so popularity moves from week to week.
- People post what they want to be seen with; ratings are high.""",
}
_LICENCES = {
    "online-retail": """\
[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/). You may share and adapt it if you name
the source and say what was changed; what was changed here is said above.

Daqing Chen. 2012. Online Retail II. UCI Machine Learning Repository.
https://doi.org/10.24432/C5CG6D

Daqing Chen, Sai Laing Sain and Kun Guo. 2012. Data mining for the online retail industry: A case
study of RFM model-based customer segmentation using data mining. Journal of Database Marketing and
Customer Strategy Management 19, 197-208. https://doi.org/10.1057/dbm.2012.17""",
    "movietweetings": """\
Simon Dooms, Toon De Pessemier and Luc Martens. 2013. MovieTweetings: a Movie Rating Dataset
Collected From Twitter. Workshop on Crowdsourcing and Human Computation for Recommender Systems,
CrowdRec at RecSys 2013. https://github.com/sidooms/MovieTweetings

The MIT License (MIT)

Copyright (c) 2013 Simon Dooms

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of
the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS
FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.""",
}


def store_real_dataset(
    name: str,
    folder: str | os.PathLike[str],
    data_home: str | os.PathLike[str] | None = None,
) -> Path:
    """Clean the source of a real dataset and write it as this project stores it.

    Parameters
    ----------
    name : {"online-retail", "movietweetings"}
        Data whose licence allows to pass it on.
    folder : path
        Made where it does not exist.
    data_home : path or None
        Where the folder of the source is; `$LONGTAIL_DATA_HOME` by default. Nothing is fetched.

    Returns
    -------
    Path
        The folder. Its bytes are the same each time under one version of polars.
    """
    if name not in STORED_REAL:
        raise ValueError(f"{name!r} is not stored; stored real data: {', '.join(STORED_REAL)}")
    dataset = ready(name)
    source = find_published(dataset.published, data_home)
    if source is None:
        raise ValueError(
            f"the source of {name} is not here; set LONGTAIL_DATA_HOME to a folder that holds "
            f"{dataset.published.folder}"
        )
    data = dataset.read(source)
    card = replace(data.card, notes=f"{_STORED} {data.card.notes}")
    folder = write_stored_copy(data.replace(card=card), folder)
    page = real_card_text(data).encode()
    write_file(folder / "README.md", lambda file: file.write(page))
    return folder


def real_card_text(dataset: Dataset) -> str:
    """Write the README of a stored copy, with every figure computed from the data."""
    card, shape = dataset.card, log_shape(log_figures(dataset))
    first, last = _days(dataset)
    parts = [
        f"# {card.name}",
        f"{card.title}.",
        f"{shape.interactions:,} interactions of {shape.users:,} users with a catalogue of "
        f"{shape.items:,} items, {first} to {last}. Real data. {_STORED}",
        "```python\nfrom longtail_lib import load_dataset\n\n"
        f'data = load_dataset("{card.name}")\n```',
        "## How it was made",
        _MAKING[card.name],
        f"With the source in `$LONGTAIL_DATA_HOME/{ready(card.name).published.folder}` this "
        "writes the folder again, byte by byte under the same version of polars:",
        f"```\npython3 course.py python -m longtail_course.build datasets {card.name}\n```",
        "## Files and columns",
        *(_table(dataset, name) for name in ("interactions", "items")),
        "`card.json`: where it comes from, its licence, and the sha256 of both files, which "
        "`load_dataset` checks.",
        "## Shape",
        "\n".join(
            [
                "| | |",
                "|---|---:|",
                f"| Share of interactions in the top 20% of items | {shape.top_share:.3f} |",
                f"| Gini of the items' interaction counts | {shape.gini:.3f} |",
                f"| Items with a single interaction | {shape.singletons:.3f} |",
                f"| Interactions for each item | {shape.interactions / shape.items:.1f} |",
                f"| Interactions of a user: median | {shape.activity[1]:.0f} |",
                f"| mean | {shape.activity[2]:.1f} |",
                f"| maximum | {shape.activity[4]:,.0f} |",
                f"| Users whose last two interactions have one time | {_tied(dataset):.3f} |",
            ]
        ),
        "## Known limits",
        _LIMITS[card.name],
        "## Licence and citation",
        _LICENCES[card.name],
    ]
    return "\n\n".join(parts) + "\n"


def _days(dataset: Dataset) -> list[str]:
    times = dataset.interactions["timestamp"]
    return [
        str(np.datetime64(int(moment), "s").astype("datetime64[D]"))
        for moment in (times.min(), times.max())
    ]


def _table(dataset: Dataset, name: str) -> str:
    frame = getattr(dataset, name)
    about = _COLUMNS[dataset.card.name]
    lines = [f"- `{column}`: {about[column]}" for column in frame.columns]
    return "\n".join([f"`{name}.parquet`, {len(frame):,} rows:", "", *lines])


def _tied(dataset: Dataset) -> float:
    """Share of users with two interactions or more whose last two have the same time."""
    last = dataset.interactions.group_by("user_id").agg(pl.col("timestamp").top_k(2))
    pairs = last.filter(pl.col("timestamp").list.len() == 2)["timestamp"]
    return float((pairs.list.min() == pairs.list.max()).mean())
