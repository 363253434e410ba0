"""The catalogue in ten equal slices by popularity."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.tail import Groups
from longtail_lib.tail._gini import checked_counts

__all__ = ["popularity_deciles"]


def popularity_deciles(counts: Any, n: int = 10) -> Groups:
    """Cut the catalogue into n groups of equal size, most popular first.

    Items are put in order as by `popularity_groups`: descending popularity, equal counts in the
    order of the catalogue, cold items last. Head, mid and tail of that function's defaults are
    deciles 1 to 2, 3 to 5 and 6 to 10, up to rounding.

    Parameters
    ----------
    counts : array-like, shape (n_items,)
        Train interactions of every catalogue item; `Split.popularity`.
    n : int
        Groups; sizes differ by one item at most.

    Returns
    -------
    Groups
        Named "1" (most popular) to "10".

    Raises
    ------
    ValueError
        Bad counts, or n below 2, above 100 or above the number of items.

    Examples
    --------
    >>> popularity_deciles([9, 1, 4, 0, 2, 0], n=3).labels.tolist()
    [0, 1, 0, 2, 1, 2]
    """
    values = checked_counts(counts, "popularity_deciles")
    if not 2 <= n <= min(100, len(values)):
        raise ValueError(
            f"popularity_deciles: n must be a whole number from 2 to 100, and not more than the "
            f"{len(values)} items, got {n}"
        )
    labels = np.empty(len(values), dtype=np.int8)
    for place, rows in enumerate(np.array_split(np.argsort(-values, kind="stable"), n)):
        labels[rows] = place
    words = f"{n} groups of equal size by train interactions, 1 the most popular, cold items last"
    return Groups(labels, tuple(str(place + 1) for place in range(n)), words)
