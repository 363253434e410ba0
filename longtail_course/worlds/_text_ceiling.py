"""What a linear reader of texts could know at best: it is taught with the truth itself."""

from __future__ import annotations

from numbers import Integral
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np

from longtail_lib._parameters import SEED, Interval, constrained
from longtail_lib.data import Dataset
from longtail_lib.tail import popularity_groups

__all__ = ["TextCeiling", "attribute_vectors", "text_ceiling"]

_PENALTIES = np.logspace(-2, 4, 13)


class TextCeiling(NamedTuple):
    """Shares of the variance of true preferences that are explained on held-out items.

    Parameters
    ----------
    random : float
        Taught on four fifths of the catalogue, asked about the rest.
    tail : float
        Taught on the more popular half, asked about the less popular one.
    """

    random: float
    tail: float


@constrained(users=Interval(Integral, 1), seed=SEED)
def text_ceiling(dataset: Dataset, vectors: Any, users: int = 300, seed: int = 0) -> TextCeiling:
    """Fit a ridge regression of each user's true preferences on text vectors.

    No recommender that is linear in these vectors can expect more: it sees choices, not
    preferences, and few of them. Comparing two readers at their ceilings tells what the texts hold
    for each, and leaves out how well a model learns.

    Parameters
    ----------
    dataset : Dataset
        What `simulate` returned.
    vectors : array, shape (n_items, dimensions)
        In the order of the item table.
    users : int
        Drawn at random.
    seed : int

    Returns
    -------
    TextCeiling
        Squared correlations, after every user's mean over the held-out items is taken off both
        sides; 0 where the correlation is negative. The penalty is the one that is best on the
        held-out items, as a ceiling may have it.

    Raises
    ------
    ValueError
        No truth, or not one vector for each item.

    Examples
    --------
    >>> from longtail_lib import load_dataset
    >>> social = load_dataset("social")
    >>> text_ceiling(social, attribute_vectors(social), users=20).random > 0.1
    True
    """
    vectors = np.asarray(vectors, dtype=np.float64)
    if dataset.truth is None:
        raise ValueError(f"text_ceiling: {dataset!r} has no truth; take a simulated dataset")
    if vectors.ndim != 2 or len(vectors) != dataset.n_items:
        raise ValueError(
            f"text_ceiling: vectors must have one row for each of {dataset.n_items:,} items, got "
            f"shape {vectors.shape}"
        )
    rng = np.random.default_rng(seed)
    rows = rng.permutation(dataset.n_users)[:users]
    preference = dataset.truth.preference(rows).T
    held_out = np.zeros(dataset.n_items, dtype=bool)
    held_out[rng.permutation(dataset.n_items)[: dataset.n_items // 5]] = True
    return TextCeiling(
        _explained(vectors, preference, held_out),
        _explained(vectors, preference, _less_popular(dataset)),
    )


def _explained(vectors: np.ndarray, preference: np.ndarray, asked: np.ndarray) -> float:
    taught, wanted = (
        values[~asked] - values[~asked].mean(axis=0) for values in (vectors, preference)
    )
    asked_vectors, true = (
        values[asked] - values[asked].mean(axis=0) for values in (vectors, preference)
    )
    # One decomposition serves all penalties.
    strengths, directions = np.linalg.eigh(taught.T @ taught)
    products, seen = directions.T @ (taught.T @ wanted), asked_vectors @ directions
    best = 0.0
    for penalty in _PENALTIES:
        told = seen @ (products / (np.maximum(strengths, 0) + penalty)[:, None])
        length = np.sqrt((told**2).sum() * (true**2).sum())
        if length > 0:
            best = max(best, float((told * true).sum() / length))
    return best**2


def _less_popular(dataset: Dataset) -> np.ndarray:
    log, items = (
        nw.from_native(frame, eager_only=True)["item_id"].to_numpy().astype(str)
        for frame in (dataset.interactions, dataset.items)
    )
    # Simulated catalogues are in the order of their ids.
    counts = np.bincount(np.searchsorted(items, log), minlength=len(items))
    return popularity_groups(counts).mask("tail")


def attribute_vectors(dataset: Dataset) -> np.ndarray:
    """Ones where an item has an attribute value: what a reader would have who misread no word.

    Returns
    -------
    ndarray of float64, shape (n_items, n_values)
    """
    table = nw.from_native(dataset.items, eager_only=True)
    names = [one for one in table.columns if one not in ("item_id", "title", "text", "added")]
    codes = (np.unique(table[name].to_numpy(), return_inverse=True)[1] for name in names)
    return np.hstack([np.eye(code.max() + 1)[code] for code in codes])
