"""`longtail data`: list, describe, fetch and simulate datasets."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import Any

from longtail_lib.cli._log_options import command, dataset_name, understood, whole

__all__ = ["add_to"]

_WIDTH = 92


def add_to(groups: Any) -> None:
    """Add the group `data` to the command line."""
    group = command(
        groups,
        "data",
        "list, describe, fetch and simulate datasets",
        None,
        ["longtail data list", "longtail data simulate shop --seed 7 --out my_shop"],
    )
    commands = group.add_subparsers(title="commands", metavar="COMMAND", required=True)

    listing = command(
        commands, "list", "list the datasets known by name", None, ["longtail data list"]
    )
    listing.set_defaults(run=_list)
    _add_data_home(listing)

    info = command(
        commands,
        "info",
        "show a dataset's card, sizes and skew; nothing is downloaded",
        None,
        ["longtail data info shop", "longtail data info movielens-small --data-home ~/datasets"],
    )
    _add_name(info)
    _add_data_home(info)
    info.set_defaults(run=_info)

    fetch = command(
        commands,
        "fetch",
        "download a dataset and check every file by sha256",
        None,
        [
            "longtail data fetch movielens-small",
            "longtail data fetch movielens-small --data-home ~/datasets",
        ],
    )
    _add_name(fetch)
    _add_data_home(fetch)
    fetch.add_argument(
        "--base-url",
        metavar="URL",
        help="folder of the web that holds the archive; default: the official home",
    )
    fetch.set_defaults(run=_fetch)

    simulate = command(
        commands,
        "simulate",
        "simulate a dataset with known truth and write it to a folder",
        None,
        [
            "longtail data simulate shop --seed 7 --out my_shop",
            "longtail data simulate music --seed 1 --out my_music",
            "longtail data simulate shop --wording varied --text-share 0.9 --out my_shop",
        ],
    )
    simulate.add_argument(
        "preset", metavar="PRESET", type=_preset, help="shop, video, music or social"
    )
    simulate.add_argument(
        "--seed", type=whole(0), default=7, help="where all randomness comes from; default 7"
    )
    simulate.add_argument(
        "--wording",
        choices=("plain", "varied"),
        help="how texts are written; varied describes the tail in other words; default: the "
        "preset's own",
    )
    simulate.add_argument(
        "--text-share",
        metavar="SHARE",
        type=_text_share,
        help="how much of taste a text can tell, from 0 to 1; default: the preset's own",
    )
    simulate.add_argument(
        "--out", metavar="FOLDER", required=True, help="a new or empty folder to write to"
    )
    simulate.add_argument(
        "--force", action="store_true", help="overwrite dataset files in a folder that has some"
    )
    simulate.set_defaults(run=_simulate)


def _add_name(parser: argparse.ArgumentParser) -> None:
    known = "a name from `longtail data list`"
    parser.add_argument("name", metavar="NAME", type=dataset_name, help=known)


def _add_data_home(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data-home",
        metavar="FOLDER",
        help="folder that holds, or shall hold, the dataset's own folder, such as "
        "ml-latest-small; default: $LONGTAIL_DATA_HOME, then the download cache",
    )


def _preset(word: str) -> str:
    """A type of option: a simulated store."""
    from longtail_lib.datasets._load_dataset import SIMULATED, check_name

    return understood(lambda name: check_name(name, SIMULATED, "preset"), word)


def _text_share(word: str) -> float:
    """A type of option: a number from 0 to 1."""
    try:
        share = float(word)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 1, got {word!r}")
    return share


def _list(arguments: argparse.Namespace) -> None:
    from longtail_lib.datasets import list_datasets
    from longtail_lib.datasets._load_dataset import FAMILIES, SIMULATED, is_here, stored_folder

    rows = [("NAME", "KIND", "HERE", "TITLE")]
    for card in list_datasets():
        if card.name in SIMULATED:
            kind, here = "simulated", "yes" if stored_folder(card.name) else "made when loaded"
        elif card.name in FAMILIES:
            kind, here = "layout", "of many"
        else:
            kind, here = "real", "yes" if is_here(card.name, arguments.data_home) else "not fetched"
        rows.append((card.name, kind, here, card.title))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        print("  ".join([*cells, row[3]]))


def _info(arguments: argparse.Namespace) -> None:
    from longtail_lib.datasets import load_dataset
    from longtail_lib.datasets._load_dataset import (
        FAMILIES,
        SIMULATED,
        card_of,
        check_fetchable,
        is_here,
        ready,
    )

    card = card_of(arguments.name)
    fields = {
        "name": card.name,
        "title": card.title,
        "licence": card.licence,
        "citation": card.citation,
        "source": card.source,
        "notes": card.notes,
    }
    for field, value in fields.items():
        if value:
            _print_field(field, value)
    for file, value in card.sha256.items():
        _print_field("sha256", f"{file} {value}")
    if card.name in FAMILIES:
        _print_field("here", f"a layout of many; name one, as in {FAMILIES[card.name].example}")
        return
    if card.name not in SIMULATED and not is_here(arguments.name, arguments.data_home):
        try:
            check_fetchable(ready(arguments.name))
            how = f"`longtail data fetch {arguments.name}` downloads it"
        except (ValueError, FileNotFoundError) as error:
            how = str(error)
        _print_field("here", f"no; {how}")
        return
    data = load_dataset(arguments.name, data_home=arguments.data_home, truth=False, quiet=True)
    for field, value in _figures(data).items():
        _print_field(field, value)


def _figures(data: Any) -> dict[str, str]:
    """Sizes, and how unequally interactions fall on the catalogue."""
    import numpy as np

    from longtail_lib.tail import gini, top_share
    from longtail_lib.text import text_signal

    per_item = data.interactions.group_by("item_id").len()["len"].to_numpy()
    counts = np.zeros(data.n_items, dtype=np.int64)
    counts[: len(per_item)] = per_item
    figures = {
        "interactions": f"{data.n_interactions:,}",
        "users": f"{data.n_users:,}",
        "items": f"{data.n_items:,} in the catalogue, {len(per_item):,} of them with interactions",
        "once only": f"{int((counts == 1).sum()):,} items with a single interaction",
        "head share": f"{top_share(counts, 0.2):.1%} of interactions on the top 20% of items",
        "Gini": f"{gini(counts):.3f} over the catalogue",
    }
    if data.has_timestamps:
        first, last = data.interactions["timestamp"].min(), data.interactions["timestamp"].max()
        days = [np.datetime64(int(time), "s").astype("datetime64[D]") for time in (first, last)]
        figures["period"] = f"{days[0]} to {days[1]}"
    if "text" in data.items.columns and any(data.items["text"].to_list()):
        signal = text_signal(data)
        figures["text signal"] = (
            f"x {signal.ratio:.2f}: cosine of the words of two items of one user {signal.own:.3f}, "
            f"of shuffled users {signal.shuffled:.3f}"
        )
    return figures


def _fetch(arguments: argparse.Namespace) -> None:
    from longtail_lib.data._download import fetch_published, find_published
    from longtail_lib.datasets._load_dataset import SIMULATED, check_fetchable, ready

    name = arguments.name
    if name in SIMULATED:
        print(f"{name} is simulated on this machine: there is nothing to download.")
        return
    dataset = ready(name)
    published = check_fetchable(dataset)
    folder = find_published(published, arguments.data_home)
    if folder is None:
        folder = fetch_published(
            published, arguments.data_home, base_url=arguments.base_url, progress=True
        )
        print(f"{name}: downloaded to {folder}, every file as published.")
    else:
        print(f"{name}: already in {folder}, every file as published.")
    print(f"Licence: {dataset.card.licence}.")


def _simulate(arguments: argparse.Namespace) -> None:
    from longtail_lib.simulation import simulate, write_simulated

    folder = Path(arguments.out)
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"--out {folder} is a file; name a folder")
    if folder.is_dir() and any(folder.iterdir()) and not arguments.force:
        raise ValueError(f"--out {folder} is not empty; name another folder, or add --force")
    data = simulate(
        arguments.preset,
        seed=arguments.seed,
        wording=arguments.wording,
        text_share=arguments.text_share,
    )
    write_simulated(data, folder)
    print(f"{data!r}, seed {arguments.seed}, written to {folder}")


def _print_field(name: str, value: str) -> None:
    print(
        textwrap.fill(
            value,
            width=_WIDTH,
            initial_indent=f"{name:<13} ",
            subsequent_indent=" " * 14,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )
