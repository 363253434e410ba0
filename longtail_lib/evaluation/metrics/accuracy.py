r"""Accuracy of ranked lists: HitRate, Recall, Precision, MRR, MAP and NDCG at k, binary or graded.

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

`NDCGExponential` and `NDCGLinear` are NDCG with graded gain: with the rating :math:`y_r` of the
item at rank r, which is 0 where the item is not relevant, :math:`h_r` becomes
:math:`2^{y_r} - 1` or :math:`y_r`, and the ideal list has the user's relevant items by descending
rating. They need a split with `values="rating"` and are measured where they are named.

A report shows the mean over users with at least one relevant item. For a group of items,
relevance is restricted to the group while the ranking stays that over the whole catalogue, and
the mean is over users with at least one relevant item of the group.

References
----------
Järvelin, K., Kekäläinen, J. (2002). Cumulated gain-based evaluation of IR techniques. ACM
Transactions on Information Systems 20(4), 422-446: DCG and NDCG, with linear gain.

Burges, C., Shaked, T., Renshaw, E., Lazier, A., Deeds, M., Hamilton, N., Hullender, G. (2005).
Learning to rank using gradient descent. ICML '05, 89-96: exponential gain.

Herlocker, J. L., Konstan, J. A., Terveen, L. G., Riedl, J. T. (2004). Evaluating collaborative
filtering recommender systems. ACM Transactions on Information Systems 22(1), 5-53: precision and
recall of recommendations.

Voorhees, E. M. (1999). The TREC-8 question answering track report. TREC-8: reciprocal rank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from longtail_lib._stored_entries import owners

__all__ = ["GAINS", "Found", "Hits", "accuracy", "find_hits", "graded_ndcg"]

# Users times items that are looked up at a time.
_TABLE = 2**22


class Hits(NamedTuple):
    """Relevant items found in ranked lists, ordered by row and rank, which is counted from 0."""

    rows: np.ndarray  # rows of the lists
    ranks: np.ndarray  # places in the list, from 0
    items: np.ndarray  # columns of the catalogue


def find_hits(lists: np.ndarray, relevant: Any) -> Hits:
    """Find the relevant items in ranked lists.

    `lists` are columns, int (n, length), best first, none twice in a list, -1 where it has ended;
    `relevant` is csr (n, n_items) with sorted indices, whose stored entries are the relevant items.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> find_hits(np.array([[2, 0], [1, -1]]), csr_matrix([[1, 1, 0], [0, 0, 1]])).ranks.tolist()
    [1]
    """
    n, length = lists.shape
    n_items = relevant.shape[1]
    # A table of a few users and the whole catalogue stays in the cache.
    step = max(1, min(n, _TABLE // max(1, n_items)))
    table, first = np.zeros(step * n_items, dtype=bool), np.arange(step) * n_items
    found = [np.empty(0, dtype=np.int64)]
    for start in range(0, n, step):
        some = lists[start : start + step]
        starts = relevant.indptr[start : start + len(some) + 1]
        cells = np.repeat(first[: len(some)], np.diff(starts))
        cells += relevant.indices[starts[0] : starts[-1]]
        table[cells] = True
        # Padding of -1 looks at a cell of another user, or at the last one.
        hit = table[some + first[: len(some), None]] & (some >= 0)
        table[cells] = False
        found.append(np.flatnonzero(hit) + start * length)
    places = np.concatenate(found)
    return Hits(places // max(1, length), places % max(1, length), lists.ravel()[places])


class Found(NamedTuple):
    """What the formulas share, for n users at one cut-off; ranks are counted from 1."""

    k: int
    rows: np.ndarray  # (n_hits,): users of the hits within k
    ranks: np.ndarray  # (n_hits,), from 1
    nth: np.ndarray  # (n_hits,): 1 for the first hit of a user, 2 for the second
    found: np.ndarray  # (n,): hits within k
    n_relevant: np.ndarray  # (n,)
    relevant: np.ndarray  # (n,): the same with NaN for none
    counts: np.ndarray  # (n,): 1 for users with relevant items, else NaN

    @classmethod
    def of(cls, hits: Hits, n_relevant: np.ndarray, k: int) -> Found:
        """Cut hits at k."""
        inside = hits.ranks < k
        rows, ranks = hits.rows[inside], hits.ranks[inside] + 1.0
        found = np.bincount(rows, minlength=len(n_relevant))
        nth = np.arange(len(rows)) - np.repeat(np.cumsum(found) - found, found) + 1.0
        relevant = np.where(n_relevant > 0, n_relevant, np.nan)
        counts = np.where(n_relevant > 0, 1.0, np.nan)
        return cls(k, rows, ranks, nth, found, n_relevant, relevant, counts)

    def sum(self, weights: np.ndarray, which: Any = ...) -> np.ndarray:
        """Add up a weight for each hit, or for some of them, by user."""
        # bincount without entries would give integers.
        sums = np.bincount(self.rows[which], weights=weights, minlength=len(self.found))
        return sums.astype(np.float64)


def _mrr(of: Found) -> np.ndarray:
    """One over the rank of the first hit."""
    first = of.nth == 1
    return of.sum(1 / of.ranks[first], first) * of.counts


def _ndcg(of: Found) -> np.ndarray:
    """Discounted gain over that of the ideal list."""
    longest = int(min(of.k, of.n_relevant.max(initial=1)))
    ideal = np.cumsum(1 / np.log2(np.arange(2, longest + 2)))
    best = ideal[np.clip(of.n_relevant, 1, longest) - 1]
    # A perfect list sums the same terms in the same order; the minimum only guards against a last
    # bit.
    gain = np.minimum(of.sum(1 / np.log2(of.ranks + 1)), best)
    return gain / best * of.counts


ACCURACY: dict[str, Callable[[Found], np.ndarray]] = {
    "HitRate": lambda of: (of.found > 0) * of.counts,
    "Recall": lambda of: of.found / of.relevant,
    "Precision": lambda of: of.found / of.k * of.counts,
    "MRR": _mrr,
    "MAP": lambda of: of.sum(of.nth / of.ranks) / of.relevant,
    "NDCG": _ndcg,
}


def accuracy(
    hits: Hits, n_relevant: np.ndarray, k: int, metrics: Iterable[str] = tuple(ACCURACY)
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
    found, values = Found.of(hits, n_relevant, k), {}
    for name in metrics:
        if name not in ACCURACY:
            raise ValueError(f"accuracy: unknown metric {name!r}; known are {', '.join(ACCURACY)}")
        values[name] = ACCURACY[name](found)
    return values


GAINS = ("NDCGExponential", "NDCGLinear")


def graded_ndcg(
    hits: Hits, relevant: Any, k: int, gain: str, mask: np.ndarray | None = None
) -> np.ndarray:
    """NDCG of each user at one cut-off, with gains by rating.

    Parameters
    ----------
    hits : Hits
        From `find_hits`, restricted to the group if there is one.
    relevant : csr_matrix, shape (n, n_items)
        Ratings of the relevant items, with sorted indices.
    k : int
        Cut-off.
    gain : str
        One of `GAINS`.
    mask : ndarray of bool, shape (n_items,), or None
        The group whose items are relevant; None for all.

    Returns
    -------
    ndarray of float64, shape (n,)
        In [0, 1]; NaN for users whose relevant items have no gain.

    Raises
    ------
    ValueError
        A rating below 0, or one so high that its gain is infinite.

    Examples
    --------
    Items rated 3 and 1 stand at ranks 2 and 1; the ideal order is the other way round:

    >>> from scipy.sparse import csr_matrix
    >>> ratings = csr_matrix([[3.0, 0.0, 1.0]])
    >>> hits = find_hits(np.array([[2, 0]]), ratings)
    >>> graded_ndcg(hits, ratings, 2, "NDCGLinear").round(4)       # (1 + 3d) / (3 + d), d = .6309
    array([0.7967])
    """
    n, n_items = relevant.shape
    ratings = relevant.data.astype(np.float64)
    with np.errstate(over="ignore"):
        gains = np.exp2(ratings) - 1 if gain == "NDCGExponential" else ratings
    wrong = (ratings < 0) | ~np.isfinite(gains)
    if wrong.any():
        raise ValueError(
            f"{gain}: ratings must be numbers from 0 whose gain is finite, got "
            f"{ratings[wrong][0]:g}; rescale the ratings, or measure NDCG"
        )
    rows = owners(relevant)
    cells = rows * n_items + relevant.indices
    inside = hits.ranks < k
    found = gains[np.searchsorted(cells, hits.rows[inside] * n_items + hits.items[inside])]
    got = np.bincount(hits.rows[inside], found / np.log2(hits.ranks[inside] + 2), minlength=n)
    if mask is not None:
        own = mask[relevant.indices]
        rows, gains = rows[own], gains[own]
    order = np.lexsort((-gains, rows))
    counts = np.bincount(rows, minlength=n)
    ranks = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    ideal = np.bincount(
        rows, np.where(ranks < k, gains[order] / np.log2(ranks + 2), 0.0), minlength=n
    )
    # The minimum guards against a last bit: a perfect list may add equal terms in another order.
    return np.divide(np.minimum(got, ideal), ideal, out=np.full(n, np.nan), where=ideal > 0)
