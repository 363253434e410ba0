"""Results that come with the library, so that lessons and the README show the same numbers."""

from __future__ import annotations

from pathlib import Path

from longtail_lib.benchmark import BenchmarkResults

__all__ = ["EVIDENCE", "stored_results"]

EVIDENCE = Path(__file__).with_name("evidence")
_STORED = ("shop", "movielens-small", "music")


def stored_results(name: str) -> BenchmarkResults:
    """Read the stored results of `longtail benchmark` for a dataset.

    Parameters
    ----------
    name : {"shop", "movielens-small", "music"}
        Of music there are only sequence models and what they have to beat.

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
