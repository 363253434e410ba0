"""What `load_dataset` must know of a dataset, stated by the file that reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.data._download import Published
from longtail_lib.data._own_tables import own_tables
from longtail_lib.data._source import Source

__all__ = ["ReadyDataset", "ReadyFamily", "dataset_of"]


@dataclass(frozen=True)
class ReadyDataset:
    """A dataset known by name: its card, the reader of its folder, and where the folder comes from.

    `published` without a URL is a folder that is found and never fetched; None is data that comes
    with a package, whose reader takes no folder. `free` data is passed on without a reminder of
    its licence.
    """

    card: DatasetCard
    read: Callable[..., Dataset]
    published: Published | None
    free: bool = False


@dataclass(frozen=True)
class ReadyFamily:
    """Datasets of one layout, opened as "name/part": `member` describes the one for a part."""

    card: DatasetCard
    example: str
    member: Callable[[str], ReadyDataset]


def dataset_of(
    card: DatasetCard,
    log: Source,
    items: Source | None = None,
    *,
    read_as_well: tuple[Source, ...] = (),
    **columns: Any,
) -> Dataset:
    """Make a dataset of opened tables whose columns are named as for `read_table`."""
    tables = own_tables(log, items=items, **columns)
    notes = ". ".join(filter(None, (card.notes.rstrip("."), tables.notes)))
    sources = (*tables.sources, *read_as_well)
    return Dataset(
        interactions=tables.interactions,
        items=tables.items,
        users=tables.users,
        card=replace(
            card,
            sha256={source.path.name: source.sha256 for source in sources},
            notes=notes and f"{notes}.",
        ),
    )
