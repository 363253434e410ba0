"""An estimated value with its standard error, and the checks that all estimators share."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from longtail_lib._parameters import Interval, Options, constrained
from longtail_lib.simulation import true_preference

__all__ = ["Estimate", "list_weights", "true_value"]


@dataclass(frozen=True, eq=False)
class Estimate:
    """An estimated value and its standard error.

    Parameters
    ----------
    value, standard_error : float, or ndarray of shape (logs,)
        NaN where nothing was shown that could be averaged.
    n : int
        Users.
    """

    value: Any
    standard_error: Any
    n: int

    def __repr__(self) -> str:
        if np.ndim(self.value):
            return f"Estimate({len(self.value):,} logs, {self.n:,} users)"
        return f"{self.value:.4f} ± {self.standard_error:.4f} ({self.n:,} users)"


@constrained(k=Interval(Integral, 1), kind=Options("mean", "dcg"))
def list_weights(k: int, kind: str = "mean") -> np.ndarray:
    """Weights of the places of a list, shape (k,), which add up to 1.

    Parameters
    ----------
    k : int
        Length of the lists.
    kind : {"mean", "dcg"}
        All equal, or falling by 1 / log2(place + 1), place counted from 1.

    Examples
    --------
    >>> list_weights(3, "dcg").round(3).tolist()
    [0.469, 0.296, 0.235]
    """
    raw = np.ones(k) if kind == "mean" else 1 / np.log2(np.arange(2, k + 2))
    return raw / raw.sum()


def checked_weights(weights: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Broadcast weights to the cells; refuse negative ones and a sum of 0."""
    weights = np.asarray(1.0 if weights is None else weights, dtype=np.float64)
    try:
        weights = np.broadcast_to(weights, shape[-2:])
    except ValueError:
        raise ValueError(
            f"weights of shape {weights.shape} do not fit cells of shape {shape[-2:]}; pass one "
            "weight for each place, or one for each cell"
        ) from None
    if not (weights.min(initial=0) >= 0 and weights.sum() > 0):
        raise ValueError("weights must be at least 0 and not all 0")
    return weights


def checked_cells(
    outcome: Any, shown: Any, weights: Any
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
    """Return outcome, shown and weights as arrays that fit each other."""
    outcome = np.asarray(outcome, dtype=np.float64)
    if outcome.ndim not in (2, 3) or outcome.size == 0:
        raise ValueError(
            "outcome must have shape (n_users, k) or (logs, n_users, k), one row for each user, "
            f"got {outcome.shape}"
        )
    if shown is not None:
        shown = np.asarray(shown, dtype=bool)
        if shown.shape != outcome.shape:
            raise ValueError(f"shown has shape {shown.shape}, outcome {outcome.shape}")
    return outcome, shown, checked_weights(weights, outcome.shape)


def inverse_propensity(shown: np.ndarray, propensity: Any) -> np.ndarray:
    """1 / propensity; 0 where the propensity is 0, which is refused where an item was shown."""
    propensity = np.asarray(propensity, dtype=np.float64)
    try:
        propensity = np.broadcast_to(propensity, shown.shape[-2:])
    except ValueError:
        raise ValueError(
            f"propensity of shape {propensity.shape} does not fit cells of shape "
            f"{shown.shape[-2:]}; take it at the recommended columns, as propensity[lists]"
        ) from None
    if not ((propensity >= 0) & (propensity <= 1)).all():
        raise ValueError("propensity must lie in [0, 1]; it is a probability")
    possible = propensity > 0
    if (shown & ~possible).any():
        raise ValueError(
            "an item was shown whose propensity is 0, so the propensities are wrong; give them a "
            "floor above 0"
        )
    return np.divide(1.0, propensity, out=np.zeros(propensity.shape), where=possible)


def ratio_of_sums(above: np.ndarray, below: np.ndarray) -> Estimate:
    """Sum over sum, with a linearised standard error between the users of the last but one axis."""
    above, below = above.sum(axis=-1), below.sum(axis=-1)
    n, total = above.shape[-1], below.sum(axis=-1)
    with np.errstate(invalid="ignore"):
        value = above.sum(axis=-1) / total
        rest = above - np.expand_dims(value, -1) * below
        # One user tells nothing about the spread between users.
        spread = n / (n - 1) if n > 1 else np.nan
        error = np.sqrt((rest**2).sum(axis=-1) * spread) / total
    return Estimate(value, error, n)


def true_value(source: Any, lists: Any, weights: Any = None) -> float:
    """Value of recommendations, in [0, 1]: the weighted mean preference of what is recommended.

    This is what the estimators of `longtail_lib.debias` estimate from a log.

    Parameters
    ----------
    source : Split or Truth
    lists : array of int, shape (n_users, k)
        Columns recommended to each user, best first.
    weights : array, shape (k,) or (n_users, k), or None
        Of the places, such as `list_weights(k, "dcg")`; all equal if None.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> table = np.array([[0.5, 0.0], [0.25, 1.0]])
    >>> truth = SimpleNamespace(user_ids=np.array([1, 2]), item_ids=np.array(["a", "b"]),
    ...                         preference=lambda rows: table[rows])
    >>> true_value(truth, [[0], [1]])
    0.75
    """
    preference = true_preference(source, lists).astype(np.float64)
    return float(np.average(preference, weights=checked_weights(weights, preference.shape)))
