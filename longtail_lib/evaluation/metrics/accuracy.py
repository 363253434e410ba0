r"""Accuracy of ranked lists: HitRate, Recall, Precision, MRR, MAP and NDCG at k.

For one user let :math:`R` be the relevant items, :math:`h_r` be 1 where the item at rank
:math:`r = 1, 2, \dots` is relevant and 0 elsewhere, and :math:`H_r = \sum_{s \le r} h_s`.

========== ==================================================================================
HitRate@k  1 if :math:`H_k > 0`, else 0
Recall@k   :math:`H_k / |R|`; the denominator is not cut at k
Precision@k :math:`H_k / k`; the denominator stays k where a list is shorter
MRR@k      1 / rank of the first relevant item, 0 if that rank is beyond k
MAP@k      :math:`\frac{1}{|R|} \sum_{r \le k} h_r H_r / r`; the denominator is not cut at k
NDCG@k     :math:`\sum_{r \le k} \frac{h_r}{\log_2(r+1)} \Big/ \sum_{r \le \min(k, |R|)}
           \frac{1}{\log_2(r+1)}`: binary gain, and the ideal list is no longer than k
========== ==================================================================================

A report shows the mean over users with at least one relevant item. For a group of items,
relevance is restricted to the group while the ranking stays that over the whole catalogue, and
the mean is over users with at least one relevant item of the group.

References
----------
Järvelin, K., Kekäläinen, J. (2002). Cumulated gain-based evaluation of IR techniques. ACM
Transactions on Information Systems 20(4), 422-446: DCG and NDCG.

Herlocker, J. L., Konstan, J. A., Terveen, L. G., Riedl, J. T. (2004). Evaluating collaborative
filtering recommender systems. ACM Transactions on Information Systems 22(1), 5-53: precision and
recall of recommendations.

Voorhees, E. M. (1999). The TREC-8 question answering track report. TREC-8: reciprocal rank.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

__all__ = ["ACCURACY", "Hits", "accuracy", "find_hits"]

ACCURACY = ("HitRate", "Recall", "Precision", "MRR", "MAP", "NDCG")


class Hits(NamedTuple):
    """Relevant items found in ranked lists, ordered by row and rank.

    Parameters
    ----------
    rows : ndarray of int, shape (n_hits,)
        Rows of the lists.
    ranks : ndarray of int, shape (n_hits,)
        Places in the list, counted from 0.
    items : ndarray of int, shape (n_hits,)
        Columns of the catalogue.
    """

    rows: np.ndarray
    ranks: np.ndarray
    items: np.ndarray


def find_hits(lists: np.ndarray, relevant: Any) -> Hits:
    """Find the relevant items in ranked lists.

    Parameters
    ----------
    lists : ndarray of int, shape (n, length)
        Columns, best first, no column twice in a row; -1 where a list has ended.
    relevant : csr_matrix, shape (n, n_items)
        A stored entry is a relevant item, whatever its value; indices sorted.

    Returns
    -------
    Hits

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> find_hits(np.array([[2, 0], [1, -1]]), csr_matrix([[1, 1, 0], [0, 0, 1]])).ranks.tolist()
    [1]
    """
    n, length = lists.shape
    n_items = relevant.shape[1]
    owner = np.repeat(np.arange(n, dtype=np.int64), np.diff(relevant.indptr))
    wanted = owner * n_items + relevant.indices
    if not len(wanted) or not length:
        empty = np.empty(0, dtype=np.int64)
        return Hits(empty, empty, empty)
    given = (np.arange(n, dtype=np.int64)[:, None] * n_items + lists).ravel()
    places = np.minimum(np.searchsorted(wanted, given), len(wanted) - 1)
    found = np.flatnonzero((wanted[places] == given) & (lists.ravel() >= 0))
    return Hits(found // length, found % length, lists.ravel()[found])


def accuracy(
    hits: Hits, n_relevant: np.ndarray, k: int, metrics: Iterable[str] = ACCURACY
) -> dict[str, np.ndarray]:
    """Accuracy metrics of each user at one cut-off.

    Parameters
    ----------
    hits : Hits
        From `find_hits`; lists may be longer than k.
    n_relevant : ndarray of int, shape (n,)
        Relevant items of each user, found or not.
    k : int
        Cut-off.
    metrics : iterable of str
        Some of `ACCURACY`.

    Returns
    -------
    dict of str to ndarray of float64, shape (n,)
        In [0, 1]; NaN for users without relevant items.

    Examples
    --------
    One user with the relevant items 2 and 4, who is recommended 2, 0, 4:

    >>> from scipy.sparse import csr_matrix
    >>> hits = find_hits(np.array([[2, 0, 4]]), csr_matrix([[0, 0, 1, 0, 1]]))
    >>> for name, value in accuracy(hits, np.array([2]), k=3).items():
    ...     print(name, value.round(4))
    HitRate [1.]
    Recall [1.]
    Precision [0.6667]
    MRR [1.]
    MAP [0.8333]
    NDCG [0.9197]
    """
    n = len(n_relevant)
    inside = hits.ranks < k
    rows, ranks = hits.rows[inside], hits.ranks[inside] + 1.0
    found = np.bincount(rows, minlength=n)
    nth = np.arange(len(rows)) - np.repeat(np.cumsum(found) - found, found) + 1.0
    relevant = np.where(n_relevant > 0, n_relevant, np.nan)
    any_relevant = np.where(n_relevant > 0, 1.0, np.nan)
    values: dict[str, np.ndarray] = {}
    for name in metrics:
        if name == "HitRate":
            values[name] = (found > 0) * any_relevant
        elif name == "Recall":
            values[name] = found / relevant
        elif name == "Precision":
            values[name] = found / k * any_relevant
        elif name == "MRR":
            first = nth == 1
            values[name] = _sum(rows[first], 1 / ranks[first], n) * any_relevant
        elif name == "MAP":
            values[name] = _sum(rows, nth / ranks, n) / relevant
        elif name == "NDCG":
            longest = int(min(k, n_relevant.max(initial=1)))
            ideal = np.cumsum(1 / np.log2(np.arange(2, longest + 2)))
            best = ideal[np.clip(n_relevant, 1, longest) - 1]
            # A perfect list sums the same terms in the same order; the minimum only guards
            # against a last bit.
            gain = np.minimum(_sum(rows, 1 / np.log2(ranks + 1), n), best)
            values[name] = gain / best * any_relevant
        else:
            raise ValueError(f"accuracy: unknown metric {name!r}; known are {', '.join(ACCURACY)}")
    return values


def _sum(rows: np.ndarray, weights: np.ndarray, n: int) -> np.ndarray:
    # bincount without entries would give integers.
    return np.bincount(rows, weights=weights, minlength=n).astype(np.float64)
