"""Datasets by name: what there is, and how to open it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.data._download import OFFICIAL_HOME, SHA256, fetch_movielens, find_movielens
from longtail_lib.datasets._read_movielens import CITATION, LICENCE, NOTES, read_movielens

__all__ = ["MOVIELENS_SMALL", "SIMULATED", "list_datasets", "load_dataset", "stored_folder"]

SIMULATED = ("shop", "video", "music", "social")
MOVIELENS_SMALL = "movielens-small"
KNOWN = (*SIMULATED, MOVIELENS_SMALL)


def list_datasets() -> list[DatasetCard]:
    """Return the cards of all datasets that `load_dataset` knows by name.

    Nothing is downloaded, and no data is read.

    Examples
    --------
    >>> [card.name for card in list_datasets()]
    ['shop', 'video', 'music', 'social', 'movielens-small']
    """
    return [card_of(name) for name in KNOWN]


def load_dataset(
    name: str,
    *,
    data_home: str | os.PathLike[str] | None = None,
    truth: bool = True,
    quiet: bool = False,
) -> Dataset:
    """Open a dataset by its name.

    Parameters
    ----------
    name : str
        "shop", "video", "music" and "social" are simulated, come with the project, and need no
        network. "movielens-small" is MovieLens latest-small, real data.
    data_home : path or None
        For "movielens-small": a folder that holds `ml-latest-small`, or that shall hold it. By
        default `$LONGTAIL_DATA_HOME` and then the download cache are looked at, and what is not
        there is downloaded to the cache. Every file is checked by sha256. Simulated datasets
        take no notice of it.
    truth : bool
        Read the simulator's real preferences and propensities too. Real data has none.
    quiet : bool
        Do not print the licence.

    Notes
    -----
    An installed package has no stored data beside it: there a simulated dataset is simulated when
    it is opened, the same from its seed, which takes some seconds.

    The licence of "movielens-small" is printed at the first use in a process.

    Examples
    --------
    >>> load_dataset("shopp")
    Traceback (most recent call last):
    ...
    ValueError: unknown dataset 'shopp'; known are 'shop', 'video', 'music', 'social', \
'movielens-small'; did you mean 'shop'?
    """
    check_name(name, KNOWN, "dataset")
    if name == MOVIELENS_SMALL:
        return _load_movielens(data_home, quiet)
    folder = stored_folder(name)
    if folder is not None:
        from longtail_lib.simulation import read_simulated

        return read_simulated(folder, truth=truth)
    from longtail_lib.simulation import simulate

    data = simulate(name)
    return data if truth else data.replace(truth=None)


def card_of(name: str) -> DatasetCard:
    """Return the card of one dataset, without reading its data."""
    check_name(name, KNOWN, "dataset")
    return _movielens_card() if name == MOVIELENS_SMALL else _simulated_card(name)


def check_name(name: str, known: Sequence[str], what: str) -> None:
    """Refuse a name that is not known, and say which one was perhaps meant."""
    if name in known:
        return
    close = get_close_matches(str(name).lower(), known, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"unknown {what} {name!r}; known are {', '.join(map(repr, known))}{hint}")


def stored_folder(name: str) -> Path | None:
    """Return where a simulated dataset is stored in this checkout; None where it is not."""
    folder = Path(__file__).parents[2] / "datasets" / name
    return folder if (folder / "card.json").is_file() else None


def _load_movielens(data_home: str | os.PathLike[str] | None, quiet: bool) -> Dataset:
    folder = find_movielens(data_home)
    if folder is None:
        print(f"Downloading MovieLens latest-small from {OFFICIAL_HOME}", file=sys.stderr)
        folder = fetch_movielens(data_home)
    if not quiet:
        _print_licence_once()
    data = read_movielens(folder)
    return data.replace(
        card=replace(data.card, name=MOVIELENS_SMALL, title=_movielens_card().title)
    )


@cache
def _print_licence_once() -> None:
    print(f"Licence: {LICENCE}.")


def _movielens_card() -> DatasetCard:
    return DatasetCard(
        name=MOVIELENS_SMALL,
        title="MovieLens latest-small: 100,836 real ratings of 9,742 films",
        licence=LICENCE,
        citation=CITATION,
        source=f"{OFFICIAL_HOME}ml-latest-small.zip",
        sha256=SHA256,
        notes=NOTES,
    )


def _simulated_card(name: str) -> DatasetCard:
    folder = stored_folder(name)
    if folder is not None:
        return DatasetCard(**json.loads((folder / "card.json").read_text(encoding="utf-8")))
    from longtail_lib.simulation import PRESETS
    from longtail_lib.simulation._simulate import LICENCE as SIMULATED_LICENCE

    return DatasetCard(
        name=name,
        title=PRESETS[name].title,
        licence=SIMULATED_LICENCE,
        source=f"longtail_lib.simulation.simulate({name!r}, seed=7)",
        notes="Simulated: preferences and propensities are known exactly.",
    )
