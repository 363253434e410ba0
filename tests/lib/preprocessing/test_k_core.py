"""k-core against removal of one user or item at a time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from longtail_lib.preprocessing._cleaning_steps import k_core


def oracle(pairs, min_user, min_item):
    """Remove the first weak user or item found, and begin again."""
    left = set(pairs)
    while True:
        users = [user for user, _ in left]
        items = [item for _, item in left]
        weak_user = next((user for user in users if users.count(user) < min_user), None)
        weak_item = next((item for item in items if items.count(item) < min_item), None)
        if weak_user is not None:
            left = {pair for pair in left if pair[0] != weak_user}
        elif weak_item is not None:
            left = {pair for pair in left if pair[1] != weak_item}
        else:
            return left


@given(
    st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=40),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_equals_brute_force(pairs, min_user, min_item):
    pairs = sorted(pairs)
    users, items = np.array(pairs).T
    kept, _ = k_core(users, items, min_user, min_item)
    assert {pair for pair, keep in zip(pairs, kept, strict=True) if keep} == oracle(
        pairs, min_user, min_item
    )


def test_a_chain_falls_link_by_link():
    """Each user holds two neighbouring items: at 2 and 2 only the ends are weak, then all fall."""
    users = np.repeat(np.arange(10), 2)
    items = (np.arange(10)[:, None] + [0, 1]).ravel()
    kept, passes = k_core(users, items, 2, 2)
    assert not kept.any()
    assert passes == 10
