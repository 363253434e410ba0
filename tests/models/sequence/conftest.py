"""Small timed splits whose order can be learned: items come in chains."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from longtail_lib.preprocessing.parts import Split


def chain_split(seed=0, n_users=150, n_chains=6, chain=8, name="chains") -> Split:
    """Users walk along chains of items; the last step is test, the one before validation.

    After item 8 c + i comes 8 c + i + 1, whoever walks, and a walk begins anywhere. Only a model
    that reads the order can tell the next item from the others of its chain.
    """
    rng = np.random.default_rng(seed)
    n_items = n_chains * chain
    held = {part: ([], [], []) for part in ("train", "validation", "test")}
    for user in range(n_users):
        own, begin = rng.integers(n_chains), rng.integers(chain)
        walk = own * chain + (begin + np.arange(chain - 1)) % chain
        cut = rng.integers(4, chain)
        for place, item in enumerate(walk[:cut]):
            part = {cut - 1: "test", cut - 2: "validation"}.get(place, "train")
            for values, value in zip(held[part], (user, item, 100 * place), strict=True):
                values.append(value)
    shape = (n_users, n_items)
    matrices, times = {}, {}
    for part, (users, items, stamps) in held.items():
        matrices[part] = csr_matrix((np.ones(len(users), np.float32), (users, items)), shape=shape)
        times[part] = csr_matrix((np.array(stamps) + 1, (users, items)), shape=shape)
        matrices[part].sort_indices()
        times[part].sort_indices()
    return Split(
        **matrices,
        user_ids=np.arange(n_users),
        item_ids=1000 + np.arange(n_items),
        items=None,
        users=None,
        how="leave-last-out",
        times=times,
        name=name,
    )


@pytest.fixture(scope="session")
def chains() -> Split:
    return chain_split()


@pytest.fixture(scope="session")
def make_chains():
    return chain_split
