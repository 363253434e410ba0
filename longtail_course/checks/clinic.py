"""The clinic of lesson 06: five metrics on six small cases; four of the five are broken.

Each patient is called with one case, `patient(lists, relevant, train)`, and gives a number. What
is wrong with whom is the exercise `longtail_course.checks.measuring.diagnosis`.

>>> for case in ("two users served", "one user served"):
...     print(case, PATIENTS["D: NDCG"](*CASES[case]).__round__(3))
two users served 0.815
one user served 0.5
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_matrix

from longtail_course.toys.broken_metrics import (
    coverage_of_train_items,
    entropy_per_distinct_item,
    mrr_of_hit_users,
    ndcg_with_endless_ideal,
)
from longtail_lib.evaluation.metrics.accuracy import accuracy, find_hits

__all__ = ["CASES", "PATIENTS"]


def _csr(rows: list[list[int]], n_items: int = 12) -> csr_matrix:
    dense = np.zeros((len(rows), n_items), dtype=np.float32)
    for place, row in enumerate(rows):
        dense[place, row] = 1
    return csr_matrix(dense)


_ALL = _csr([list(range(12))] * 2)
_ONE_EACH = _csr([[0], [3]])

# Lists, relevant items and train interactions of two users over a catalogue of twelve items.
CASES: dict[str, tuple[np.ndarray, csr_matrix, csr_matrix]] = {
    "ideal lists": (np.array([[0, 1, 2], [4, 5, 6]]), _csr([[0, 1, 2, 3], [4]]), _ALL),
    "two users served": (np.array([[0, 8, 9], [7, 3, 6]]), _ONE_EACH, _ALL),
    "one user served": (np.array([[0, 8, 9], [7, 5, 6]]), _ONE_EACH, _ALL),
    "one list for all": (np.array([[0, 1, 2], [0, 1, 2]]), _ONE_EACH, _ALL),
    "a list for each": (np.array([[0, 1, 2], [3, 4, 5]]), _ONE_EACH, _ALL),
    "cold items shown": (np.array([[0, 1, 2], [3, 4, 5]]), _ONE_EACH, _csr([[0, 1], [2, 3]])),
}


def _mrr(lists: np.ndarray, relevant: csr_matrix, train: csr_matrix) -> float:
    return mrr_of_hit_users(lists, relevant, lists.shape[1])


def _coverage(lists: np.ndarray, relevant: csr_matrix, train: csr_matrix) -> float:
    return coverage_of_train_items(lists, train)


def _ndcg_of_all_relevant(lists: np.ndarray, relevant: csr_matrix, train: csr_matrix) -> float:
    return ndcg_with_endless_ideal(lists, relevant, lists.shape[1])


def _ndcg_of_library(lists: np.ndarray, relevant: csr_matrix, train: csr_matrix) -> float:
    n_relevant = np.diff(relevant.indptr)
    values = accuracy(find_hits(lists, relevant), n_relevant, lists.shape[1], ["NDCG"])
    return float(np.nanmean(values["NDCG"]))


def _entropy(lists: np.ndarray, relevant: csr_matrix, train: csr_matrix) -> float:
    return entropy_per_distinct_item(lists)


# Called with a case; what each claims to measure stands in its name.
PATIENTS: dict[str, Callable[..., float]] = {
    "A: MRR": _mrr,
    "B: coverage": _coverage,
    "C: NDCG": _ndcg_of_all_relevant,
    "D: NDCG": _ndcg_of_library,
    "E: entropy": _entropy,
}
