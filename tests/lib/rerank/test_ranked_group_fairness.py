"""Quotas: the table of FA*IR against its paper and against simulation, and lists that keep it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from longtail_lib.rerank import adjusted_alpha, quota_table, tail_quota
from tests.lib.rerank import oracles
from tests.lib.rerank.conftest import draw


@pytest.mark.parametrize("alpha", [None, 0.1])
@pytest.mark.parametrize("share", [0.1, 0.4, 0.8, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_equals_plain_loops(seed, share, alpha):
    d = draw(seed)
    found = tail_quota(d.columns, d.scores, tail=d.tail, share=share, k=12, alpha=alpha)
    table = quota_table(12, share, alpha=alpha)
    for row in d.rows:
        expected = oracles.quota(d.columns[row], d.scores[row], d.tail, table, 12)
        assert found[row].tolist() == expected


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), share=st.floats(0, 1), alpha=st.sampled_from([None, 0.05, 0.2]))
def test_every_prefix_keeps_the_quota_while_tail_candidates_last(seed, share, alpha):
    d = draw(seed, n=4, m=30, n_items=60)
    found = tail_quota(d.columns, d.scores, tail=d.tail, share=share, k=10, alpha=alpha)
    table = quota_table(10, share, alpha=alpha)
    for row in range(3):
        in_tail = d.tail[d.columns[row]]
        held = np.cumsum(in_tail[found[row]])
        assert (held >= np.minimum(table, in_tail.sum())).all()
        # Both kinds keep their own order.
        for kind in (True, False):
            kept = found[row][in_tail[found[row]] == kind]
            assert (np.diff(kept) > 0).all()


def test_no_more_tail_items_than_needed_where_the_tail_scores_lowest():
    tail = np.repeat([False, True], 20)
    columns, scores = np.arange(40)[None], np.linspace(1, 0, 40)[None]
    found = tail_quota(columns, scores, tail=tail, share=0.3, k=20)
    np.testing.assert_array_equal(np.cumsum(tail[found[0]]), quota_table(20, 0.3))


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        # The least m with P(X <= m) > .1 for X of 1 to 12 trials, not adjusted.
        (0.1, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        (0.3, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2]),
        (0.5, [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4]),
        (0.7, [0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6]),
    ],
)
def test_the_table_by_hand(share, expected):
    assert quota_table(12, share, alpha=0.1, adjust=False).tolist() == expected


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_the_table_is_the_least_count_that_a_binomial_test_accepts(share):
    for length, least in enumerate(quota_table(30, share, alpha=0.1, adjust=False), start=1):
        assert binom.cdf(least, length, share) > 0.1 - 1e-12
        assert least == 0 or binom.cdf(least - 1, length, share) <= 0.1 + 1e-12


@pytest.mark.parametrize(("k", "share"), [(10, 0.5), (40, 0.3), (100, 0.5)])
def test_fair_lists_fail_as_often_as_alpha_says(k, share):
    rng = np.random.default_rng(1)
    held = np.cumsum(rng.random((40_000, k)) < share, axis=1)
    failing = {
        adjust: (held < quota_table(k, share, alpha=0.1, adjust=adjust)).any(axis=1).mean()
        for adjust in (True, False)
    }
    assert failing[True] <= 0.1 + 0.006
    assert failing[False] > failing[True]
    # Not needlessly timid: the next level of the step function is above alpha.
    assert failing[True] > 0.02
    assert adjusted_alpha(k, share, 0.1) < 0.1


def test_the_simple_quota_is_not_a_victim_of_rounding():
    assert quota_table(100, 0.29)[99] == 29
    assert quota_table(10, 1.0).tolist() == list(range(1, 11))
    assert not quota_table(10, 0.0, alpha=0.1).any()
