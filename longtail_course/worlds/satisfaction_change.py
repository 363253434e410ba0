"""Who gains and who loses when one model takes another's place."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_course.worlds.feedback_rounds import FeedbackLoop
from longtail_course.worlds.taste_groups import TASTES
from longtail_lib.evaluation._intervals import bootstrap_means, interval_of_means
from longtail_lib.evaluation._report_display import rounded

__all__ = ["satisfaction_by_taste"]


def satisfaction_by_taste(
    loop: FeedbackLoop,
    baseline: FeedbackLoop,
    *,
    seed: int = 0,
    resamples: int = 1000,
    confidence: float = 0.95,
    digits: int | None = 4,
) -> Any:
    """Compare the satisfaction of each user under two models, by taste.

    A user's satisfaction is the mean true preference of what the user was recommended over all
    rounds. Users who were never recommended anything by one of the two are left out.

    Parameters
    ----------
    loop, baseline : FeedbackLoop
        From the same split, with the same seed and settings, with their numbers of each user.
    seed, resamples : int
        For the bootstrap over users.
    confidence : float
    digits : int or None
        Decimals to round to; None leaves numbers as they are.

    Returns
    -------
    polars.DataFrame
        Rows "overall", "head-lovers", "between" and "tail-lovers"; columns users, baseline,
        satisfaction, difference with low and high, and worse_off: the share of users whose
        satisfaction is lower than under the baseline.

    Raises
    ------
    ValueError
        Loops without numbers of each user, or that do not belong together.

    Examples
    --------
    >>> def loop(satisfaction):
    ...     about = {"fingerprint": "x", "seed": 0}
    ...     per_user = {"satisfaction": np.array(satisfaction), "taste": np.array([0, 2])}
    ...     return FeedbackLoop("A", {}, about, per_user=per_user)
    >>> table = satisfaction_by_taste(loop([0.2, 0.5]), loop([0.4, 0.4]))
    >>> table["difference"].to_list(), table["worse_off"].to_list()
    ([-0.05, -0.2, None, 0.1], [0.5, 1.0, None, 0.0])
    """
    import polars as pl

    for one in (loop, baseline):
        if not one.per_user:
            raise ValueError(
                f"satisfaction_by_taste: the loop of {one.model} holds no numbers of each user; "
                "write it with to_json(per_item=True)"
            )
    apart = [
        what
        for what in sorted(set(loop.protocol) - {"model"})
        if loop.protocol[what] != baseline.protocol.get(what)
    ]
    if apart:
        raise ValueError(
            f"satisfaction_by_taste: the two loops differ in {', '.join(apart)}; run both on one "
            "split with the same seed and settings"
        )
    new, old = loop.per_user["satisfaction"], baseline.per_user["satisfaction"]
    met = ~np.isnan(new) & ~np.isnan(old)
    label = loop.per_user["taste"]
    rows = []
    for place, name in enumerate(("overall", *TASTES)):
        mask = met & (True if place == 0 else label == place - 1)
        gain = new[mask] - old[mask]
        if not len(gain):
            rows.append((name, 0, *[None] * 6))
            continue
        draws = bootstrap_means(gain[:, None], resamples, seed)
        # A difference of two preferences lies between -1 and 1.
        low, high = interval_of_means(draws, confidence, worst=-1.0, best=1.0)
        means = old[mask].mean(), new[mask].mean(), gain.mean()
        rows.append((name, len(gain), *map(float, means), float(low[0]), float(high[0])))
        rows[-1] += (float((gain < 0).mean()),)
    columns = ("taste", "users", "baseline", "satisfaction", "difference", "low", "high")
    types = [pl.String, pl.Int64, *[pl.Float64] * 6]
    schema = dict(zip((*columns, "worse_off"), types, strict=True))
    return rounded(pl.DataFrame(rows, schema=schema, orient="row"), digits)
