r"""What is recommended, whether relevant or not: coverage, inequality, popularity, novelty, tail.

Let :math:`L_u` be the list of user :math:`u` at cut-off k, :math:`U` the evaluated users with a
list that is not empty, :math:`I` the catalogue, :math:`T` the tail, :math:`c_i` the popularity of
item :math:`i`, :math:`N` the number of users of the split, and :math:`e_i` the exposure of
item :math:`i`: the number of lists that hold it.

=========== ==============================================================================
Coverage@k  :math:`|\bigcup_u L_u| / |I|`, the whole catalogue below the line
Gini@k      Gini coefficient of :math:`e` over the whole catalogue
ARP@k       mean over users of the mean :math:`c_i / N` in :math:`L_u`: the average
            recommended item was chosen in train by this share of users
APLT@k      mean over users of :math:`|L_u \cap T| / |L_u|`
ACLT@k      :math:`|T \cap \bigcup_u L_u| / |T|`
TailShare@k :math:`\sum_{i \in T} e_i / \sum_i e_i`; equal to APLT where all lists are
            equally long
Novelty@k   mean over users of the mean :math:`\log_2 \frac{N+1}{c_i+1} / \log_2(N+1)` in
            :math:`L_u`: 1 for a cold item, 0 for one that every user chose
=========== ==============================================================================

All lie in [0, 1]. Abdollahpouri et al. use ARP without the division by N. They describe ACLT as
the fraction of tail items that are covered, while their formula (7) counts the tail items of an
average list, which is APLT times k; this library follows the words. Their novelty is our own
scaling of self-information (Zhou et al.; Vargas and Castells) with one added to every count, so
that cold items stay finite.

The functions take `lists`, int (n, k): columns, best first, -1 where a list has ended; `exposed`,
int (n_items,), from `exposure`; and `mask`, bool (n_items,): a group, None for the whole catalogue.

For a group of items, Coverage, ARP, Novelty and Gini look at the group's items only; APLT, ACLT
and TailShare put the group in the tail's place. What is not defined, such as the mean popularity
of tail items where none was recommended, is NaN and counts no users.

References
----------
Herlocker, J. L., Konstan, J. A., Terveen, L. G., Riedl, J. T. (2004). Evaluating collaborative
filtering recommender systems. ACM Transactions on Information Systems 22(1), 5-53: coverage.

Abdollahpouri, H., Burke, R., Mobasher, B. (2019). Managing popularity bias in recommender systems
with personalized re-ranking. FLAIRS-32: ARP, APLT, ACLT.

Yin, H., Cui, B., Li, J., Yao, J., Chen, C. (2012). Challenging the long tail recommendation.
Proceedings of the VLDB Endowment 5(9), 896-907: popularity of recommended items.

Vargas, S., Castells, P. (2011). Rank and relevance in novelty and diversity metrics for
recommender systems. RecSys '11, 109-116: novelty.

Zhou, T., Kuscsik, Z., Liu, J.-G., Medo, M., Wakeling, J. R., Zhang, Y.-C. (2010). Solving the
apparent diversity-accuracy dilemma of recommender systems. PNAS 107(10), 4511-4515:
self-information.
"""

from __future__ import annotations

import numpy as np

from longtail_lib.tail import gini

__all__ = [
    "coverage",
    "exposure",
    "exposure_gini",
    "exposure_share",
    "list_means",
    "list_shares",
    "novelty_of_items",
]


def exposure(lists: np.ndarray, n_items: int) -> np.ndarray:
    """Count how often each item is recommended, int64, shape (n_items,).

    Examples
    --------
    >>> exposure(np.array([[2, 0], [2, -1]]), n_items=4).tolist()
    [1, 0, 2, 0]
    """
    return np.bincount(lists[lists >= 0], minlength=n_items)


def coverage(exposed: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Share of the catalogue, or of a group, that somebody is recommended; NaN for an empty group.

    Examples
    --------
    >>> coverage(np.array([1, 0, 2, 0]))
    0.5
    """
    own = exposed if mask is None else exposed[mask]
    return float((own > 0).mean()) if len(own) else float("nan")


def exposure_gini(exposed: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Gini coefficient of exposure over the catalogue or a group; NaN without any exposure.

    Examples
    --------
    >>> exposure_gini(np.array([1, 0, 3, 0]))
    0.625
    """
    own = exposed if mask is None else exposed[mask]
    return gini(own) if own.any() else float("nan")


def exposure_share(exposed: np.ndarray, mask: np.ndarray) -> float:
    """Share of exposure that goes to a group; NaN without any exposure.

    Examples
    --------
    >>> exposure_share(np.array([1, 0, 3, 0]), np.array([True, True, False, False]))
    0.25
    """
    total = exposed.sum()
    return float(exposed[mask].sum() / total) if total else float("nan")


def novelty_of_items(popularity: np.ndarray, n_users: int) -> np.ndarray:
    """Novelty of each item, shape (n_items,), from 0 (all users of the split chose it) to 1 (cold).

    Examples
    --------
    >>> novelty_of_items(np.array([3, 1, 0]), n_users=3).tolist()
    [0.0, 0.5, 1.0]
    """
    return 1 - np.log2(popularity + 1.0) / np.log2(n_users + 1.0)


def list_means(lists: np.ndarray, per_item: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Mean of a property of the items of each list, or of a group's items in it; NaN without any.

    Examples
    --------
    >>> list_means(np.array([[0, 1], [1, -1]]), np.array([0.2, 0.4]), None).round(2).tolist()
    [0.3, 0.4]
    """
    # Padding is -1 and so picks the element appended at the end.
    weight = np.append(np.ones(len(per_item)) if mask is None else mask.astype(float), 0.0)
    counts = weight[lists].sum(axis=1)
    sums = (np.append(per_item, 0.0) * weight)[lists].sum(axis=1)
    return np.divide(sums, counts, out=np.full(len(lists), np.nan), where=counts > 0)


def list_shares(lists: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Share of each list that belongs to a group; NaN where the list is empty.

    Examples
    --------
    >>> list_shares(np.array([[0, 1], [1, -1]]), np.array([False, True])).tolist()
    [0.5, 1.0]
    """
    return list_means(lists, mask.astype(float), None)
