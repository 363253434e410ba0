"""Head-lovers and tail-lovers: users told apart by what they truly prefer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from longtail_lib.preprocessing import Split
from longtail_lib.ranking import id_keys, top_k, user_key
from longtail_lib.simulation import true_preference
from longtail_lib.tail import Groups, popularity_groups

__all__ = ["TASTES", "UserTaste", "user_taste"]

TASTES = ("head-lovers", "between", "tail-lovers")


@dataclass(frozen=True, eq=False)
class UserTaste:
    """What a simulator knows of its users, in the order of a split.

    Parameters
    ----------
    preference : ndarray of float32, shape (n_users, n_items)
        Probability that the user chooses the item when it is shown.
    groups : Groups
        Head, mid and tail of the catalogue; the last group is the tail.
    tail_share : ndarray of float64, shape (n_users,)
        Share of tail items among the user's favourites.
    labels : ndarray of int8, shape (n_users,)
        Place in `TASTES`.
    definition : str
        How users were told apart, in words.
    """

    preference: np.ndarray
    groups: Groups
    tail_share: np.ndarray
    labels: np.ndarray
    definition: str

    def mask(self, name: str) -> np.ndarray:
        """Which users belong to one of `TASTES`, bool, shape (n_users,)."""
        return self.labels == TASTES.index(name)

    def __repr__(self) -> str:
        sizes = np.bincount(self.labels, minlength=len(TASTES))
        share = ", ".join(
            f"{name} {size:,} with {self.tail_share[self.mask(name)].mean():.0%}"
            if size
            else f"{name} 0"
            for name, size in zip(TASTES, sizes, strict=True)
        )
        return f"UserTaste({share} of their favourites in the tail; {self.definition})"


def user_taste(parts: Split, *, favourites: int = 50, groups: Groups | None = None) -> UserTaste:
    """Sort users by the share of tail items among the items they truly like best.

    The third of the users with the largest share are tail-lovers, the third with the smallest
    head-lovers; at equal shares the user who comes later in the split counts as the larger. What
    was shown or chosen plays no part, except that popularity in train says what the tail is.

    Parameters
    ----------
    parts : Split
        With truth.
    favourites : int
        How many items of the highest true preference to look at; all items where the catalogue
        holds fewer.
    groups : Groups or None
        Of the catalogue; `popularity_groups` on train popularity if None.

    Returns
    -------
    UserTaste

    Raises
    ------
    ValueError
        A split without truth, groups of another catalogue, or `favourites` below 1.

    Examples
    --------
    >>> from longtail_lib.testing import tiny_world
    >>> taste = user_taste(tiny_world(), favourites=2)
    >>> taste.tail_share.tolist(), taste.labels.tolist()
    ([0.0, 0.5, 1.0], [0, 1, 2])
    """
    if getattr(parts, "truth", None) is None:
        raise ValueError(
            "user_taste: this split has no truth, so nobody knows what users would choose; take a "
            "simulated dataset such as load_dataset('shop'), with truth=True"
        )
    if favourites < 1:
        raise ValueError(f"user_taste: favourites must be at least 1, got {favourites}")
    groups = popularity_groups(parts.popularity) if groups is None else groups
    if len(groups) != parts.n_items:
        raise ValueError(
            f"user_taste: groups label {len(groups):,} items, the catalogue holds "
            f"{parts.n_items:,}; build them from the same split's popularity"
        )
    preference = true_preference(parts)
    favourites = min(favourites, parts.n_items)
    tail = groups.mask(groups.names[-1])
    liked = top_k(
        preference,
        favourites,
        user_keys=user_key(id_keys(parts.user_ids)),
        item_keys=id_keys(parts.item_ids),
    )
    share = tail[liked].mean(axis=1)
    third = parts.n_users // 3
    order = np.argsort(share, kind="stable")
    labels = np.ones(parts.n_users, dtype=np.int8)
    labels[order[:third]] = 0
    labels[order[parts.n_users - third :]] = 2
    return UserTaste(
        preference,
        groups,
        share,
        labels,
        f"{TASTES[2]}: the third of the users with the largest share of {groups.names[-1]} items "
        f"among the {favourites} items of highest true preference; {TASTES[0]}: the third with "
        "the smallest",
    )
