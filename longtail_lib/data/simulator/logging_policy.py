"""The platform's side: slates block by block, choices, and the feedback between them.

A visitor sees slates. Each place of a slate is filled independently: from the front page
(proportional to a power of what was chosen before this block), from one of the visitor's
categories, or uniformly from everything. So the probability that an item takes a place is an
explicit mixture, and the probability that it was shown in a block is 1 - (1 - p)^places. Each
item that is shown and was not chosen before is then chosen with the visitor's real preference,
once a block. Popularity is counted at the end of a block and rules the next one.

References
----------
Schnabel, Swaminathan, Singh, Chandak and Joachims, "Recommendations as Treatments: Debiasing
Learning and Evaluation", ICML 2016: propensities of a logging policy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from longtail_lib.data.simulator.fixed_point import UNIT, pick
from longtail_lib.data.simulator.population import INTEREST_TOTAL
from longtail_lib.data.simulator.truth import PREFERENCE_TOTAL, SimulatedTruth, preference_of

__all__ = ["Events", "run_policy"]


@dataclass(frozen=True)
class Events:
    """Parallel arrays, one entry for each pair that was shown in a block.

    Parameters
    ----------
    user, item : ndarray of int
        Rows in the truth.
    block : ndarray of int
    chosen : ndarray of bool
    """

    user: np.ndarray
    item: np.ndarray
    block: np.ndarray
    chosen: np.ndarray


def run_policy(truth: SimulatedTruth, rng: np.random.Generator) -> Events:
    """Show slates to all users of a truth, block by block, and let them choose.

    Fills `truth.counted` as it goes; everything else in the truth is only read.

    Returns
    -------
    Events
        Every pair shown, ordered by block, user, item.
    """
    n_items = len(truth.item_ids)
    taken = np.zeros(len(truth.user_ids) * n_items, dtype=bool)
    truth.counted[:] = 0
    found = []
    for block in range(len(truth.counted)):
        shown = _shown_pairs(truth, block, rng)
        user, item = shown // n_items, shown % n_items
        preference = preference_of(truth.pair_strength(user, item)) * PREFERENCE_TOTAL
        chosen = rng.integers(0, PREFERENCE_TOTAL, len(shown)) < preference
        chosen &= ~taken[shown]
        taken[shown[chosen]] = True
        truth.counted[block] = np.bincount(item[chosen], minlength=n_items)
        found.append((user, item, np.full(len(shown), block), chosen))
    return Events(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _shown_pairs(truth: SimulatedTruth, block: int, rng: np.random.Generator) -> np.ndarray:
    """Draw all places of a block; return the distinct pairs as user * n_items + item."""
    front, browse, search = truth.pages(block)
    user = np.repeat(np.arange(len(truth.user_ids)), truth.places[:, block])
    draw = rng.integers(0, UNIT, len(user))
    from_front = draw < truth.mixture[user, 0]
    from_search = draw >= UNIT - truth.mixture[user, 2].astype(np.int64)
    from_category = ~(from_front | from_search)

    item = np.empty(len(user), dtype=np.int64)
    item[from_front] = pick(rng, front, int(from_front.sum()))
    item[from_search] = pick(rng, search, int(from_search.sum()))
    item[from_category] = _browse(truth, browse, user[from_category], rng)
    return np.unique(user * len(truth.item_ids) + item)


def _browse(
    truth: SimulatedTruth, weights: np.ndarray, user: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw a category by interest, then an item of it by weight."""
    cumulative_interest = np.cumsum(truth.interest, axis=1, dtype=np.int64)
    draw = rng.integers(0, INTEREST_TOTAL, len(user))
    category = (draw[:, None] >= cumulative_interest[user]).sum(axis=1)

    by_category = np.argsort(truth.category, kind="stable")
    cumulative = np.cumsum(weights[by_category])
    totals = np.bincount(truth.category, weights, minlength=truth.interest.shape[1])
    ends = np.cumsum(totals.astype(np.int64))
    starts = ends - totals.astype(np.int64)
    place = rng.integers(starts[category], ends[category])
    return by_category[np.searchsorted(cumulative, place, side="right")]
