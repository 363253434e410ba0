"""HetRec 2011 Last.fm: who listens to which artist how often, tags, and friends."""

from __future__ import annotations

import os
from dataclasses import replace
from numbers import Integral
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from longtail_lib._parameters import Interval, constrained
from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.data._columns import read_integers
from longtail_lib.data._download import Published
from longtail_lib.data._own_tables import with_missing
from longtail_lib.data._source import Source
from longtail_lib.datasets._film_table import frequent_tags
from longtail_lib.datasets._ready_dataset import ReadyDataset, dataset_of
from longtail_lib.datasets._unquoted_text import open_unquoted

__all__ = ["LASTFM", "read_lastfm"]

_LOG, _ARTISTS, _FRIENDS = "user_artists.dat", "artists.dat", "user_friends.dat"
_TAGS, _TAGGED = "tags.dat", "user_taggedartists.dat"
_ALSO_TAGGED = "user_taggedartists-timestamps.dat"


@constrained(tags=Interval(Integral, 0))
def read_lastfm(
    path: str | os.PathLike[str], *, tags: int = 10, tags_without: Any = "listened"
) -> Dataset:
    """Read the folder of HetRec 2011 Last.fm.

    An artist's text is made of tags that the same people gave whose listening is recommended and
    tested: of 92,834 pairs of a listener and an artist, 20,665 are also pairs of a tagger and an
    artist. So a tag can say who listens. Unless told otherwise, such tags are left out before
    anything is counted: an artist is described by those who do not have it in their log, and no
    split can leak through a text.

    Parameters
    ----------
    path : str or path
        Folder with the official `.dat` files, tab-separated, in UTF-8 or Latin-1.
    tags : int
        How many of an artist's most frequent tags go into the text; 0 for none.
    tags_without : "listened", ids or frame
        Which tags stay out of the texts. "listened": those on a pair of user and artist that is
        in the log. User ids: all of theirs, as for a split that holds out users. A frame with the
        columns `user_id` and `item_id`: those on its pairs, as for a split that holds out
        interactions of every user. `()` leaves none out, and leaks.

    Returns
    -------
    Dataset
        `interactions` have `user_id`, `item_id` and `rating`, the number of plays; there are no
        times. `items` have `title` and `text` ("Name. Tags: a, b"). `users` have `friends`, the
        ids of their friends in ascending order.

    Raises
    ------
    ValueError
        A line that is not what HetRec 2011 writes; the message names file, row and column.

    References
    ----------
    Iván Cantador, Peter Brusilovsky and Tsvi Kuflik. "Second Workshop on Information Heterogeneity
    and Fusion in Recommender Systems (HetRec 2011)." RecSys 2011.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for name, text in {
    ...     "user_artists.dat": "userID\\tartistID\\tweight\\n2\\t51\\t13883\\n3\\t51\\t9\\n",
    ...     "artists.dat": "id\\tname\\turl\\tpictureURL\\n51\\tDuran Duran\\t\\t\\n",
    ...     "tags.dat": "tagID\\ttagValue\\n1\\tnew wave\\n2\\tmy own\\n",
    ...     "user_taggedartists.dat": "userID\\tartistID\\ttagID\\n2\\t51\\t2\\n3\\t51\\t1\\n",
    ...     "user_friends.dat": "userID\\tfriendID\\n2\\t3\\n3\\t2\\n",
    ... }.items():
    ...     _ = (folder / name).write_text(text)
    >>> read_lastfm(folder).items["text"][0]
    'Duran Duran'
    >>> read_lastfm(folder, tags_without=()).items["text"][0]
    'Duran Duran. Tags: my own, new wave'
    >>> read_lastfm(folder, tags_without=[2]).items["text"][0]
    'Duran Duran. Tags: new wave'
    """
    folder = Path(path)
    tagged_file = _ALSO_TAGGED if (folder / _ALSO_TAGGED).is_file() else _TAGGED
    files = (_LOG, _ARTISTS, _FRIENDS, _TAGS, tagged_file)
    for name in files:
        if not (folder / name).is_file():
            raise FileNotFoundError(f"{folder} has no {name}; name a folder of HetRec 2011 Last.fm")
    log, artists, friends, names, tagged = (open_unquoted(folder / name, "\t") for name in files)
    links = _integers(tagged, userID="user_id", artistID="item_id", tagID="tag_id")
    if isinstance(tags_without, str) and tags_without == "listened":
        tags_without = _integers(log, userID="user_id", artistID="item_id")
    links = _without(links, tags_without).join(
        _integers(names, tagID="tag_id").with_columns(names.frame["tagValue"].alias("tag")),
        on="tag_id",
        maintain_order="left",
    )
    ids = _integers(artists, id="item_id")
    items = ids.with_columns(artists.frame["name"].str.strip_chars().alias("title")).join(
        frequent_tags(links, tags).filter(pl.col("tags") != ""),
        on="item_id",
        how="left",
        maintain_order="left",
    )
    text = pl.concat_str("title", pl.format("Tags: {}", "tags"), separator=". ", ignore_nulls=True)
    data = dataset_of(
        LASTFM.card,
        log,
        replace(artists, frame=items.select("item_id", "title", text=text), is_text=False),
        read_as_well=(friends, names, tagged),
        user="userID",
        item="artistID",
        item_id="item_id",
        rating="weight",
    )
    known = (
        _integers(friends, userID="user_id", friendID="friend")
        .group_by("user_id")
        .agg(pl.col("friend").unique().sort().alias("friends"))
        .sort("user_id")
    )
    return data.replace(users=with_missing(known, "user_id", data.users["user_id"]))


def _integers(source: Source, **columns: str) -> pl.DataFrame:
    """Return columns of ids under new names; ids of HetRec are integers."""
    return pl.DataFrame(
        [read_integers(source, column).alias(name) for column, name in columns.items()]
    )


def _without(links: pl.DataFrame, left_out: Any) -> pl.DataFrame:
    """Drop tags by their user, or by their user and artist."""
    if left_out is None or isinstance(left_out, str):
        raise ValueError(
            f"tags_without is {left_out!r}; pass 'listened', user ids (none leave none out), or a "
            "frame with user_id and item_id"
        )
    try:
        frame = nw.from_native(left_out, eager_only=True)
    except TypeError:
        pairs = pl.DataFrame({"user_id": pl.Series(left_out)})
    else:
        if missing := {"user_id", "item_id"} - set(frame.columns):
            raise ValueError(
                f"tags_without: the frame has no column {', '.join(map(repr, sorted(missing)))}; "
                "pass user ids, or a frame with user_id and item_id"
            )
        pairs = frame.select("user_id", "item_id").to_polars()
    for column in pairs.columns:
        if len(pairs) and not pairs[column].dtype.is_integer():
            raise ValueError(
                f"tags_without: {column} of type {pairs[column].dtype}; the ids of Last.fm are "
                "integers"
            )
    pairs = pairs.cast(pl.Int64)
    return links.join(pairs, on=pairs.columns, how="anti", maintain_order="left")


_FILES = (_LOG, _ARTISTS, _FRIENDS, _TAGS, _TAGGED, _ALSO_TAGGED)
LASTFM = ReadyDataset(
    card=DatasetCard(
        name="lastfm",
        title="HetRec 2011 Last.fm: 1,892 listeners, 17,632 artists with tags, 12,717 friendships",
        licence=(
            "for non-commercial use with acknowledgement of Last.fm and of HetRec 2011 (see "
            "readme.txt of the data)"
        ),
        citation=(
            "Iván Cantador, Peter Brusilovsky and Tsvi Kuflik. 2011. Second Workshop on "
            "Information Heterogeneity and Fusion in Recommender Systems (HetRec 2011). RecSys "
            "2011. https://doi.org/10.1145/2043932.2044016"
        ),
        source="https://grouplens.org/datasets/hetrec-2011/",
        notes=(
            "At most the 50 artists that a listener played most. Texts are made of tags; those "
            "that listeners gave to what they listen to are left out, see tags_without."
        ),
    ),
    read=read_lastfm,
    published=Published(
        title="HetRec 2011 Last.fm",
        folder="hetrec2011-lastfm-2k",
        url="https://files.grouplens.org/datasets/hetrec2011/hetrec2011-lastfm-2k.zip",
        paths={name: name for name in _FILES},
    ),
)
