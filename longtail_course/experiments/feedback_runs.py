"""Feedback loops of twenty rounds on the shop; the results are stored.

Every round fits every model anew, which takes minutes altogether, so lessons read what was stored
under `evidence/` by

    python -m longtail_course.experiments.feedback_runs

Loops that are stored are not run again; `--again NAME` does so.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from longtail_course.experiments.stored import EVIDENCE, split_dataset
from longtail_course.worlds import FeedbackLoop
from longtail_lib.benchmark import Contestant
from longtail_lib.simulation._read_simulated import unzip, write_zipped

__all__ = ["PATH", "ROUNDS", "RUNNERS", "feedback_results", "run_loop", "shop_parts"]

PATH = EVIDENCE / "feedback_runs.json.gz"
ROUNDS = 20
_PACKAGES = ("numpy", "scipy")
# Enough for the tables that are made of them, and a third of the bytes.
_DIGITS = {"preference_shown": 3, "demand": 3, "satisfaction": 5}


def _plain(name: str, **fixed: Any) -> Contestant:
    return Contestant(name, f"longtail_lib.models:{name}", fixed=fixed)


_EASE = _plain("EASE", l2=200.0)


def _reranked(name: str, method: str, weight: float) -> Contestant:
    return Contestant(
        name,
        "longtail_lib.models:Reranked",
        fixed={"method": method, "weight": weight},
        wraps={"model": _EASE},
    )


# `contestant("EASE, half tail", RUNNERS).build()` makes the model of a loop, unfitted.
RUNNERS: dict[str, Contestant] = {
    each.name: each
    for each in (
        Contestant("Random", "longtail_lib.models:Random", seeded=True),
        _plain("Popularity"),
        _plain("ItemKNN", n_neighbors=500, shrinkage=4.0),
        _EASE,
        Contestant(
            "EASE scaled",
            "longtail_lib.models:EASE",
            fixed={"l2": 265.0, "popularity_exponent": 0.26},
        ),
        _reranked("EASE, penalty .55", "popularity_penalty", 0.55),
        _reranked("EASE, half tail", "tail_quota", 0.5),
        _plain("Oracle"),
    )
}


def shop_parts() -> Any:
    """Give the shop's liked items, ratings of 4 and more, split at random, with the truth."""
    return split_dataset("shop", "random", min_rating=4)


def run_loop(
    name: str, parts: Any, taste: Any = None, *, rounds: int = ROUNDS, progress: bool = False
) -> FeedbackLoop:
    """Simulate the loop of one model, with the numbers of items and users rounded.

    Parameters
    ----------
    name : str
        A key of `RUNNERS`.
    parts : Split
        With its truth.
    taste : UserTaste or None
    rounds : int
    progress : bool

    Returns
    -------
    FeedbackLoop

    Examples
    --------
    >>> from longtail_lib.testing import tiny_world
    >>> loop = run_loop("Popularity", tiny_world(), rounds=2)
    >>> loop.model, loop.n_rounds
    ('Popularity', 2)
    """
    from longtail_course.worlds import feedback_loop

    loop = feedback_loop(
        RUNNERS[name].build(),
        parts,
        rounds=rounds,
        taste=taste,
        progress=progress,
        name=name,
    )
    return replace(loop, per_item=_rounded(loop.per_item), per_user=_rounded(loop.per_user))


def feedback_results(
    names: Sequence[str] | None = None, *, path: str | os.PathLike[str] | None = None
) -> list[FeedbackLoop]:
    """Read the loops that were simulated.

    Parameters
    ----------
    names : sequence of str or None
        Keys of `RUNNERS`, in the order wanted; all if None. `contestant(name, RUNNERS).build()`
        makes the model of a loop.
    path : path or None
        A file of this module's command; by default the one in this package.

    Returns
    -------
    list of FeedbackLoop
        With the numbers of each item and each user.

    Raises
    ------
    ValueError
        A name that was not simulated.

    Examples
    --------
    >>> [loop.n_rounds for loop in feedback_results(["EASE", "Random"])]
    [20, 20]
    """
    held = _stored(Path(path or PATH))
    wanted = list(held) if names is None else list(names)
    unknown = [name for name in wanted if name not in held]
    if unknown or not wanted:
        raise ValueError(
            f"feedback_results: {', '.join(map(repr, unknown)) or 'nothing'} was not simulated; "
            f"there are {', '.join(held) or 'no loops'}"
        )
    return [held[name] for name in wanted]


def _stored(path: Path) -> dict[str, FeedbackLoop]:
    runs = json.loads(unzip(path))["runs"]
    loops = (FeedbackLoop.from_json(json.dumps(run)) for run in runs)
    return {loop.model: loop for loop in loops}


def _rounded(numbers: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {
        name: np.round(values, _DIGITS[name]) if name in _DIGITS else values
        for name, values in numbers.items()
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate what is missing, and store after each model."""
    parser = argparse.ArgumentParser(description="Feedback loops of several models on the shop.")
    parser.add_argument("--again", nargs="*", default=[], metavar="NAME", choices=list(RUNNERS))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--out", type=Path, default=PATH)
    options = parser.parse_args(arguments)

    from longtail_course.worlds import user_taste

    parts = shop_parts()
    taste = user_taste(parts)
    held = _stored(options.out) if options.out.exists() else {}
    for name in RUNNERS:
        if name in held and name not in options.again:
            continue
        held[name] = run_loop(name, parts, taste, rounds=options.rounds, progress=True)
        stored = {
            "dataset": "shop",
            "split": "random, ratings of 4 and more",
            "versions": {package: version(package) for package in _PACKAGES},
            "runs": [
                json.loads(held[known].to_json(per_item=True)) for known in RUNNERS if known in held
            ],
        }
        write_zipped(options.out, json.dumps(stored, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
