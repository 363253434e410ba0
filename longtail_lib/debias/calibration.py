"""How far guessed propensities are from true ones."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["propensity_calibration"]


def propensity_calibration(
    guess: Any, truth: Any, *, bins: int = 10, digits: int | None = 4
) -> Any:
    """Compare a guess with true propensities, from the least guessed to the most.

    Cells are put into bins of about equal size by guess; equal guesses share a bin.

    Parameters
    ----------
    guess : array, shape (n_items,) or (n_users, n_items)
        Such as `popularity_propensity(parts)`.
    truth : array, shape (n_users, n_items)
        `true_propensity(parts)`.
    bins : int
    digits : int or None
        Decimals to round to; None leaves numbers as they are.

    Returns
    -------
    polars.DataFrame
        One row a bin: `guess` and `truth`, the means; `ratio`, guess over truth; `spread`, the
        standard deviation of true propensities within the bin, which is what a guess that is the
        same for all users cannot know; `cells`.

    Raises
    ------
    ValueError
        Shapes that do not fit, or fewer than one bin.

    Examples
    --------
    >>> propensity_calibration([0.2, 0.8], [[0.1, 0.5], [0.3, 0.5]], bins=2).rows()
    [(0.2, 0.2, 1.0, 0.1, 2), (0.8, 0.5, 1.6, 0.0, 2)]
    """
    import polars as pl

    truth = np.asarray(truth, dtype=np.float64)
    guess = np.asarray(guess, dtype=np.float64)
    if truth.ndim != 2 or guess.shape not in (truth.shape, truth.shape[1:]) or bins < 1:
        raise ValueError(
            "propensity_calibration: truth must have shape (n_users, n_items), guess that or "
            f"(n_items,), and bins be at least 1, got {truth.shape}, {guess.shape} and {bins}"
        )
    # A guess for each item puts whole columns into a bin, so its quantiles are those of the cells.
    edges = np.unique(np.quantile(guess, np.arange(1, bins) / bins))
    bin_of = np.broadcast_to(np.searchsorted(edges, guess, side="right"), truth.shape).ravel()
    cells = np.bincount(bin_of)
    used = cells > 0

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(bin_of, values.ravel())[used] / cells[used]

    guessed, known = mean(np.broadcast_to(guess, truth.shape)), mean(truth)
    spread = np.sqrt(np.maximum(0, mean(truth**2) - known**2))
    ratio = np.divide(guessed, known, out=np.full(len(known), np.nan), where=known > 0)
    table = pl.DataFrame(
        {
            "guess": guessed,
            "truth": known,
            "ratio": ratio,
            "spread": spread,
            "cells": cells[used],
        }
    )
    return table if digits is None else table.with_columns(pl.selectors.float().round(digits))
