"""How much of a log sits on how few items: several measures in one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from longtail_lib.tail import gini, popularity_groups, top_share
from longtail_lib.tail._gini import checked_counts

if TYPE_CHECKING:
    import polars as pl

__all__ = ["concentration", "items_holding"]


def items_holding(counts: Any, share: float = 0.5) -> int:
    """Smallest number of items that together hold a share of all interactions.

    Parameters
    ----------
    counts : array-like, shape (n_items,)
        Interactions of every catalogue item.
    share : float
        In (0, 1].

    Returns
    -------
    int
        0 where there are no interactions.

    Raises
    ------
    ValueError
        Bad counts, or a share outside (0, 1].

    Examples
    --------
    >>> items_holding([1, 6, 0, 2, 1])
    1
    >>> items_holding([1, 6, 0, 2, 1], share=0.7)
    2
    """
    values = np.sort(checked_counts(counts, "items_holding"))[::-1]
    if not 0 < share <= 1:
        raise ValueError(f"items_holding: share must lie above 0 and at most 1, got {share}")
    held = np.cumsum(values)
    if held[-1] == 0:
        return 0
    # A share such as .7 of 10 is 7.000000000000001 in floating point; the slack forgives that.
    return int(np.searchsorted(held, share * held[-1] * (1 - 1e-12))) + 1


def concentration(counts: Mapping[str, Any]) -> pl.DataFrame:
    """Put several catalogues beside each other, one row each.

    Parameters
    ----------
    counts : mapping of str to array-like of shape (n_items,)
        Name of the dataset, and the interactions of every catalogue item.

    Returns
    -------
    polars.DataFrame
        `dataset`; `items` of the catalogue; `cold` and `once`, the shares of items with no and
        with one interaction; `top 20%` and `tail 50%`, the shares of interactions that the most
        popular fifth and the less popular half hold; `half in`, the smallest share of items that
        holds half of the interactions; `gini`. Shares are of the whole catalogue, three decimals.

    Raises
    ------
    ValueError
        Bad counts.

    Examples
    --------
    >>> concentration({"five": [3, 0, 14, 1, 2]}).row(0)
    ('five', 5, 0.2, 0.2, 0.7, 0.05, 0.2, 0.6)
    """
    import polars as pl

    rows = []
    for name, given in counts.items():
        values = checked_counts(given, "concentration")
        n = len(values)
        in_tail = popularity_groups(values).mask("tail")
        rows.append(
            {
                "dataset": name,
                "items": n,
                "cold": float((values == 0).mean()),
                "once": float((values == 1).mean()),
                "top 20%": top_share(values, 0.2),
                "tail 50%": float(values[in_tail].sum() / max(values.sum(), 1)),
                "half in": items_holding(values) / n,
                "gini": gini(values),
            }
        )
    return pl.DataFrame(rows).with_columns(pl.col(pl.Float64).round(3))
