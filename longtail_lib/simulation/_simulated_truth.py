"""The truth behind a simulated log: every preference and every propensity."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from longtail_lib.simulation._fixed_point import UNIT, power, squash, whole_power
from longtail_lib.simulation._population import INTEREST_TOTAL

__all__ = ["PREFERENCE_TOTAL", "SimulatedTruth", "preference_of", "taste_scale"]

PREFERENCE_TOTAL = 4096
_INTEREST = float(INTEREST_TOTAL)


class Pages(NamedTuple):
    """Whole-number weights of each item, shape (n_items,); their sums stay below 2^53."""

    front: np.ndarray
    browse: np.ndarray
    open: np.ndarray


@dataclass(frozen=True, eq=False)
class SimulatedTruth:
    """Preferences and propensities of a simulated store, computed for the rows asked for.

    Preference is the probability that a user chooses an item when it is shown: the sum of a
    base, the item's appeal, the attribute part and the residual part, squashed to [0, 1] and
    rounded to multiples of 1/4096.

    Parameters
    ----------
    user_ids, item_ids : ndarray
        Order of rows and columns.
    user_taste, item_taste : ndarray of int, shape (n, d)
        Factors of the attribute part.
    user_residual, item_residual : ndarray of int, shape (n, r)
        Factors of the part that no attribute explains.
    appeal_weight : ndarray of int, shape (n_users,)
    appeal : ndarray of int, shape (n_items,)
    scale : ndarray of int, shape (3,)
        Multipliers of attribute part and residual part in units of 2^-14, and base in 2^-10.
    mixture : ndarray of int, shape (n_users, 4)
        Places out of 1024 for front page, category browsing, search and uniform exploration.
    category_interest, theme_interest : ndarray of int, shape (n_users, n_values)
        Share out of 16384 of each category and of each theme (the second attribute).
    category, theme, entry : ndarray of int, shape (n_items,)
        Category and theme of each item, and the block in which it entered.
    counted : ndarray of int, shape (blocks, n_items)
        Interactions in each block, of all visitors, published or not.
    places : ndarray of int, shape (n_users, blocks)
        Places shown to each user in each block.
    policy : ndarray of float, shape (3,)
        Quarters in the front page's exponent, in browsing's exponent, and the head start.
    """

    user_ids: np.ndarray
    item_ids: np.ndarray
    user_taste: np.ndarray
    item_taste: np.ndarray
    user_residual: np.ndarray
    item_residual: np.ndarray
    appeal_weight: np.ndarray
    appeal: np.ndarray
    scale: np.ndarray
    mixture: np.ndarray
    category_interest: np.ndarray
    theme_interest: np.ndarray
    category: np.ndarray
    theme: np.ndarray
    entry: np.ndarray
    counted: np.ndarray
    places: np.ndarray
    policy: np.ndarray

    def components(self, user_rows: np.ndarray) -> dict[str, np.ndarray]:
        """Return the parts of the preference before squashing.

        Parameters
        ----------
        user_rows : array of int, shape (n,)

        Returns
        -------
        dict of str to ndarray of float64, shape (n, n_items)
            "appeal", "attributes" and "residual"; the base is a constant and left out.
        """
        rows = np.asarray(user_rows, dtype=np.int64)
        return self._scaled(
            _product(self.appeal_weight[rows, None], self.appeal[:, None]),
            _product(self.user_taste[rows], self.item_taste),
            _product(self.user_residual[rows], self.item_residual),
        )

    def preference(self, user_rows: np.ndarray) -> np.ndarray:
        """Real preference in [0, 1], shape (n, n_items), float64.

        Parameters
        ----------
        user_rows : array of int, shape (n,)
            Positions in `user_ids`.
        """
        return preference_of(self._strength(self.components(user_rows)))

    def pair_strength(self, user_rows: np.ndarray, item_rows: np.ndarray) -> np.ndarray:
        """Return the preference before squashing of single pairs, shape (n,), float64."""
        return self._strength(
            self._scaled(
                self.appeal_weight[user_rows].astype(np.int64) * self.appeal[item_rows],
                _row_products(self.user_taste[user_rows], self.item_taste[item_rows]),
                _row_products(self.user_residual[user_rows], self.item_residual[item_rows]),
            )
        )

    def propensity(self, user_rows: np.ndarray) -> np.ndarray:
        """Probability that an item was shown at least once over the log, shape (n, n_items).

        One minus the product over blocks of the probability of not being shown in the block,
        given what had been counted before it.

        Parameters
        ----------
        user_rows : array of int, shape (n,)
            Positions in `user_ids`.
        """
        rows = np.asarray(user_rows, dtype=np.int64)
        items = np.arange(len(self.item_ids))
        missed = np.ones((len(rows), len(items)))
        for block in range(len(self.counted)):
            here = np.flatnonzero(self.places[rows, block])
            if here.size:
                shown = self.propensity_in_block(rows[here, None], items, block)
                missed[here] *= 1.0 - shown
        return 1.0 - missed

    def propensity_in_block(
        self, user_rows: np.ndarray, item_rows: np.ndarray, block: int
    ) -> np.ndarray:
        """Probability that an item was shown in one block.

        Parameters
        ----------
        user_rows, item_rows : array of int
            Broadcast against each other: equal shapes give pairs, (n, 1) and (m,) a matrix.
        block : int
        """
        once = self.place_probability(user_rows, item_rows, block)
        return 1.0 - whole_power(1.0 - once, self.places[user_rows, block])

    def place_probability(
        self, user_rows: np.ndarray, item_rows: np.ndarray, block: int
    ) -> np.ndarray:
        """Probability of an item in one place of a slate.

        Sums to 1 over the catalogue, less the searches that find nothing: a category and a theme
        that no item joins.
        """
        pages = self.pages(block)
        mixture = self.mixture[user_rows].astype(np.float64) / UNIT
        category = self.category_interest[user_rows, self.category[item_rows]] / _INTEREST
        theme = self.theme_interest[user_rows, self.theme[item_rows]] / _INTEREST
        return (
            mixture[..., 0] * (pages.front / pages.front.sum())[item_rows]
            + mixture[..., 1] * category * within(pages.browse, self.category)[item_rows]
            + mixture[..., 2] * category * theme * within(pages.open, self.cell)[item_rows]
            + mixture[..., 3] * (pages.open / pages.open.sum())[item_rows]
        )

    @property
    def cell(self) -> np.ndarray:
        """Category and theme of each item as one number, shape (n_items,)."""
        return self.category.astype(np.int64) * self.theme_interest.shape[1] + self.theme

    def pages(self, block: int) -> Pages:
        """Weights of the items on the pages of a block, given what was counted before it."""
        before = self.counted[:block].sum(axis=0, dtype=np.int64) + self.policy[2]
        is_open = (self.entry <= block).astype(np.int64)
        front, browse = (
            np.floor(power(before, int(quarters)) * 256).astype(np.int64) * is_open
            for quarters in self.policy[:2]
        )
        return Pages(front, browse, is_open)

    def _scaled(
        self, appeal: np.ndarray, attributes: np.ndarray, residual: np.ndarray
    ) -> dict[str, np.ndarray]:
        return {
            "appeal": appeal / 2.0**20,
            "attributes": attributes * float(self.scale[0]) / 2.0**34,
            "residual": residual * float(self.scale[1]) / 2.0**34,
        }

    def _strength(self, parts: dict[str, np.ndarray]) -> np.ndarray:
        # Multiples of 2^-34 below 2^19: the sum is exact, so its order does not matter.
        base = float(self.scale[2]) / UNIT
        return parts["appeal"] + parts["attributes"] + parts["residual"] + base


def within(weights: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Divide each weight by the total of its group; 0 where the group has no weight."""
    totals = np.bincount(group, weights)[group]
    return weights / np.where(totals > 0, totals, 1.0)


def preference_of(strength: np.ndarray) -> np.ndarray:
    """Squash a strength to a preference, a multiple of 1/4096."""
    return np.rint(squash(strength) * PREFERENCE_TOTAL) / PREFERENCE_TOTAL


def taste_scale(left: np.ndarray, right: np.ndarray, spread: float) -> int:
    """Multiplier, in units of 2^-14, that gives the products of all pairs a standard deviation."""
    grams = [(rows.T @ rows) // len(rows) for rows in (left, right)]
    mean_square = int((grams[0].astype(object) * grams[1].astype(object)).sum())
    return round(spread * (1 << 34) / math.sqrt(mean_square))


def _product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    # Integers below 2^53 in float64: BLAS may add them in any order and the result is the same.
    return left.astype(np.float64) @ right.astype(np.float64).T


def _row_products(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return (left.astype(np.int64) * right).sum(axis=1)
