"""Can popularity be read off vectors? A ridge regression answers, on items it was not fitted on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from longtail_lib.text._encoder import checked_vectors

__all__ = ["PopularityFit", "popularity_fit"]


class PopularityFit(NamedTuple):
    """How much of log popularity is explained.

    Parameters
    ----------
    r2 : float
        1 less the ratio of squared errors to those of the train items' mean; on held-out items,
        all folds together. 0 is no better than the mean, below 0 worse.
    by_fold : tuple of float
        The same, fold by fold.
    fitted : float
        What it would seem to be on the items that each fit was made on: too high.
    """

    r2: float
    by_fold: tuple[float, ...]
    fitted: float


def popularity_fit(
    vectors: np.ndarray,
    popularity: np.ndarray,
    *,
    l2: float = 1.0,
    folds: int = 5,
    seed: int = 0,
) -> PopularityFit:
    """Predict log(1 + popularity) from vectors by ridge regression, cross-validated over items.

    What an encoder's vectors tell of popularity, a model that is fed them can use to recommend
    popular items, and nobody sees popularity among its inputs.

    Parameters
    ----------
    vectors : ndarray, shape (n_items, d)
        Or any other features of the items, such as the length of each text.
    popularity : ndarray, shape (n_items,)
        Train interactions.
    l2 : float
        Ridge penalty; vectors are centred, their mean and that of the target are not penalised.
    folds : int
        Parts of the catalogue, drawn at random; each is predicted from the others.
    seed : int

    Returns
    -------
    PopularityFit

    Raises
    ------
    ValueError
        Lengths that differ, fewer items than folds, fewer than two folds, a negative penalty, or
        popularity that is the same for all.

    Examples
    --------
    >>> popularity = np.arange(40)
    >>> tells = popularity_fit(np.log1p(popularity)[:, None], popularity, l2=0.0)
    >>> round(tells.r2, 3)
    1.0
    >>> noise = np.random.default_rng(0).normal(size=(40, 20))
    >>> found = popularity_fit(noise, popularity)
    >>> found.r2 < 0 < found.fitted
    True
    """
    vectors = checked_vectors(vectors).astype(np.float64)
    target = np.log1p(np.asarray(popularity, dtype=np.float64))
    if target.shape != (len(vectors),):
        raise ValueError(
            f"popularity_fit: one count for each of the {len(vectors)} vectors is needed, got "
            f"shape {target.shape}"
        )
    if not 2 <= folds <= len(target):
        raise ValueError(
            f"popularity_fit: folds must lie between 2 and the {len(target)} items, got {folds}"
        )
    if not 0 <= l2 < np.inf:
        raise ValueError(f"popularity_fit: l2 must be a number from 0, got {l2}")
    if np.ptp(target) == 0:
        raise ValueError("popularity_fit: all items are equally popular; there is nothing to read")
    order = np.random.default_rng(seed).permutation(len(target))
    held_out, inside = [], []
    for part in np.array_split(order, folds):
        rest = np.setdiff1d(order, part)
        mean, middle = vectors[rest].mean(axis=0), target[rest].mean()
        x, y = vectors[rest] - mean, target[rest] - middle
        gram = x.T @ x + l2 * np.eye(x.shape[1])
        # Least squares also where directions do not vary and the penalty is 0.
        weights = np.linalg.lstsq(gram, x.T @ y, rcond=None)[0]
        for rows, found in ((part, held_out), (rest, inside)):
            y = target[rows] - middle
            error = y - (vectors[rows] - mean) @ weights
            found.append((float(error @ error), float(y @ y)))
    return PopularityFit(
        _explained(held_out), tuple(_explained([each]) for each in held_out), _explained(inside)
    )


def _explained(squares: list[tuple[float, float]]) -> float:
    error, total = np.sum(squares, axis=0)
    return float(1 - error / total) if total else float("nan")
