"""Propensities guessed from popularity, for logs that do not say what was shown."""

from __future__ import annotations

from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from longtail_lib._parameters import Interval, Nullable, constrained

__all__ = ["PropensityFit", "fit_propensity", "popularity_propensity"]


class PropensityFit(NamedTuple):
    """A power of popularity, as `popularity_propensity` takes it.

    Parameters
    ----------
    exponent : float
    top : float
        Propensity of the most popular item.
    """

    exponent: float
    top: float


@constrained(
    exponent=Interval(Real, 0),
    top=Interval(Real, 0, 1, closed="right"),
    floor=Nullable(Interval(Real, 0, 1, closed="right")),
)
def popularity_propensity(
    source: Any, exponent: float = 0.5, *, top: float = 1.0, floor: float | None = None
) -> np.ndarray:
    """Guess each item's propensity, float64 (n_items,) in (0, 1], by a power of its popularity.

    The propensity of item i is ``top * (popularity_i / max popularity) ** exponent``, the same
    for every user. It is a guess in three ways: the exponent, the height `top`, and that all
    users were shown the same items. A wrong height scales `ips` and leaves `snips` as it is.

    On the simulated shop the guess correlates by .94 with the share of users that an item was
    shown to, and by .35 with the propensity of single pairs: what is shown depends on the user.
    Estimators that believe it stay biased there, and can order recommenders wrongly that the
    plain mean of what was shown orders rightly. Look at a range of exponents, not at one.

    Parameters
    ----------
    source : Split or array, shape (n_items,)
        A split, for the popularity of its train part, or the popularity itself.
    exponent : float
        0 gives every item the same propensity; .5 is the choice of Saito et al. (2020).
    top : float
        Propensity of the most popular item, above 0 and at most 1.
    floor : float or None
        Least propensity. None takes that of an item with one interaction, so that a cold item
        has none smaller.

    References
    ----------
    Saito, Yaginuma, Nishino, Sakata and Nakata (2020), "Unbiased Recommender Learning from
    Missing-Not-At-Random Implicit Feedback", WSDM 2020.

    Examples
    --------
    >>> popularity_propensity([100, 25, 1, 0]).tolist()
    [1.0, 0.5, 0.1, 0.1]
    """
    popularity = np.asarray(getattr(source, "popularity", source), dtype=np.float64)
    if popularity.ndim != 1 or popularity.size == 0 or not popularity.max() > 0:
        raise ValueError(
            "popularity_propensity: popularity must be one count for each item, one of them above "
            f"0, got shape {popularity.shape}; pass a split or its popularity"
        )
    if popularity.min() < 0 or not np.isfinite(popularity).all():
        raise ValueError("popularity_propensity: popularity must hold counts from 0, all finite")
    least = 1.0 if floor is None else 0.0
    guess = top * (np.maximum(popularity, least) / popularity.max()) ** exponent
    return guess if floor is None else np.maximum(guess, floor)


def fit_propensity(popularity: Any, shown_share: Any) -> PropensityFit:
    """Fit exponent and height to the share of users that each item was shown to.

    Least squares on the logarithms. Whoever logs what was shown, be it for a week, can measure
    the exponent instead of guessing it; so can whoever holds the simulator's truth. It makes the
    guess right on average over users, not for the users who are recommended an item: they are
    those to whom it was shown more than to others.

    Parameters
    ----------
    popularity : array, shape (n_items,)
        Train interactions.
    shown_share : array, shape (n_items,)
        Share of users an item was shown to, for example the mean of `true_propensity` over users.

    Raises
    ------
    ValueError
        Arrays of different length, or fewer than two different popularities above 0 among the
        items that were shown.

    Examples
    --------
    >>> exponent, top = fit_propensity([100, 25, 4, 0], [0.8, 0.4, 0.16, 0.01])
    >>> round(exponent, 3), round(top, 3)
    (0.5, 0.8)
    """
    counts, shares = (np.asarray(values, dtype=np.float64) for values in (popularity, shown_share))
    if counts.shape != shares.shape or counts.ndim != 1:
        raise ValueError(
            f"fit_propensity: popularity has shape {counts.shape}, shown_share {shares.shape}; "
            "pass one number an item in each"
        )
    used = (counts > 0) & (shares > 0)
    if len(np.unique(counts[used])) < 2:
        raise ValueError(
            "fit_propensity: items of at least two different popularities above 0 must have been "
            "shown; a line through one point has no slope"
        )
    exponent, height = np.polyfit(np.log(counts[used]), np.log(shares[used]), 1)
    top = np.exp(height + exponent * np.log(counts.max()))
    return PropensityFit(float(exponent), float(min(1.0, top)))
