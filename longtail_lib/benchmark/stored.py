"""Results that come with the library, so that lessons and the README show the same numbers."""

from __future__ import annotations

from pathlib import Path

from longtail_lib.benchmark.results import BenchmarkResults

__all__ = ["EVIDENCE", "stored_results"]

EVIDENCE = Path(__file__).with_name("evidence")


def stored_results(name: str) -> BenchmarkResults:
    """Read the stored results of `longtail benchmark` for a dataset.

    Parameters
    ----------
    name : {"shop", "movielens-small"}

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
    if name not in ("shop", "movielens-small") or not path.is_file():
        raise KeyError(
            f"no results are stored for {name!r}; there are some for 'shop' and "
            "'movielens-small', and `longtail benchmark` makes others"
        )
    return BenchmarkResults.load(path)
