"""Metrics of each user, overall and for each group: what means and intervals are made from."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.evaluation.metrics.accuracy import ACCURACY, Hits, accuracy, find_hits
from longtail_lib.evaluation.metrics.exposure import list_means, list_shares, novelty_of_items
from longtail_lib.preprocessing import Split

__all__ = ["ROWS", "USER_METRICS", "user_metrics"]

USER_METRICS = (*ACCURACY, "ARP", "APLT", "Novelty")

# Users handled at once, so that temporary arrays stay small whatever the number of users.
ROWS = 4096


def user_metrics(
    lists: np.ndarray,
    relevant: csr_matrix,
    parts: Split,
    masks: Mapping[str, np.ndarray],
    ks: tuple[int, ...],
    metrics: tuple[str, ...],
) -> dict[tuple[str, str], np.ndarray]:
    """Compute the metrics that are means over users.

    Parameters
    ----------
    lists : ndarray of int, shape (n, length)
        Columns, best first; -1 where a list has ended.
    relevant : csr_matrix, shape (n, n_items)
        Relevant items of the same users.
    parts : Split
        For popularity in train.
    masks : mapping of str to ndarray of bool, shape (n_items,)
        Groups of the catalogue; the last is the tail.
    ks : tuple of int
        Cut-offs, at most the length that the lists were made with.
    metrics : tuple of str
        Some of `USER_METRICS`.

    Returns
    -------
    dict of (group, "metric@k") to ndarray of float64, shape (n,)
        "overall" first, then the groups; NaN where a user does not count.

    Examples
    --------
    >>> from longtail_lib.testing import tiny_parts
    >>> parts = tiny_parts()
    >>> lists, tail = np.array([[5, 3], [2, 5], [4, 2]]), np.arange(6) >= 3
    >>> found = user_metrics(lists, parts.test, parts, {"tail": tail}, (2,), ("Recall", "APLT"))
    >>> found["overall", "Recall@2"].tolist(), found["tail", "Recall@2"].tolist()
    ([0.0, 1.0, 0.5], [0.0, nan, nan])
    >>> found["overall", "APLT@2"].tolist()
    [1.0, 0.5, 0.5]
    """
    n = len(lists)
    slices: dict[str, np.ndarray | None] = {"overall": None, **masks}
    tail = list(masks.values())[-1]
    values = {
        (group, f"{metric}@{cut}"): np.empty(n)
        for group in slices
        for cut in ks
        for metric in metrics
    }
    accurate = [metric for metric in metrics if metric in ACCURACY]
    popularity = parts.popularity
    per_item = {
        "ARP": popularity / parts.n_users,
        "Novelty": novelty_of_items(popularity, parts.n_users),
    }
    for start in range(0, n, ROWS):
        rows = slice(start, start + ROWS)
        block = relevant[rows]
        hits = find_hits(lists[rows], block)
        for group, mask in slices.items():
            own, n_relevant = _restrict(hits, block, mask)
            for cut in ks:
                for metric, found in accuracy(own, n_relevant, cut, accurate).items():
                    values[group, f"{metric}@{cut}"][rows] = found
                shown = lists[rows, :cut]
                for metric in metrics:
                    if metric in per_item:
                        found = list_means(shown, per_item[metric], mask)
                    elif metric == "APLT":
                        found = list_shares(shown, tail if mask is None else mask)
                    else:
                        continue
                    values[group, f"{metric}@{cut}"][rows] = found
    return values


def _restrict(hits: Hits, relevant: csr_matrix, mask: np.ndarray | None) -> tuple[Hits, np.ndarray]:
    """Keep the hits and count the relevant items that belong to a group."""
    if mask is None:
        return hits, np.diff(relevant.indptr)
    inside = mask[hits.items]
    owner = np.repeat(np.arange(relevant.shape[0]), np.diff(relevant.indptr))
    n_relevant = np.bincount(owner[mask[relevant.indices]], minlength=relevant.shape[0])
    return Hits(*(array[inside] for array in hits)), n_relevant
