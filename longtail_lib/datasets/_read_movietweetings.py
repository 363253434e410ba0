"""MovieTweetings: ratings that people posted on Twitter, with titles and genres of the films."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.data._columns import unique_ids
from longtail_lib.data._download import Published
from longtail_lib.datasets._film_table import film_table
from longtail_lib.datasets._movielens_files import open_dat
from longtail_lib.datasets._ready_dataset import ReadyDataset, dataset_of

__all__ = ["MOVIETWEETINGS", "read_movietweetings"]


def read_movietweetings(path: str | os.PathLike[str]) -> Dataset:
    """Read a folder of MovieTweetings: `ratings.dat` and `movies.dat` with `::` between fields.

    `users.dat`, which leads from users to their Twitter accounts, is not read.

    Parameters
    ----------
    path : str or path
        Folder of a snapshot, or of the latest data.

    Returns
    -------
    Dataset
        In the file's order. Users are int64; items are text, the seven digits of IMDb, as in
        "0110912"; ratings go from 0 to 10. The catalogue is every row of `movies.dat`, with
        `title` (without the year), `text` ("Title (year). Genres: a, b"), `year` and `genres`
        ("a|b").

    Raises
    ------
    ValueError
        A line that is not what MovieTweetings writes; the message names file, row and column.

    References
    ----------
    Simon Dooms, Toon De Pessemier and Luc Martens. "MovieTweetings: a Movie Rating Dataset
    Collected From Twitter." CrowdRec workshop at RecSys 2013.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "ratings.dat").write_text("14927::0110912::9::1375657563\\n")
    >>> _ = (folder / "movies.dat").write_text("0110912::Pulp Fiction (1994)::Crime|Thriller\\n")
    >>> data = read_movietweetings(folder)
    >>> data.interactions.rows(), data.items["text"][0]
    ([(14927, '0110912', 9.0, 1375657563)], 'Pulp Fiction (1994). Genres: Crime, Thriller')
    """
    folder = Path(path)
    log = open_dat(folder / "ratings.dat", ["user_id", "item_id", "rating", "timestamp"])
    movies = open_dat(folder / "movies.dat", ["item_id", "title", "genres"])
    if log is None or movies is None:
        lacking = "ratings.dat" if log is None else "movies.dat"
        raise FileNotFoundError(f"{folder} has no {lacking}; name a folder of MovieTweetings")
    movies, (ids, _) = unique_ids(movies, "item_id", "item", lenient=False, notes=[])
    return dataset_of(
        MOVIETWEETINGS.card,
        log,
        replace(movies, frame=film_table(movies, ids, None), is_text=False),
        user="user_id",
        item="item_id",
        rating="rating",
        timestamp="timestamp",
    )


_FOLDER = "movietweetings-100k"
_COMMIT = "4d8280a3f1ea83e3e23f13d1710d19f43564274f"
_SHA256 = {
    "ratings.dat": "c0dd868c2632d10002ebc928ddc5345f33adeaa59eca52c2941c26a2c5e36fd6",
    "movies.dat": "e63fb84bc734e3c574f135634a40d3cbafab22b8f94f5fc0b80f80d1d2076efc",
}
MOVIETWEETINGS = ReadyDataset(
    card=DatasetCard(
        name="movietweetings",
        title="MovieTweetings 100K: 100,000 ratings of 10,506 films by 16,554 people",
        licence="MIT",
        citation=(
            "Simon Dooms, Toon De Pessemier and Luc Martens. 2013. MovieTweetings: a Movie Rating "
            "Dataset Collected From Twitter. Workshop on Crowdsourcing and Human Computation for "
            "Recommender Systems, CrowdRec at RecSys 2013."
        ),
        source="https://github.com/sidooms/MovieTweetings",
        sha256=_SHA256,
        notes=(
            "Most people rated one or two films, mostly new ones, and only films they chose to "
            "talk about. Titles are as IMDb has them; genres are missing for some."
        ),
    ),
    read=read_movietweetings,
    published=Published(
        title="MovieTweetings 100K",
        folder=_FOLDER,
        url=f"https://raw.githubusercontent.com/sidooms/MovieTweetings/{_COMMIT}/snapshots/100K/",
        paths={name: name for name in _SHA256},
        sha256=_SHA256,
    ),
    free=True,
)
