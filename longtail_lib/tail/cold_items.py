"""Warm and cold: items that train knows, and items that it does not."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.tail.gini import checked_counts
from longtail_lib.tail.groups import Groups

__all__ = ["cold_groups"]


def cold_groups(counts: Any) -> Groups:
    """Cut the catalogue into warm items and cold ones, which have no train interaction.

    "cold" is the last name, so metrics of the tail are about cold items.

    Parameters
    ----------
    counts : array-like, shape (n_items,)
        Train interactions of every catalogue item; `Split.popularity`.

    Returns
    -------
    Groups

    Raises
    ------
    ValueError
        Bad counts, or no cold item.

    Examples
    --------
    >>> groups = cold_groups([3, 0, 1])
    >>> groups
    Groups(warm 2, cold 1; warm: items with train interactions; cold: items without)
    >>> groups.mask("cold").tolist()
    [False, True, False]
    """
    values = checked_counts(counts, "cold_groups")
    cold = np.asarray(values) == 0
    if not cold.any():
        raise ValueError(
            "cold_groups: every item has train interactions, so none is cold; make some with "
            "longtail_lib.preprocessing.hold_out_items(parts)"
        )
    return Groups(
        cold.astype(np.int8),
        ("warm", "cold"),
        "warm: items with train interactions; cold: items without",
    )
