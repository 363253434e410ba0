"""The container that every reader fills and every later step takes: a `Dataset`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import narwhals as nw
import numpy as np

from longtail_lib.data._own_tables import own_tables
from longtail_lib.data._source import frame_source

__all__ = ["Dataset", "DatasetCard", "Truth"]


@dataclass(frozen=True)
class DatasetCard:
    """Where a dataset comes from and on which terms it may be used.

    Parameters
    ----------
    name : str
        Short name, as `load_dataset` takes it.
    title : str
        One line for a heading.
    licence : str
        Terms of use in words; printed on first use where they are not permissive.
    citation : str
        What to cite.
    source : str
        Official home, or how it was made.
    sha256 : mapping of str to str
        Hash of each file that was read.
    notes : str
        What a user should know before drawing conclusions.
    """

    name: str
    title: str = ""
    licence: str = "unknown"
    citation: str = ""
    source: str = ""
    sha256: Mapping[str, str] = field(default_factory=dict)
    notes: str = ""


class Truth(Protocol):
    """What no real log has: the preference of every user for every item, and what was shown.

    `user_ids` and `item_ids` give the order of rows and columns.
    """

    user_ids: np.ndarray
    item_ids: np.ndarray

    def preference(self, user_rows: np.ndarray) -> np.ndarray:
        """Real preference in [0, 1], shape (n, n_items), float64."""

    def propensity(self, user_rows: np.ndarray) -> np.ndarray:
        """Probability that an item was shown to a user at least once, shape (n, n_items)."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Interactions, items and users as frames, with the card that says where they come from.

    Frames are polars, pandas or anything else that narwhals understands; the constructor takes
    them as they are. `from_frame` finds the columns of your own log and checks their values.

    Parameters
    ----------
    interactions : frame
        Columns `user_id`, `item_id` and, where the source has them, `rating` (float) and
        `timestamp` (seconds since 1970-01-01 UTC, whole or with a fraction). One row an
        interaction; the order of the rows settles which of two equal times comes first.
    items : frame
        The catalogue: `item_id`, then `title`, `text` and attributes where known. One row an
        item, also for items with no interactions.
    users : frame
        `user_id` and attributes where known. One row a user.
    card : DatasetCard
    truth : Truth or None
        The simulator's real preferences and propensities; None for a real log.
    preparation : Preparation or None
        What `longtail_lib.preprocessing.prepare` dropped and why; None before it ran.

    Examples
    --------
    >>> import polars as pl
    >>> data = Dataset(
    ...     interactions=pl.DataFrame({"user_id": [1, 1, 2], "item_id": ["a", "b", "a"]}),
    ...     items=pl.DataFrame({"item_id": ["a", "b", "c"]}),
    ...     users=pl.DataFrame({"user_id": [1, 2]}),
    ...     card=DatasetCard(name="three"),
    ... )
    >>> data
    Dataset 'three': 3 interactions, 2 users, 3 items
    """

    interactions: Any
    items: Any
    users: Any
    card: DatasetCard
    truth: Truth | None = None
    preparation: Any | None = None

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        user: str,
        item: str,
        rating: str | None = None,
        timestamp: str | None = None,
        items: Any = None,
        item_id: str | None = None,
        text: str | Sequence[str] | None = None,
        title: str | None = None,
        users: Any = None,
        user_id: str | None = None,
        name: str = "frame",
        on_error: str = "raise",
        unknown_items: str = "error",
    ) -> Dataset:
        """Make a dataset of a frame with one row an interaction; `read_table` is for files.

        Parameters
        ----------
        frame : polars, pandas or pyarrow frame
            The log. A lazy frame is collected.
        items, users : frame, optional
            Tables of the catalogue and of the users. Without them both are those of the log.
        name : str
            Name of the dataset.
        user, item, rating, timestamp, item_id, text, title, user_id, on_error, unknown_items
            As in `longtail_lib.data.read_table`.

        Returns
        -------
        Dataset
            polars frames, whatever came in; your own stay as they are.

        Raises
        ------
        ValueError
            A missing column, or a value that is wrong. The message names the frame, the column
            and the row, counted from 1.

        Examples
        --------
        >>> import polars as pl
        >>> log = pl.DataFrame({"uid": [7, 7, 9], "sku": ["lamp", "rug", "lamp"]})
        >>> Dataset.from_frame(log, user="uid", item="sku", name="three")
        Dataset 'three': 3 interactions, 2 users, 2 items
        """
        tables = own_tables(
            frame_source(frame, "the log"),
            user=user,
            item=item,
            rating=rating,
            timestamp=timestamp,
            items=None if items is None else frame_source(items, "items"),
            item_id=item_id,
            text=text,
            title=title,
            users=None if users is None else frame_source(users, "users"),
            user_id=user_id,
            on_error=on_error,
            unknown_items=unknown_items,
        )
        card = DatasetCard(name, title="Your own log", licence="your own data", notes=tables.notes)
        return cls(tables.interactions, tables.items, tables.users, card)

    def __post_init__(self) -> None:
        required = {
            "interactions": ("user_id", "item_id"),
            "items": ("item_id",),
            "users": ("user_id",),
        }
        for table, columns in required.items():
            try:
                have = nw.from_native(getattr(self, table), eager_only=True).columns
            except TypeError as error:
                raise TypeError(
                    f"Dataset '{self.card.name}': {table} must be a polars, pandas or pyarrow "
                    f"frame, got {type(getattr(self, table)).__name__}; collect a lazy frame "
                    "first, or let Dataset.from_frame do it for you"
                ) from error
            missing = [column for column in columns if column not in have]
            if missing:
                raise ValueError(
                    f"Dataset '{self.card.name}': the {table} table has no column "
                    f"{', '.join(map(repr, missing))}; it has {', '.join(map(repr, have))}. "
                    "Rename your columns, or let Dataset.from_frame or read_table do it for you."
                )

    @property
    def has_ratings(self) -> bool:
        """Whether interactions carry a `rating`."""
        return "rating" in nw.from_native(self.interactions, eager_only=True).columns

    @property
    def has_timestamps(self) -> bool:
        """Whether interactions carry a `timestamp`."""
        return "timestamp" in nw.from_native(self.interactions, eager_only=True).columns

    @property
    def n_interactions(self) -> int:
        """Number of rows in `interactions`."""
        return len(nw.from_native(self.interactions, eager_only=True))

    @property
    def n_users(self) -> int:
        """Number of rows in `users`."""
        return len(nw.from_native(self.users, eager_only=True))

    @property
    def n_items(self) -> int:
        """Size of the catalogue, items without interactions included."""
        return len(nw.from_native(self.items, eager_only=True))

    @property
    def dismissed(self) -> Any:
        """Pairs that `prepare` knew and did not keep, as a frame of `user_id` and `item_id`.

        What a user rated below `min_rating`, out of range or without a readable rating or time,
        or what was thinned out, is no interaction any more, so a model takes the item for unseen
        and may recommend it. Whoever does not want that excludes these pairs from the lists. Each
        pair is there once, in the order of the log; its user and its item are in the tables of
        this dataset, and it is not among the interactions.

        Raises
        ------
        ValueError
            The dataset was not prepared.

        Examples
        --------
        >>> import polars as pl
        >>> from longtail_lib.preprocessing import prepare
        >>> log = pl.DataFrame(
        ...     {"who": [7, 7, 9], "what": ["lamp", "rug", "lamp"], "stars": [1.0, 5.0, 4.0]}
        ... )
        >>> data = Dataset.from_frame(log, user="who", item="what", rating="stars")
        >>> prepare(data, min_rating=3.5).dismissed.rows()
        [(7, 'lamp')]
        """
        if self.preparation is None:
            raise ValueError(
                f"dataset '{self.card.name}' is not prepared, so nothing was dismissed; run "
                "longtail_lib.preprocessing.prepare on it first"
            )
        return self.preparation._dismissed(self)

    def replace(self, **changes: Any) -> Dataset:
        """Return a copy with some fields changed."""
        return replace(self, **changes)

    def __repr__(self) -> str:
        return (
            f"Dataset '{self.card.name}': {self.n_interactions:,} interactions, "
            f"{self.n_users:,} users, {self.n_items:,} items"
        )
