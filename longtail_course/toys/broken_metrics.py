"""Deliberately wrong measurements, for a lesson in which learners catch them.

Each function has one fault that has been published or shipped, named in its docstring. None of
them is used by the library. What to use instead stands in
`longtail_lib.evaluation.metrics.accuracy`, `longtail_lib.evaluation.metrics.exposure` and
`longtail_lib.ranking.top_k`.

In all functions `lists` is an int array of shape (n, length) with columns of the catalogue, best
first; `relevant` and `seen` are csr matrices of shape (n, n_items); `scores` has shape
(n, n_items).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.evaluation.metrics.accuracy import accuracy, find_hits

__all__ = [
    "BROKEN",
    "coverage_of_train_items",
    "entropy_per_distinct_item",
    "group_ndcg_over_all_users",
    "hit_rate_of_optimistic_rank",
    "mrr_of_hit_users",
    "ndcg_with_endless_ideal",
    "ndcg_with_sampled_negatives",
    "top_k_first_column_wins",
    "top_k_with_seen_items",
]


def coverage_of_train_items(lists: np.ndarray, train: Any) -> float:
    """Distinct recommended items divided by items with train interactions.

    Fault: the numerator counts cold items, the denominator does not. A model that recommends
    them passes 1.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> coverage_of_train_items(np.array([[0, 1], [2, 3]]), csr_matrix([[1, 1, 0, 0]] * 2))
    2.0
    """
    return len(np.unique(lists)) / len(np.unique(train.indices))


def entropy_per_distinct_item(lists: np.ndarray) -> float:
    """Shannon entropy of exposure divided by the number of distinct recommended items.

    Fault: more diverse lists have more entropy but many more distinct items, so the quotient
    falls as diversity grows. Dividing by the logarithm of the catalogue's size gives a value in
    [0, 1] that rises with it.

    Examples
    --------
    >>> same, varied = np.array([[0, 1, 2], [0, 1, 2]]), np.array([[0, 1, 2], [3, 4, 5]])
    >>> round(entropy_per_distinct_item(same), 3), round(entropy_per_distinct_item(varied), 3)
    (0.366, 0.299)
    """
    counts = np.unique(lists, return_counts=True)[1]
    share = counts / counts.sum()
    return float(-(share * np.log(share)).sum() / len(counts))


def ndcg_with_endless_ideal(lists: np.ndarray, relevant: Any, k: int) -> float:
    """NDCG at k whose ideal list holds all relevant items, also those beyond k.

    Fault: with more than k relevant items even perfect lists stay below 1, and more so for active
    users.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> round(ndcg_with_endless_ideal(np.array([[0, 1]]), csr_matrix([[1, 1, 1, 1]]), k=2), 4)
    0.6367
    """
    hits = find_hits(lists[:, :k], relevant)
    gain = np.bincount(hits.rows, weights=1 / np.log2(hits.ranks + 2), minlength=len(lists))
    n_relevant = np.diff(relevant.indptr)
    ideal = np.cumsum(1 / np.log2(np.arange(2, n_relevant.max() + 2)))
    counted = n_relevant > 0
    return float((gain[counted] / ideal[n_relevant[counted] - 1]).mean())


def ndcg_with_sampled_negatives(
    scores: np.ndarray, relevant: Any, seen: Any, k: int, negatives: int = 99, seed: int = 0
) -> float:
    """NDCG at k of each relevant item among a few random items.

    Fault: it answers another, much easier question, and may order models differently from the
    ranking of the whole catalogue.

    Examples
    --------
    Two items of 1,000 are better than the relevant one; the draw rarely meets them:

    >>> from scipy.sparse import csr_matrix
    >>> scores = np.linspace(1, 0, 1000)[None, :]
    >>> relevant, seen = csr_matrix(np.eye(1, 1000, 2)), csr_matrix((1, 1000))
    >>> ndcg_with_sampled_negatives(scores, relevant, seen, k=10)
    1.0
    """
    rng = np.random.default_rng(seed)
    gains = []
    for row, own in enumerate(scores):
        wanted, known = relevant[row].indices, seen[row].indices
        free = np.setdiff1d(np.arange(len(own)), np.concatenate([wanted, known]))
        for item in wanted:
            drawn = rng.choice(free, min(negatives, len(free)), replace=False)
            rank = 1 + np.count_nonzero(own[drawn] > own[item])
            gains.append(1 / np.log2(rank + 1) if rank <= k else 0.0)
    return float(np.mean(gains))


def top_k_with_seen_items(scores: np.ndarray, seen: Any, k: int) -> np.ndarray:
    """The k best columns of each row; takes the seen items.

    Fault: it does not use them. The best places go to what the user has already chosen, and
    nothing relevant is left to find.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> top_k_with_seen_items(np.array([[0.9, 0.5, 0.1]]), csr_matrix([[1, 0, 0]]), k=1).tolist()
    [[0]]
    """
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def top_k_first_column_wins(scores: np.ndarray, seen: Any, k: int) -> np.ndarray:
    """The k best columns of each row, seen items left out, by a stable sort.

    Fault: equal scores keep the order of columns. Where the catalogue happens to be sorted by
    popularity, a model that scores all items alike measures like Popularity.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> top_k_first_column_wins(np.zeros((1, 4)), csr_matrix([[1, 0, 0, 0]]), k=2).tolist()
    [[1, 2]]
    """
    open_scores = np.where(seen.toarray() != 0, -np.inf, scores)
    return np.argsort(-open_scores, axis=1, kind="stable")[:, :k]


def hit_rate_of_optimistic_rank(scores: np.ndarray, relevant: Any, seen: Any, k: int) -> float:
    """HitRate at k from the rank of the best relevant item: 1 + the number of higher scores.

    Fault: equal scores do not count against it. A model that scores all items alike is perfect.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> relevant, seen = csr_matrix(np.eye(1, 1000)), csr_matrix((1, 1000))
    >>> hit_rate_of_optimistic_rank(np.zeros((1, 1000)), relevant, seen, k=10)
    1.0
    """
    open_scores = np.where(seen.toarray() != 0, -np.inf, scores)
    hits = []
    for row, own in enumerate(open_scores):
        wanted = relevant[row].indices
        if len(wanted):
            hits.append(1 + np.count_nonzero(own > own[wanted].max()) <= k)
    return float(np.mean(hits))


def group_ndcg_over_all_users(lists: np.ndarray, relevant: Any, mask: np.ndarray, k: int) -> float:
    """NDCG at k of a group of items, averaged over all users.

    Fault: users without a relevant item of the group count as failures, so the value shows how
    few such users there are rather than how well they are served.

    Examples
    --------
    The only user with a tail item is served perfectly:

    >>> from scipy.sparse import csr_matrix
    >>> relevant = csr_matrix([[0, 1], [1, 0], [1, 0], [1, 0]])
    >>> tail = np.array([False, True])
    >>> group_ndcg_over_all_users(np.array([[1], [1], [1], [1]]), relevant, tail, k=1)
    0.25
    """
    own = relevant.multiply(mask).tocsr()
    own.eliminate_zeros()
    own.sort_indices()
    ndcg = accuracy(find_hits(lists, own), np.diff(own.indptr), k, ["NDCG"])["NDCG"]
    return float(np.nan_to_num(ndcg).mean())


def mrr_of_hit_users(lists: np.ndarray, relevant: Any, k: int) -> float:
    """MRR at k, averaged over users with a relevant item in their list.

    Fault: users for whom the model found nothing are left out, so finding less can raise it.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> mrr_of_hit_users(np.array([[0], [0], [0]]), csr_matrix([[1, 0], [0, 1], [0, 1]]), k=1)
    1.0
    """
    found = accuracy(find_hits(lists, relevant), np.diff(relevant.indptr), k, ["MRR"])["MRR"]
    return float(found[found > 0].mean()) if (found > 0).any() else 0.0


BROKEN = (
    coverage_of_train_items,
    entropy_per_distinct_item,
    ndcg_with_endless_ideal,
    ndcg_with_sampled_negatives,
    top_k_with_seen_items,
    top_k_first_column_wins,
    hit_rate_of_optimistic_rank,
    group_ndcg_over_all_users,
    mrr_of_hit_users,
)
