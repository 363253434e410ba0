"""What a split leaves to measure: test users, how many are known, how many speak for the tail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from longtail_lib.preprocessing import Split
from longtail_lib.tail import popularity_groups

if TYPE_CHECKING:
    import polars as pl

__all__ = ["split_overview"]


def split_overview(
    splits: Iterable[Split], *, groups: Mapping[str, Any] | None = None
) -> pl.DataFrame:
    """Compare splits by what their test part can say.

    Parameters
    ----------
    splits : iterable of Split
    groups : mapping or None
        Parameters of `popularity_groups`, which is applied to each split's own train popularity.
        The last group is the tail.

    Returns
    -------
    polars.DataFrame
        One row a split: `split`, its strategy; `train` and `test`, interactions; `test users`;
        `known`, those of them with a train interaction; `with tail`, those with an item of the
        tail in test.

    Raises
    ------
    ValueError
        No split.

    Examples
    --------
    >>> from longtail_lib.testing import tiny_parts
    >>> split_overview([tiny_parts()]).row(0)
    ('by hand', 7, 4, 3, 3, 1)
    """
    import polars as pl

    rows = []
    for parts in splits:
        own = popularity_groups(parts.popularity, **(groups or {}))
        matrices = parts.test, parts.train, parts.test[:, own.mask(own.names[-1])]
        test, train, tail = (np.diff(matrix.indptr) > 0 for matrix in matrices)
        known = np.count_nonzero(test & train)
        counts = parts.train.nnz, parts.test.nnz, np.count_nonzero(test), known
        rows.append((parts.how, *counts, np.count_nonzero(tail)))
    if not rows:
        raise ValueError("split_overview: no split was given; pass what split returned")
    columns = ["split", "train", "test", "test users", "known", "with tail"]
    return pl.DataFrame(rows, schema=columns, orient="row")
