"""A log whose order says everything: the positive control of models that read order."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.preprocessing import Split

__all__ = ["item_chains"]


def item_chains(
    n_users: int = 150, n_chains: int = 6, chain: int = 8, seed: int = 0, name: str = "chains"
) -> Split:
    """Let users walk along closed chains of items, and keep back the last two steps of each.

    After an item always comes the next one of its chain, whoever walks, and a walk begins
    anywhere. So only a model that reads the order can tell the next item from the others of the
    chain: what a reader of order does not gain here, it does not read.

    Parameters
    ----------
    n_users : int
        Each walks from 3 to chain - 2 steps in train.
    n_chains : int
    chain : int
        Items in a chain, at least 5.
    seed : int
    name : str

    Returns
    -------
    Split
        With times; the last step of a user is test, the one before it validation.

    Raises
    ------
    ValueError
        A chain below 5, or no users or chains.

    Examples
    --------
    >>> item_chains(n_users=20, n_chains=2, chain=6)
    Split 'chains' (leave-last-out): train 51, validation 20, test 20; 20 users x 12 items
    """
    if chain < 5 or n_users < 1 or n_chains < 1:
        raise ValueError(
            "item_chains needs chains of at least 5 items, a chain and a user, got "
            f"chain={chain}, n_chains={n_chains}, n_users={n_users}"
        )
    rng = np.random.default_rng(seed)
    held: dict[str, list[tuple[int, int, int]]] = {"train": [], "validation": [], "test": []}
    for user in range(n_users):
        own, begin = rng.integers(n_chains), rng.integers(chain)
        walk = own * chain + (begin + np.arange(chain - 1)) % chain
        cut = rng.integers(4, chain)
        for place, item in enumerate(walk[:cut]):
            part = {cut - 1: "test", cut - 2: "validation"}.get(place, "train")
            held[part].append((user, item, 100 * place + 1))
    shape = (n_users, n_chains * chain)
    matrices, times = {}, {}
    for part, steps in held.items():
        users, items, stamps = np.array(steps).T
        matrices[part] = csr_matrix((np.ones(len(users), np.float32), (users, items)), shape=shape)
        times[part] = csr_matrix((stamps, (users, items)), shape=shape)
        matrices[part].sort_indices()
        times[part].sort_indices()
    return Split(
        **matrices,
        user_ids=np.arange(n_users),
        item_ids=1000 + np.arange(shape[1]),
        items=None,
        users=None,
        how="leave-last-out",
        times=times,
        name=name,
    )
