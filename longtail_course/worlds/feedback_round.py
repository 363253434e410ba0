"""One round of a feedback loop: what is shown, what is chosen, and what that amounts to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from longtail_course.worlds.simulated_choice import Randomness, react
from longtail_course.worlds.taste_groups import UserTaste
from longtail_lib.evaluation import rank_users
from longtail_lib.evaluation.metrics.exposure import coverage, exposure, exposure_gini
from longtail_lib.models import Recommender
from longtail_lib.preprocessing import Split
from longtail_lib.tail import gini

__all__ = ["Behaviour", "Shown", "measure_round", "play_round"]

# One number for each use of randomness, so that no two share their draws.
_LOOKS, _LIKES, _ACTIVE, _EXPLORES, _EXPLORED = range(5)


class Behaviour(NamedTuple):
    """How lists are made and users behave; parameters as in `feedback_loop`."""

    k: int
    users_per_round: int | None
    choose: str
    position_bias: float
    exploration: float
    repeat_rejected: bool
    seed: int


class Shown(NamedTuple):
    """What happened in a round.

    Parameters
    ----------
    users : ndarray of int, shape (n,)
        Rows of the active users.
    lists : ndarray of int, shape (n, k)
        Columns, best first; -1 where candidates have run out.
    preference : ndarray of float64, shape (n, k)
        True preference for what was shown; 0 where nothing was.
    chosen, rejected : ndarray of bool, shape (n, k)
        Looked at and liked; looked at and not chosen.
    """

    users: np.ndarray
    lists: np.ndarray
    preference: np.ndarray
    chosen: np.ndarray
    rejected: np.ndarray

    def pairs(self, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows and columns of some of what was shown, such as `chosen`."""
        rows = np.broadcast_to(self.users[:, None], self.lists.shape)
        return rows[which], self.lists[which]


def play_round(
    model: Recommender,
    parts: Split,
    taste: UserTaste,
    behaviour: Behaviour,
    *,
    masked: Sequence[csr_matrix],
    number: int,
    name: str,
) -> Shown:
    """Recommend to the active users and let them choose.

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`.
    parts : Split
    taste : UserTaste
    behaviour : Behaviour
    masked : sequence of csr_matrix, shape (n_users, n_items)
        Pairs that are not recommended: seen items, and rejected ones where they are not repeated.
    number : int
        Of the round.
    name : str
        Of the model, for messages.
    """

    def random(purpose: int) -> Randomness:
        return Randomness(parts.user_ids, parts.item_ids, behaviour.seed, number, purpose)

    n_active = behaviour.users_per_round or parts.n_users
    users = random(_ACTIVE).first_users(n_active)
    lists = rank_users(
        model, parts, users, k=behaviour.k, seen=masked, seed=behaviour.seed, name=name
    )
    if behaviour.exploration:
        replaced = random(_EXPLORES).uniform(users, np.arange(lists.shape[1])[None, :])
        drawn = _unseen_at_random(lists, parts, users, masked, random(_EXPLORED))
        lists = np.where((replaced < behaviour.exploration) & (drawn >= 0), drawn, lists)
    preference = np.where(lists >= 0, taste.preference[users[:, None], lists], 0).astype(np.float64)
    reactions = react(
        lists,
        preference,
        random(_LOOKS).uniform(users, lists),
        random(_LIKES).uniform(users, lists),
        position_bias=behaviour.position_bias,
        choose=behaviour.choose,
    )
    return Shown(users, lists, preference, *reactions)


def measure_round(shown: Shown, popularity: np.ndarray, taste: UserTaste) -> dict[str, float]:
    """Work out the quantities of `feedback_rounds.QUANTITIES`.

    Parameters
    ----------
    shown : Shown
    popularity : ndarray of int, shape (n_items,)
        Train interactions after the round.
    taste : UserTaste
    """
    tail = taste.groups.mask(taste.groups.names[-1])
    exposed = exposure(shown.lists, len(popularity))
    count = (shown.lists >= 0).sum(axis=1)
    served = count > 0
    per_user = shown.preference[served].sum(axis=1) / count[served]
    label = taste.labels[shown.users[served]]
    return {
        "popularity_gini": gini(popularity),
        "popularity_tail_share": float(popularity[tail].sum() / popularity.sum()),
        "exposure_gini": exposure_gini(exposed),
        "tail_share": float(exposed[tail].sum() / exposed.sum()) if served.any() else np.nan,
        "coverage": coverage(exposed),
        "satisfaction": _mean(per_user),
        "satisfaction_head_lovers": _mean(per_user[label == 0]),
        "satisfaction_tail_lovers": _mean(per_user[label == 2]),
        "choices": int(shown.chosen.sum()),
    }


class _Uniform:
    """A model that ranks each user's items in an order drawn anew for each round."""

    def __init__(self, randomness: Randomness, n_items: int) -> None:
        self.randomness, self.columns = randomness, np.arange(n_items)

    def score(self, user_rows: np.ndarray) -> np.ndarray:
        return self.randomness.uniform(user_rows, self.columns[None, :]).astype(np.float32)


def _unseen_at_random(
    lists: np.ndarray,
    parts: Split,
    users: np.ndarray,
    masked: Sequence[csr_matrix],
    randomness: Randomness,
) -> np.ndarray:
    """Draw as many items as a list holds, none of them masked or in the list already."""
    k = lists.shape[1]
    # Twice as many as needed: at most k of them are in the list.
    drawn = rank_users(_Uniform(randomness, parts.n_items), parts, users, k=2 * k, seen=masked)
    fresh = (drawn >= 0) & ~(drawn[:, :, None] == lists[:, None, :]).any(axis=2)
    order = np.argsort(~fresh, axis=1, kind="stable")[:, :k]
    picked = np.take_along_axis(np.where(fresh, drawn, -1), order, axis=1)
    # A catalogue of fewer than 2k items gives fewer draws.
    return np.pad(picked, ((0, 0), (0, k - picked.shape[1])), constant_values=-1)


def _mean(numbers: np.ndarray) -> float:
    return float(numbers.mean()) if len(numbers) else float("nan")
