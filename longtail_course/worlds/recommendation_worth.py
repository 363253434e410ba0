"""What recommended items are worth to the users, by the truth of a simulation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from longtail_lib.evaluation._report_display import rounded
from longtail_lib.models import Recommender
from longtail_lib.preprocessing import Split
from longtail_lib.tail import Groups, popularity_groups

__all__ = ["worth_table"]


def worth_table(
    models: Mapping[str, Recommender],
    parts: Split,
    *,
    k: int = 10,
    groups: Groups | None = None,
    digits: int | None = 3,
) -> Any:
    """Measure the mean true preference of what models recommend, and of the tail items in it.

    Every user gets a list; seen items are those of train alone. An item that a user chose in
    validation or test is worth its true preference like any other.

    Parameters
    ----------
    models : mapping of str to Recommender
        Fitted on `parts`.
    parts : Split
        With truth.
    k : int
    groups : Groups or None
        `popularity_groups` on train popularity if None; the last group is the tail.
    digits : int or None

    Returns
    -------
    polars.DataFrame
        Columns model; worth; tail_share of all places; tail_worth, null where no tail item is
        recommended.

    Raises
    ------
    ValueError
        A split without truth.

    Examples
    --------
    >>> from longtail_lib.testing import tiny_world
    >>> from longtail_lib.models import Oracle, Popularity
    >>> parts = tiny_world()
    >>> models = {"Oracle": Oracle().fit(parts), "Popularity": Popularity().fit(parts)}
    >>> worth_table(models, parts, k=1)["worth"].to_list()
    [0.833, 0.167]
    """
    import polars as pl

    from longtail_course.worlds.estimator_experiment import recommended_lists
    from longtail_lib.simulation import true_preference

    groups = popularity_groups(parts.popularity) if groups is None else groups
    tail = groups.mask(groups.names[-1])
    preference = true_preference(parts)
    rows = []
    for name, model in models.items():
        lists = recommended_lists(model, parts, k)
        worth = np.take_along_axis(preference, lists, axis=1).astype(np.float64)
        of_tail = tail[lists]
        in_tail = float(worth[of_tail].mean()) if of_tail.any() else None
        rows.append((name, float(worth.mean()), float(of_tail.mean()), in_tail))
    schema = {
        "model": pl.String,
        **dict.fromkeys(("worth", "tail_share", "tail_worth"), pl.Float64),
    }
    return rounded(pl.DataFrame(rows, schema=schema, orient="row"), digits)
