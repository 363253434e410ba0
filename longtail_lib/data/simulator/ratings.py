"""What a user says of a chosen item: stars with bias and noise, or a number of plays."""

from __future__ import annotations

import numpy as np

from longtail_lib.data.simulator.fixed_point import UNIT, exponential, normal
from longtail_lib.data.simulator.preset import Preset

__all__ = ["rate"]

_STEPS = {"stars": 1.0, "half-stars": 0.5}


def rate(
    preset: Preset, strength: np.ndarray, generosity: np.ndarray, rng: np.random.Generator
) -> np.ndarray | None:
    """Rate chosen items.

    Opinion is the preference before squashing, plus the user's generosity, plus noise. Stars cut
    the opinions of the whole log at the preset's shares, so that the histogram is the preset's.

    Parameters
    ----------
    preset : Preset
    strength : ndarray of float64, shape (n,)
        Preference before squashing.
    generosity : ndarray of int, shape (n,)
        The user's rating bias, in units of 2^-10.
    rng : numpy Generator

    Returns
    -------
    ndarray of float64, shape (n,), or None
        None where the preset's manner is "none".

    Raises
    ------
    ValueError
        An unknown manner.
    """
    noise = normal(rng, len(strength)) * round(preset.rating_noise * UNIT) >> 10
    opinion = np.floor(strength * UNIT).astype(np.int64) + generosity + noise
    if preset.rating == "none":
        return None
    if preset.rating == "plays":
        plays = exponential(np.clip(opinion, -2 * UNIT, 5 * UNIT) / UNIT + 1.0)
        return 1.0 + np.floor(plays)
    if preset.rating not in _STEPS:
        raise ValueError(
            f"preset '{preset.name}': rating is {preset.rating!r}; it must be 'stars', "
            "'half-stars', 'plays' or 'none'"
        )
    step = _STEPS[preset.rating]
    ends = np.floor(np.cumsum(preset.rating_shares) * len(opinion)).astype(np.int64)[:-1]
    stars = np.empty(len(opinion))
    stars[np.argsort(opinion, kind="stable")] = np.searchsorted(
        ends, np.arange(len(opinion)), side="right"
    )
    return step * (stars + 1.0)
