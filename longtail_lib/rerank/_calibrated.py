"""Calibrated recommendations: a list with the same mixture as the user's history."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from longtail_lib._parameters import Interval, constrained
from longtail_lib.rerank._candidates import checked_candidates, greedy, item_values, user_values

__all__ = ["calibrated", "calibration_divergence"]

# Floats of one block of users x candidates x groups: 2 MiB, which a cache holds.
_BLOCK = 2**19


@constrained(
    weight=Interval(Real, 0, 1),
    smoothing=Interval(
        Real,
        0,
        1,
        closed="neither",
        mend="with 0 a list without one of the user's groups would be infinitely bad",
    ),
)
def calibrated(
    candidates: Any,
    scores: Any,
    *,
    groups: Any,
    target: Any,
    weight: float,
    k: int,
    smoothing: float = 0.01,
) -> np.ndarray:
    r"""Re-rank so that the groups in the list are mixed as in the user's history.

    Place after place the list S takes the candidate for which

    .. math:: (1 - weight) \sum_{i \in S} rel(i) - weight \cdot KL(p, q_S)

    is largest, with rel the user's score scaled to [0, 1], p the user's `target`, q_S the mean of
    `groups` over S, and the divergence of `calibration_divergence`. All places of the list count
    alike.

    With one more place to fill, the length of S is the same for every candidate, and maximising
    this is maximising :math:`(1 - w) \sum rel + w \sum_g p_g \log \sum_{i \in S} \tilde q_{ig}`,
    which is monotone and submodular. Greedy choice therefore closes at least 1 - 1/e of the
    distance from its first item to the best list (Nemhauser, Wolsey and Fisher 1978; exactly
    1 - (1 - 1/k)^(k - 1)).

    Parameters
    ----------
    candidates, scores, k
        As in `mmr`; so is what comes back, positions among the candidates, int64 (n, k).
    groups : array of float, shape (n_items, n_groups)
        Each item's shares of the groups; a row adds up to 1, or to 0 for an item of no group.
    target : array of float, shape (n, n_groups)
        Each user's mixture; a row adds up to 1.
    weight : float
        0 keeps the order, 1 forgets the scores.
    smoothing : float
        The share of p mixed into q, above 0 and below 1, so that a group that is missing from the
        list costs much but not infinitely much.

    References
    ----------
    Steck, H. (2018). Calibrated recommendations. RecSys '18, 154-162.

    Nemhauser, G. L., Wolsey, L. A., Fisher, M. L. (1978). An analysis of approximations for
    maximizing submodular set functions I. Mathematical Programming 14, 265-294.

    Examples
    --------
    >>> groups = np.array([[1, 0], [1, 0], [1, 0], [0, 1]])
    >>> calibrated([[0, 1, 2, 3]], [[0.9, 0.8, 0.7, 0.1]], groups=groups, target=[[0.5, 0.5]],
    ...            weight=0.9, k=2).tolist()
    [[0, 3]]
    """
    found = checked_candidates(candidates, scores, k, "calibrated")
    groups = _shares(item_values(groups, found, "groups", "calibrated"), "groups", nothing=True)
    target = _shares(user_values(target, found, "target", "calibrated"), "target")
    if groups.shape[1] != target.shape[1]:
        raise ValueError(
            f"calibrated: items have {groups.shape[1]} groups and users {target.shape[1]}; both "
            "must list the same groups"
        )
    n, m = found.columns.shape
    step = max(1, _BLOCK // (m * groups.shape[1]))
    blocks = [
        _one_block(
            found._replace(
                columns=found.columns[rows],
                relevance=found.relevance[rows],
                valid=found.valid[rows],
            ),
            groups,
            target[rows],
            np.float32(weight),
            np.float32(smoothing),
        )
        for rows in (slice(start, start + step) for start in range(0, n, step))
    ]
    return np.concatenate(blocks) if blocks else np.empty((0, found.k), dtype=np.int64)


def calibration_divergence(target: Any, mixture: Any, smoothing: float = 0.01) -> np.ndarray:
    r"""Kullback-Leibler divergence from a list's mixture to a user's, smoothed."""
    p, q = np.asarray(target, dtype=np.float64), np.asarray(mixture, dtype=np.float64)
    mixed = (1 - smoothing) * q + smoothing * p
    ratio = np.divide(p, mixed, out=np.ones(np.broadcast(p, q).shape), where=p > 0)
    return (p * np.log(ratio)).sum(axis=-1) + 0.0


def _one_block(
    found: Any, groups: np.ndarray, target: np.ndarray, weight: np.float32, smoothing: np.float32
) -> np.ndarray:
    users = np.arange(len(target))
    # Groups first: one plane of users x candidates for each, which numpy runs through in order.
    planes = np.ascontiguousarray(groups.T)[:, found.columns]
    planes *= 1 - smoothing
    # A group that the user has no share of may be missing: its logarithm is not to be -inf.
    held = np.where(target > 0, np.float32(0), np.float32(1))
    weighted = weight * target
    base = (1 - weight) * found.relevance

    logs = np.empty_like(base)

    def gains(step: int) -> np.ndarray:
        # Dividing by the length of the list would add the same to every candidate.
        gain = base.copy()
        smoothed = held + smoothing * np.float32(step + 1) * target
        for group, plane in enumerate(planes):
            np.add(plane, smoothed[:, group, None], out=logs)
            np.log(logs, out=logs)
            np.multiply(logs, weighted[:, group, None], out=logs)
            np.add(gain, logs, out=gain)
        return gain

    def choose(best: np.ndarray) -> None:
        held[:] += planes[:, users, best].T

    return greedy(found, gains, choose)


def _shares(values: np.ndarray, what: str, nothing: bool = False) -> np.ndarray:
    values = values.astype(np.float32)
    if values.ndim != 2:
        raise ValueError(
            f"calibrated: {what} must have one column for each group, got shape {values.shape}"
        )
    sums = values.sum(axis=1)
    wrong = (values < 0).any(axis=1) | (np.abs(sums - 1) > 1e-3) & ~(nothing & (sums == 0))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"calibrated: row {row} of {what} must hold shares that add up to 1, got a sum of "
            f"{sums[row]:g} and a least share of {values[row].min():g}"
        )
    return values
