"""Shuffled histories hold the same items and times, in an order that says nothing."""

import dataclasses

import numpy as np
import pytest

from longtail_course.toys import shuffle_order


def test_items_and_times_of_each_user_stay_and_their_match_does_not(chains):
    shuffled = shuffle_order(chains, seed=4)
    before, after = chains.times["train"], shuffled.times["train"]
    np.testing.assert_array_equal(before.indices, after.indices)
    for user in range(chains.n_users):
        assert sorted(before[user].data) == sorted(after[user].data)
    assert (before.data != after.data).mean() > 0.3
    assert shuffled.train is chains.train
    assert shuffled.times["validation"] is chains.times["validation"]


def test_same_seed_same_order_and_times_are_needed(chains):
    one, other = (shuffle_order(chains, seed=4).times["train"].data for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert (shuffle_order(chains, seed=5).times["train"].data != one).any()
    with pytest.raises(ValueError, match="no order to shuffle"):
        shuffle_order(dataclasses.replace(chains, times=None))
