"""A test that no shop's log can hold: what users choose of items drawn for them at random."""

from __future__ import annotations

from dataclasses import replace
from numbers import Integral
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import SEED, Interval, constrained
from longtail_lib.preprocessing import Split
from longtail_lib.simulation._simulated_truth import PREFERENCE_TOTAL
from longtail_lib.simulation._true_preference import order_of

__all__ = ["UniformTest", "uniform_test"]

# Cells computed at a time: 32 MiB of float64.
_BLOCK = 2**22


class UniformTest(NamedTuple):
    """A split with an unbiased test part, and what was shown to get it.

    Parameters
    ----------
    parts : Split
        Train and validation as before; test holds what was chosen of what was shown.
    shown : csr_matrix of float32, shape (n_users, n_items)
        Ones at the pairs that were shown, chosen or not.
    """

    parts: Split
    shown: csr_matrix


@constrained(shown=Interval(Integral, 1), seed=SEED)
def uniform_test(parts: Split, shown: int = 100, seed: int = 0) -> UniformTest:
    """Show random items to every user of a simulated store and let each choose by true preference.

    A logged test part holds what the shop has shown, so a model that repeats the shop's habits
    does well on it. Here every item has the same chance to be shown, and a user chooses an item
    with the true preference alone. What is measured on such a test part is unbiased: the mean of
    the choices among the shown pairs estimates the mean preference, and a model gains nothing
    from knowing what is popular beyond what popular items are liked for. Two public datasets have
    test parts of this kind: Yahoo! R3 (10 songs a user) and Coat (16 coats a user).

    Parameters
    ----------
    parts : Split
        Of a simulated dataset. Items of a user's train and validation parts, and those between,
        are not shown; those of the logged test part may be.
    shown : int
        Items shown to each user, without repetition; all that are left where these are fewer.
        People of flesh and blood would not look at a hundred.
    seed : int
        Each user draws from a stream of their own, so no user's test depends on another's.

    Returns
    -------
    UniformTest
        The logged split stays as it is: evaluate on `parts` and on `uniform_test(parts).parts`.

    Raises
    ------
    ValueError
        The split has no truth.

    References
    ----------
    Marlin and Zemel, "Collaborative Prediction and Ranking with Non-Random Missing Data", RecSys
    2009: the random songs of Yahoo! R3.

    Schnabel, Swaminathan, Singh, Chandak and Joachims, "Recommendations as Treatments: Debiasing
    Learning and Evaluation", ICML 2016: Coat.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> truth = SimpleNamespace(user_ids=np.array([7]), item_ids=np.array(["a", "b", "c"]),
    ...                         preference=lambda rows: np.array([[1.0, 1.0, 0.0]]))
    >>> logged = Split.from_matrices([[1, 0, 0]], user_ids=[7], item_ids=["a", "b", "c"],
    ...                              truth=truth)
    >>> found = uniform_test(logged, shown=2)
    >>> found.shown.toarray().tolist(), found.parts.test.toarray().tolist()
    ([[0.0, 1.0, 1.0]], [[0.0, 1.0, 0.0]])
    """
    truth, users, items = order_of(parts)
    known = sum(
        (part for part in (parts.validation, parts.between) if part is not None), parts.train
    ).tocsr()
    rows, columns, taken = [], [], []
    step = max(1, _BLOCK // len(truth.item_ids))
    for start in range(0, len(users), step):
        preference = truth.preference(users[start : start + step])[:, items]
        for row, liked in enumerate(preference, start):
            rng = np.random.default_rng([seed, int(users[row])])
            order = rng.permutation(len(items))
            # Drawn for all items, so that what is known moves nobody's answer to another item.
            answer = rng.integers(0, PREFERENCE_TOTAL, len(items)) < liked * PREFERENCE_TOTAL
            is_known = np.zeros(len(items), dtype=bool)
            is_known[known.indices[slice(*known.indptr[row : row + 2])]] = True
            chosen = np.sort(order[~is_known[order]][:shown])
            rows.append(np.full(len(chosen), row))
            columns.append(chosen)
            taken.append(answer[chosen])
    row, column, liked = (np.concatenate(one) for one in (rows, columns, taken))
    return UniformTest(
        replace(
            parts,
            test=_ones(row[liked], column[liked], parts),
            how=f"{parts.how}, test under uniform exposure",
            parameters={**parts.parameters, "shown": shown, "shown_seed": seed},
            # Nobody chose these at a time of the log.
            times=_without_test(parts.times),
            places=_without_test(parts.places),
            tied={name: tied for name, tied in parts.tied.items() if name != "test"},
        ),
        _ones(row, column, parts),
    )


def _ones(rows: np.ndarray, columns: np.ndarray, parts: Split) -> csr_matrix:
    return csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=parts.train.shape)


def _without_test(stored: dict | None) -> dict | None:
    return stored and {name: matrix for name, matrix in stored.items() if name != "test"}
