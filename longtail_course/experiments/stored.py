"""Results that come with the course, the logs they were measured on, and how they are kept."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from longtail_lib._write_file import write_file
from longtail_lib.benchmark import BenchmarkProtocol, BenchmarkResults
from longtail_lib.benchmark._benchmark_protocol import SPLITS

__all__ = ["EVIDENCE", "LOGS", "keep_rows", "split_dataset", "split_of_results", "stored_results"]

EVIDENCE = Path(__file__).with_name("evidence")
# Real logs on which readers of texts are compared.
LOGS = ("online-retail", "movietweetings", "amazon-toys-5core", "lastfm")
_STORED = ("shop", "movielens-small", *LOGS, "music")


def stored_results(name: str) -> BenchmarkResults:
    """Read the stored results of `longtail benchmark` for a dataset.

    Parameters
    ----------
    name : {"shop", "movielens-small", "online-retail", "movietweetings", "amazon-toys-5core", \
"lastfm", "music"}
        Of music there are only sequence models and what they have to beat; of the four real logs
        after MovieLens what is linear.

    Returns
    -------
    BenchmarkResults

    Raises
    ------
    KeyError
        No results are stored for it.

    Examples
    --------
    >>> results = stored_results("shop")
    >>> len(results.protocol["seeds"])
    3
    >>> results.comparison("random")["Popularity", "overall", "NDCG@10"].verdict
    'lower'
    """
    path = EVIDENCE / f"{name}.json"
    if name not in _STORED or not path.is_file():
        raise KeyError(
            f"no results are stored for {name!r}; there are some for "
            f"{', '.join(map(repr, _STORED))}, and `longtail benchmark` makes others"
        )
    return BenchmarkResults.load(path)


def split_dataset(name: str, how: str, **preparation: Any) -> Any:
    """Load a dataset with its truth, prepare it and split it: what an experiment starts from."""
    from longtail_lib import load_dataset, prepare, split

    return split(prepare(load_dataset(name), **preparation), how=how, ties="random")


def split_of_results(results: BenchmarkResults, how: str) -> Any:
    """Prepare and split the log of stored results as their first seed had it."""
    from longtail_lib import load_dataset, prepare, split

    protocol = BenchmarkProtocol(**results.protocol)
    data = prepare(
        load_dataset(results.dataset["name"], quiet=True),
        min_rating=protocol.min_rating,
        min_user_interactions=protocol.min_user_interactions,
    )
    return split(data, **SPLITS[how], ties=protocol.ties, seed=protocol.seeds[0])


def keep_rows(
    path: str | os.PathLike[str],
    key: Sequence[str],
    wanted: Sequence[tuple[Any, ...]],
    measure: Callable[[list[tuple[Any, ...]]], Iterable[dict[str, Any]]],
    about: Mapping[str, Any],
    packages: Iterable[str],
    again: Callable[[tuple[Any, ...]], bool] = lambda task: False,
    only: Callable[[tuple[Any, ...]], bool] = lambda task: True,
) -> None:
    """Measure the rows that a file does not hold yet, and store them all after each.

    Parameters
    ----------
    path : path
        JSON; made if it is missing.
    key : sequence of str
        Fields of a row that tell its task.
    wanted : sequence of tuple
        All tasks, in the order in which rows are stored; stored rows of any other are dropped.
    measure : callable
        From tasks to rows, one after the other.
    about : mapping
        Stored above the rows.
    packages : iterable of str
        Whose versions are stored.
    again : callable
        Says whether a task is measured although its row is stored.
    only : callable
        Says which tasks are measured this time; rows that are stored of the others stay.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "rows.json"
    >>> def measure(tasks):
    ...     for (name,) in tasks:
    ...         print("measured", name)
    ...         yield {"name": name}
    >>> keep_rows(path, ["name"], [("a",)], measure, {}, ["numpy"])
    measured a
    >>> keep_rows(path, ["name"], [("a",), ("b",), ("c",)], measure, {}, ["numpy"],
    ...           only=lambda task: task != ("c",))
    measured b
    """
    path = Path(path)
    held = {}
    if path.exists():
        rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
        held = {tuple(row[name] for name in key): row for row in rows}
    versions = {name: version(name) for name in packages}
    missing = [task for task in wanted if only(task) and (task not in held or again(task))]
    for row in measure(missing):
        held[tuple(row[name] for name in key)] = row
        kept = [held[task] for task in wanted if task in held]
        text = json.dumps({**about, "versions": versions, "rows": kept}, indent=1) + "\n"
        write_file(path, lambda file, text=text: file.write(text.encode("utf-8")))
