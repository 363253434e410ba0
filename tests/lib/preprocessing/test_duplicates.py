"""Repeated pairs against a row-by-row oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail_lib.preprocessing._cleaning_steps import KEEP, order_by_pair, repeated_rows

LOGS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 3), st.integers(0, 3)),
    min_size=1,
    max_size=40,
)


def oracle(log, keep, with_times):
    """Which row of each pair stays, told by (rating, time) or place; and how many copies go."""
    groups, copies = {}, 0
    seen = set()
    for place, (user, item, rating, time) in enumerate(log):
        content = (user, item, rating, time if with_times else 0)
        copies += content in seen
        seen.add(content)
        groups.setdefault((user, item), []).append((rating, time if with_times else place))
    best = {
        "last": lambda row: (row[1], row[0]),
        "first": lambda row: (-row[1], row[0]),
        "highest": lambda row: row,
    }[keep]
    return {pair: max(rows, key=best) for pair, rows in groups.items()}, copies


@pytest.mark.parametrize("with_times", [True, False])
@pytest.mark.parametrize("keep", KEEP)
@given(log=LOGS)
def test_the_stated_interaction_stays(keep, with_times, log):
    users, items, ratings, times = (np.array(column) for column in zip(*log, strict=True))
    copies, repeated = repeated_rows(
        users, items, 3, keep=keep, ratings=ratings.astype(float),
        times=times if with_times else None,
    )  # fmt: skip
    expected, n_copies = oracle(log, keep, with_times)
    left = np.setdiff1d(np.arange(len(log)), np.concatenate([copies, repeated]))
    stays = {}
    for row in left:
        pair = (users[row], items[row])
        assert pair not in stays
        moment = times[row] if with_times else row
        stays[pair] = (ratings[row], moment)
    if not with_times and keep == "highest":
        # Of equal ratings any copy may stay: without times they are the same interaction.
        stays = {pair: rating for pair, (rating, _) in stays.items()}
        expected = {pair: rating for pair, (rating, _) in expected.items()}
    if not with_times and keep == "first":
        stays = {pair: row for pair, (_, row) in stays.items()}
        expected = {pair: row for pair, (_, row) in expected.items()}
    assert stays == expected
    assert len(copies) == n_copies
    assert not np.intersect1d(copies, repeated).size


@given(LOGS, st.sampled_from([1, 2**40]))
def test_order_by_pair_is_stable(log, spread):
    """Also where the key leaves no room for the row number."""
    users, items = (np.array(column) for column in list(zip(*log, strict=True))[:2])
    order, again = order_by_pair(users.astype(np.int64) * spread, items, 2**20)
    expected = sorted(range(len(log)), key=lambda row: (users[row], items[row], row))
    assert order.tolist() == expected
    pairs = [log[row][:2] for row in expected]
    assert again.tolist() == [False] + [a == b for a, b in zip(pairs[1:], pairs, strict=False)]
