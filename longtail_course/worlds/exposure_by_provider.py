"""Who among the providers of items is shown, and how that compares with what users want."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import numpy as np

from longtail_course.worlds.feedback_protocol import log_fingerprint
from longtail_course.worlds.feedback_rounds import FeedbackLoop
from longtail_lib.evaluation._report_display import rounded
from longtail_lib.preprocessing import Split

__all__ = ["provider_exposure"]


def provider_exposure(
    loops: FeedbackLoop | Iterable[FeedbackLoop],
    parts: Split,
    *,
    by: str | Any = "maker",
    digits: int | None = 4,
) -> Any:
    """Exposure, choices and true satisfaction of each provider's items over a feedback loop.

    Demand is the sum of all users' true preferences for the provider's items, seen ones included.
    Exposure in proportion to demand, 1 in the column `exposure_per_demand`, is what Singh and
    Joachims call fair by disparate treatment, here with a place in a list counting the same at
    every rank. Large exposure with small satisfaction means that items are pushed on users who do
    not want them.

    Parameters
    ----------
    loops : FeedbackLoop or iterable of FeedbackLoop
        With their numbers of each item.
    parts : Split
        The split that the loops started from.
    by : str or array of str, shape (n_items,)
        Column of the item table, such as "maker" or "category"; or a label for each item.
    digits : int or None
        Decimals to round to; None leaves numbers as they are.

    Returns
    -------
    polars.DataFrame
        One row for each model and provider, providers by name: model, provider, items; the shares
        of the total catalogue_share, demand_share and exposure_share; exposure_per_demand;
        choices; satisfaction, the mean true preference where one of its items was shown. Null
        where not defined. An item without a provider counts under "(none)".

    Raises
    ------
    KeyError
        No such column.
    ValueError
        Loops without numbers of each item, or from another split; labels for another catalogue.

    References
    ----------
    Singh, A., Joachims, T. (2018). Fairness of exposure in rankings. KDD '18, 2219-2228.

    Examples
    --------
    >>> from longtail_lib.testing import tiny_world
    >>> from longtail_course.worlds import feedback_loop
    >>> from longtail_lib.models import Popularity
    >>> parts = tiny_world()
    >>> table = provider_exposure(feedback_loop(Popularity(), parts, rounds=1, k=2), parts)
    >>> table["provider"].to_list(), round(table["exposure_share"].sum(), 2)
    (['m', 'n'], 1.0)
    """
    import polars as pl

    loops = [loops] if isinstance(loops, FeedbackLoop) else list(loops)
    providers, place = np.unique(_providers(parts, by), return_inverse=True)
    known, n = log_fingerprint(parts), len(providers)
    frames = []
    for loop in loops:
        if not loop.per_item:
            raise ValueError(
                f"provider_exposure: the loop of {loop.model} holds no numbers of each item; "
                "write it with to_json(per_item=True)"
            )
        if loop.protocol["fingerprint"] != known:
            raise ValueError(
                f"provider_exposure: the loop of {loop.model} started from another split; pass "
                "the split it was run on"
            )
        totals = {
            what: np.bincount(place, numbers, minlength=n)
            for what, numbers in loop.per_item.items()
        }
        items = np.bincount(place, minlength=n)
        exposed = _share(totals["exposure"])
        demand = _share(totals["demand"])
        frames.append(
            pl.DataFrame(
                {
                    "model": [loop.model] * n,
                    "provider": providers.tolist(),
                    "items": items,
                    "catalogue_share": _share(items),
                    "demand_share": demand,
                    "exposure_share": exposed,
                    "exposure_per_demand": _divide(exposed, demand),
                    "choices": totals["choices"].astype(np.int64),
                    "satisfaction": _divide(totals["preference_shown"], totals["exposure"]),
                }
            )
        )
    return rounded(pl.concat(frames), digits)


def _providers(parts: Split, by: Any) -> np.ndarray:
    if not isinstance(by, str):
        labels = np.asarray(by).astype(str)
        if labels.shape != (parts.n_items,):
            raise ValueError(
                f"provider_exposure: by holds labels of shape {labels.shape}, the catalogue "
                f"{parts.n_items:,} items; give one label for each"
            )
        return labels
    items = nw.from_native(parts.items, eager_only=True)
    if by not in items.columns:
        raise KeyError(
            f"the item table of this split has no column {by!r}; it has {', '.join(items.columns)}"
        )
    # Asked of the frame, because pandas marks what is missing by a number.
    missing = items[by].is_null().to_list()
    return np.array(
        [
            "(none)" if gone else str(name)
            for name, gone in zip(items[by].to_list(), missing, strict=True)
        ]
    )


def _share(numbers: np.ndarray) -> np.ndarray:
    return _divide(numbers, np.full(len(numbers), numbers.sum()))


def _divide(numbers: np.ndarray, by: np.ndarray) -> np.ndarray:
    nothing = np.full(len(numbers), np.nan)
    return np.divide(numbers, by, out=nothing, where=np.asarray(by) > 0)
