"""The platform's side: slates block by block, choices, and the feedback between them.

A visitor sees slates. Each place of a slate is filled independently: from the front page
(proportional to a power of what was chosen before this block), from one of the visitor's
categories (its bestsellers first), by a search for a category and a theme (every match equally),
or uniformly from everything. So the probability that an item takes a place is an
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

from longtail_lib.simulation._fixed_point import UNIT, pick
from longtail_lib.simulation._population import INTEREST_TOTAL
from longtail_lib.simulation._simulated_truth import PREFERENCE_TOTAL, SimulatedTruth, preference_of

__all__ = ["Events", "run_policy"]


@dataclass(frozen=True)
class Events:
    """Parallel arrays, one entry for each pair that was shown in a block."""

    user: np.ndarray
    item: np.ndarray
    block: np.ndarray
    chosen: np.ndarray


def run_policy(truth: SimulatedTruth, rng: np.random.Generator) -> Events:
    """Show slates to all users of a truth, block by block, and let them choose."""
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
    pages = truth.pages(block)
    user = np.repeat(np.arange(len(truth.user_ids)), truth.places[:, block])
    page = _pick_by_row(truth.mixture, user, rng.integers(0, UNIT, len(user)))
    category = _pick_by_row(
        truth.category_interest, user, rng.integers(0, INTEREST_TOTAL, len(user))
    )
    theme = _pick_by_row(truth.theme_interest, user, rng.integers(0, INTEREST_TOTAL, len(user)))
    cell = category * truth.theme_interest.shape[1] + theme

    item = np.full(len(user), -1)
    front, browse, search, explore = (page == number for number in range(4))
    item[front] = pick(rng, pages.front, int(front.sum()))
    item[browse] = _pick_in_group(rng, pages.browse, truth.category, category[browse])
    item[search] = _pick_in_group(rng, pages.open, truth.cell, cell[search])
    item[explore] = pick(rng, pages.open, int(explore.sum()))
    found = item >= 0
    return np.unique(user[found] * len(truth.item_ids) + item[found])


def _pick_by_row(shares: np.ndarray, rows: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Turn draws into columns, each column as likely as its share in the row."""
    cumulative = np.cumsum(shares, axis=1, dtype=np.int64)
    columns = np.zeros(len(rows), dtype=np.int64)
    for column in range(shares.shape[1] - 1):
        columns += draws >= cumulative[rows, column]
    return columns


def _pick_in_group(
    rng: np.random.Generator, weights: np.ndarray, group: np.ndarray, wanted: np.ndarray
) -> np.ndarray:
    """Draw an item of each wanted group by weight; -1 where the group has nothing."""
    order = np.argsort(group, kind="stable")
    cumulative = np.cumsum(weights[order])
    n_groups = int(max(group.max(), wanted.max(initial=0))) + 1
    totals = np.zeros(n_groups, dtype=np.int64)
    np.add.at(totals, group, weights)
    ends = np.cumsum(totals)
    total = totals[wanted]
    place = (ends - totals)[wanted] + rng.integers(0, np.maximum(total, 1))
    return np.where(total > 0, order[_find(cumulative, place)], -1)


def _find(cumulative: np.ndarray, place: np.ndarray) -> np.ndarray:
    found = np.searchsorted(cumulative, place, side="right")
    return np.minimum(found, len(cumulative) - 1)
