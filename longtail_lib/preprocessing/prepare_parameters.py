"""Parameters of `prepare`, checked before any work is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from longtail_lib.data.dataset import Dataset
from longtail_lib.preprocessing.duplicates import KEEP
from longtail_lib.preprocessing.normaliser import METHODS

__all__ = ["check_parameters"]


def check_parameters(data: Dataset, given: Mapping[str, Any]) -> None:
    """Refuse what `prepare` cannot do with this dataset, before any work is done.

    Parameters
    ----------
    data : Dataset
    given : mapping of str to object
        The parameters of `prepare` by name.

    Raises
    ------
    ValueError
        Names the parameter, what it may be, and what to do.
    """
    _one_of("duplicates", given["duplicates"], (*KEEP, "error"))
    _one_of("normalise", given["normalise"], (None, *METHODS))
    _one_of("unknown_items", given["unknown_items"], ("drop", "error"))
    for name in ("min_user_interactions", "min_item_interactions", "max_user_interactions_per_day"):
        value = given[name]
        if value is None and name.startswith("max"):
            continue
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name} must be a whole number from 1 on, got {value!r}")
    bounds = given["rating_range"]
    if bounds is not None and not (len(bounds) == 2 and bounds[0] < bounds[1]):
        raise ValueError(f"rating_range must be (lowest, highest), got {bounds!r}")
    on_ratings = [name for name in ("rating_range", "min_rating") if given[name] is not None]
    if getattr(data.preparation, "normalised", None) and on_ratings:
        raise ValueError(
            f"{on_ratings[0]} cannot be applied: the ratings of '{data.card.name}' are already "
            f"normalised by {data.preparation.normalised!r}; apply it before, or in the same call"
        )
    if given["normalise"] is not None:
        on_ratings.append("normalise")
    if given["duplicates"] == "highest":
        on_ratings.append("duplicates='highest'")
    if on_ratings and not data.has_ratings:
        raise ValueError(f"{on_ratings[0]} needs a column 'rating', which the log does not have")
    if given["max_user_interactions_per_day"] is not None and not data.has_timestamps:
        raise ValueError(
            "max_user_interactions_per_day needs a column 'timestamp', which the log does not have"
        )
    if data.n_interactions == 0:
        raise ValueError(f"dataset '{data.card.name}' has no interactions to prepare")


def _one_of(name: str, value: Any, allowed: tuple[Any, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
