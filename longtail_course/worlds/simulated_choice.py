r"""What simulated users do with a list: look at some places, choose what they like there.

A user looks at the item at rank r with probability :math:`r^{-\eta}` (position bias; 0 means that
every place is looked at), and chooses an item looked at with the probability that the truth calls
preference.

Both draws hash (seed, round, user id, item id) and nothing else. So two models that show the same
user the same item in the same round meet the same decision, at a better rank at least as readily:
common random numbers, which leave the difference between models with little noise. The order of
users and of items plays no part.

References
----------
Craswell, N., Zoeter, O., Taylor, M., Ramsey, B. (2008). An experimental comparison of click
position-bias models. WSDM '08, 87-94: looking by position, and the cascade that ends with the
first choice.

Joachims, T., Swaminathan, A., Schnabel, T. (2017). Unbiased learning-to-rank with biased
feedback. WSDM '17, 781-789: the power of the rank.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from longtail_lib.data import Truth
from longtail_lib.ranking import id_keys, priorities, user_key

__all__ = ["CHOICES", "Randomness", "Reactions", "examination", "react", "remembered"]

CHOICES = ("every", "first")


def examination(k: int, position_bias: float) -> np.ndarray:
    """Probability that a user looks at each place of a list, shape (k,).

    Examples
    --------
    >>> examination(4, 1.0).round(2).tolist()
    [1.0, 0.5, 0.33, 0.25]
    """
    return np.arange(1, k + 1, dtype=np.float64) ** -position_bias


class Randomness:
    """Uniform numbers for pairs of user and item, each a hash of what it is for.

    Parameters
    ----------
    user_ids, item_ids : ndarray
        Source ids of a split.
    seed, round_number : int
    purpose : int
        Another purpose gives unrelated numbers.

    Examples
    --------
    >>> two = Randomness(["x", "y"], [5, 6, 7], 0, 1, 0).uniform(np.array([1]), np.array([[2, 0]]))
    >>> one = Randomness(["y"], [7, 5], 0, 1, 0).uniform(np.array([0]), np.array([[0, 1]]))
    >>> bool((two == one).all())
    True
    """

    def __init__(
        self, user_ids: Any, item_ids: Any, seed: int, round_number: int, purpose: int
    ) -> None:
        state = np.random.SeedSequence([seed, round_number, purpose]).generate_state(1, np.uint64)
        # One bit less, because keys are seeded by a signed number.
        key = int(state[0] >> np.uint64(1))
        self.users = user_key(id_keys(user_ids, key))
        self.items = id_keys(item_ids, key)

    def uniform(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Numbers in [0, 1) for users, shape (n,), and their items, shape (n, m)."""
        hashed = priorities(self.users[rows][:, None], self.items[columns])
        return (hashed >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def first_users(self, n: int) -> np.ndarray:
        """Draw n rows without replacement, ascending."""
        return np.sort(np.argsort(self.users, kind="stable")[:n])


class Reactions(NamedTuple):
    """What users did with each place of their lists; bool, shape (n, k).

    Parameters
    ----------
    chosen : ndarray
    rejected : ndarray
        Looked at and not chosen.
    """

    chosen: np.ndarray
    rejected: np.ndarray


def react(
    lists: np.ndarray,
    preference: np.ndarray,
    looks: np.ndarray,
    likes: np.ndarray,
    *,
    position_bias: float,
    choose: str,
) -> Reactions:
    """Let users look at their lists and choose.

    Parameters
    ----------
    lists : ndarray of int, shape (n, k)
        Columns, best first; -1 where a list has ended.
    preference : ndarray of float, shape (n, k)
        Of the shown items.
    looks, likes : ndarray of float, shape (n, k)
        Uniform numbers in [0, 1).
    position_bias : float
        Exponent of the rank.
    choose : {"every", "first"}
        Choose every item that is looked at and liked, or stop at the first and look no further.

    Returns
    -------
    Reactions

    Examples
    --------
    >>> shown, likes = np.array([[4, 2, -1]]), np.array([[0.9, 0.2, 0.1]])
    >>> preference = np.array([[0.5, 0.5, 0.5]])
    >>> looks = np.zeros((1, 3))
    >>> chosen, rejected = react(shown, preference, looks, likes, position_bias=1.0, choose="every")
    >>> chosen.tolist(), rejected.tolist()
    ([[False, True, False]], [[True, False, False]])
    """
    looked_at = (looks < examination(lists.shape[1], position_bias)) & (lists >= 0)
    chosen = looked_at & (likes < preference)
    if choose == "first":
        looked_at &= np.cumsum(chosen, axis=1) - chosen == 0
        chosen &= looked_at
    return Reactions(chosen, looked_at & ~chosen)


def remembered(truth: Truth, ids: Any, matrix: np.ndarray) -> Truth:
    """Return a truth that looks preferences up instead of computing them anew.

    Parameters
    ----------
    truth : Truth
    ids : Split or whatever has `user_ids` and `item_ids`
        The order of rows and columns of `matrix`.
    matrix : ndarray of float32, shape (n_users, n_items)
        From `true_preference`.

    Returns
    -------
    Truth
        The given one where its ids stand in another order.
    """
    same = np.array_equal(truth.user_ids, ids.user_ids) and np.array_equal(
        truth.item_ids, ids.item_ids
    )
    return _Remembered(truth, matrix) if same else truth


class _Remembered:
    """A truth whose preferences are in memory; all else comes from the truth behind it."""

    def __init__(self, truth: Truth, matrix: np.ndarray) -> None:
        self._truth, self._matrix = truth, matrix

    def preference(self, user_rows: np.ndarray) -> np.ndarray:
        return self._matrix[np.asarray(user_rows, dtype=np.int64)].astype(np.float64)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._truth, name)
