"""How often items, users and ratings occur in MovieLens latest-small, stored without its rows.

Lessons and cards of simulated data show these figures where the real data is not at hand. They
lie beside this module, also in an installed package, and were written by

    python -m longtail_course.worlds._movielens_figures

which reads the real data as `load_dataset("movielens-small")` does, and fetches it if need be.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

from longtail_course.worlds._log_figures import LogFigures, log_figures
from longtail_lib._write_file import write_file

__all__ = ["PATH", "movielens_figures", "write_movielens_figures"]

PATH = Path(__file__).with_name("movielens_counts.json")


def movielens_figures(path: str | os.PathLike[str] | None = None) -> LogFigures:
    """Counts of MovieLens latest-small, from the figures that come with the package.

    Parameters
    ----------
    path : path or None
        A file of `write_movielens_figures`; by default the one in this package.

    Returns
    -------
    LogFigures
        Items and users from the most to the fewest interactions: which item is which was not
        stored.

    Raises
    ------
    FileNotFoundError
        No such file.

    References
    ----------
    F. Maxwell Harper and Joseph A. Konstan. "The MovieLens Datasets: History and Context." ACM
    Transactions on Interactive Intelligent Systems 5(4), 2015.

    Examples
    --------
    >>> films = movielens_figures()
    >>> len(films.item_counts), int((films.item_counts == 1).sum())
    (9742, 3446)
    """
    path = PATH if path is None else Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"no figures of MovieLens at {path}; count them with "
            "log_figures(load_dataset('movielens-small')), and write_movielens_figures stores them"
        )
    stored = json.loads(path.read_text(encoding="utf-8"))
    items, users, ratings = (_values(stored[name]) for name in LogFigures._fields)
    return LogFigures(
        items.astype(np.int64)[::-1].copy(), users.astype(np.int64)[::-1].copy(), ratings
    )


def write_movielens_figures(
    figures: LogFigures, path: str | os.PathLike[str] | None = None
) -> Path:
    """Store how often each count and each rating occurs.

    Parameters
    ----------
    figures : LogFigures
    path : path or None
        A JSON file; by default the one in this package.

    Returns
    -------
    Path
        What was written.
    """
    path = PATH if path is None else Path(path)
    lines = [
        f"  {json.dumps(name)}: {json.dumps(_histogram(values))}"
        for name, values in figures._asdict().items()
    ]
    content = "{\n" + ",\n".join(lines) + "\n}\n"
    write_file(path, lambda file: file.write(content.encode()))
    return path


def _histogram(values: np.ndarray) -> dict[str, int]:
    found, times = np.unique(values, return_counts=True)
    return {f"{value:g}": int(n) for value, n in zip(found, times, strict=True)}


def _values(histogram: dict[str, int]) -> np.ndarray:
    """Every value as often as it occurs, ascending."""
    return np.repeat([float(value) for value in histogram], list(histogram.values()))


if __name__ == "__main__":
    from longtail_lib.datasets import load_dataset

    print(write_movielens_figures(log_figures(load_dataset("movielens-small"))).name, "written")
