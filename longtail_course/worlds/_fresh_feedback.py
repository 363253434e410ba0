"""New logs drawn from the simulator's truth: what is shown, and what is chosen of it."""

from __future__ import annotations

from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import BOOLEAN, SEED, Interval, Nullable, constrained
from longtail_lib.simulation._true_preference import order_of

__all__ = ["Feedback", "draw_feedback", "fresh_feedback"]

# Cells computed at a time: 32 MiB of float64.
_BLOCK = 2**22


class Feedback(NamedTuple):
    """A log that says what was shown.

    Parameters
    ----------
    shown, chosen : csr_matrix of float32, shape (n_users, n_items)
        Ones at the pairs that were shown and at those of them that were chosen; indices sorted.
    """

    shown: csr_matrix
    chosen: csr_matrix


@constrained(logs=Nullable(Interval(Integral, 1)))
def draw_feedback(
    preference: Any, propensity: Any, *, seed: Any = 0, logs: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Draw for each cell whether it was shown and, if so, whether it was chosen.

    Parameters
    ----------
    preference, propensity : array, same shape
        Probability that an item is chosen when shown, and that it is shown.
    seed : int or numpy.random.Generator
    logs : int or None
        Draw this many logs, independent of each other; one without a leading axis if None.

    Returns
    -------
    shown, chosen : ndarray of bool, shape of the cells, or (logs, ...)

    Raises
    ------
    ValueError
        Arrays of different shape.

    Examples
    --------
    >>> shown, chosen = draw_feedback([0.5, 1.0, 0.5], [0.0, 1.0, 0.5], seed=0, logs=1000)
    >>> shown.mean(axis=0).round(1).tolist(), chosen.mean(axis=0).round(1).tolist()
    ([0.0, 1.0, 0.5], [0.0, 1.0, 0.3])
    """
    preference, propensity = np.asarray(preference), np.asarray(propensity)
    if preference.shape != propensity.shape:
        raise ValueError(
            f"draw_feedback: preference has shape {preference.shape}, propensity "
            f"{propensity.shape}; pass both for the same cells"
        )
    rng = np.random.default_rng(seed)
    shape = preference.shape if logs is None else (logs, *preference.shape)
    # In float64: single precision draws 0 once in 2^24 times, too often for a propensity of 1e-9.
    shown = rng.random(shape) < propensity
    chosen = rng.random(shape) < preference
    chosen &= shown
    return shown, chosen


@constrained(exclude_seen=BOOLEAN, seed=SEED)
def fresh_feedback(source: Any, *, seed: int = 0, exclude_seen: bool = False) -> Feedback:
    """Draw one new log for all users and the whole catalogue.

    Each pair is shown with its true propensity, once, and what is shown is chosen with the true
    preference, all pairs independent of each other. This is the clean experiment for an
    estimator. In the stored log an item may be shown in several blocks and be chosen in the
    second or third, and an item that was chosen cannot be chosen again, so that what a test part
    holds depends on what the train part took. Here neither is so: propensity times preference is
    the probability of a choice, and a recommender fitted on the train part knows nothing of it.

    Parameters
    ----------
    source : Split or Truth
        Rows and columns follow it.
    seed : int
        Each user draws from a stream of their own, so the result does not depend on memory or
        on which other users there are before or after.
    exclude_seen : bool
        Leave out the pairs of the split's train part, both from what is shown and from what is
        chosen.

    Returns
    -------
    Feedback

    Raises
    ------
    ValueError
        No truth, or `exclude_seen` without a split.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> ones = lambda rows: np.ones((len(rows), 2))
    >>> truth = SimpleNamespace(user_ids=np.array([1]), item_ids=np.array(["a", "b"]),
    ...                         preference=lambda rows: 0 * ones(rows), propensity=ones)
    >>> log = fresh_feedback(truth)
    >>> log.shown.nnz, log.chosen.nnz
    (2, 0)
    """
    truth, users, items = order_of(source)
    if exclude_seen and not hasattr(source, "train"):
        raise ValueError("fresh_feedback: exclude_seen needs a split, the truth has no train part")
    rows, columns, taken = [], [], []
    step = max(1, _BLOCK // len(truth.item_ids))
    for start in range(0, len(users), step):
        block = users[start : start + step]
        propensity, preference = truth.propensity(block), truth.preference(block)
        for place in range(len(block)):
            row = start + place
            shown, chosen = draw_feedback(
                preference[place, items], propensity[place, items], seed=[seed, row]
            )
            if exclude_seen:
                shown[source.train.indices[slice(*source.train.indptr[row : row + 2])]] = False
            found = np.flatnonzero(shown)
            rows.append(np.full(len(found), row))
            columns.append(found)
            taken.append(chosen[found])
    rows, columns, taken = (np.concatenate(parts) for parts in (rows, columns, taken))
    shape = (len(users), len(items))
    return Feedback(_ones(rows, columns, shape), _ones(rows[taken], columns[taken], shape))


def _ones(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> csr_matrix:
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=shape[0]))])
    return csr_matrix(
        (np.ones(len(rows), dtype=np.float32), columns.astype(np.int32), indptr.astype(np.int32)),
        shape=shape,
    )
