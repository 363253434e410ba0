"""A store of sixty users and five items, whose truth fits in a table."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from longtail_lib.models import Recommender
from longtail_lib.preprocessing import Split

__all__ = ["alphabetical_model", "tiny_store"]

_PREFERENCE = np.array([[0.2, 0.7, 0.2, 0.1, 0.5], [0.2, 0.1, 0.7, 0.6, 0.1]])
_PROPENSITY = np.array([[0.9, 0.6, 0.2, 0.1, 0.4], [0.9, 0.2, 0.6, 0.2, 0.1]])


def tiny_store() -> Split:
    """Two kinds of user in turn; every user has seen the first item.

    Examples
    --------
    >>> tiny_store()
    Split 'tiny' (random): train 60, validation 0, test 0; 60 users x 5 items
    """
    n_users, n_items = 60, _PREFERENCE.shape[1]
    train = np.zeros((n_users, n_items), dtype=np.float32)
    train[:, 0] = 1
    users, items = np.arange(n_users), np.array(list("abcde"))
    truth = SimpleNamespace(
        user_ids=users,
        item_ids=items,
        preference=lambda rows: _PREFERENCE[np.asarray(rows) % 2],
        propensity=lambda rows: _PROPENSITY[np.asarray(rows) % 2],
    )
    return Split.from_matrices(train, item_ids=items, how="random", name="tiny", truth=truth)


class Alphabetical(Recommender):
    """Score items by their place in the catalogue, first highest, the same for all users."""

    def _fit(self, parts: Split) -> None:
        pass

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        n_items = len(self.item_ids_)
        return np.tile(np.arange(n_items, 0, -1, dtype=np.float32), (len(user_rows), 1))

    def _state(self) -> dict[str, np.ndarray]:
        return {}

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        pass


def alphabetical_model() -> Alphabetical:
    """Fit a model on `tiny_store` that recommends in the order of the catalogue.

    Examples
    --------
    >>> alphabetical_model().recommend(0, k=2)[0].tolist()
    [['b', 'c']]
    """
    return Alphabetical().fit(tiny_store())
