from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail_course.worlds.simulated_choice import Randomness, examination, react, remembered


def test_uniform_numbers_are_uniform_and_unrelated():
    users, items = np.arange(200), np.arange(300)
    everything = np.broadcast_to(items, (200, 300))
    draws = [
        Randomness(users, items, *what).uniform(users, everything).ravel()
        for what in ((0, 1, 0), (1, 1, 0), (0, 2, 0), (0, 1, 1))
    ]
    for numbers in draws:
        assert 0 <= numbers.min() < 1e-3
        assert 1 - 1e-3 < numbers.max() < 1
        counts = np.histogram(numbers, bins=20, range=(0, 1))[0]
        # Chi-square of 20 cells: 43.8 is passed once in a thousand.
        assert ((counts - 3000) ** 2 / 3000).sum() < 43.8
    correlations = np.corrcoef(draws)[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() < 4 / np.sqrt(60_000)


def test_numbers_follow_ids_and_not_places():
    one = Randomness(["x", "y"], [1, 2, 3], 0, 1, 0)
    other = Randomness(["z", "y", "x"], [3, 9, 1, 2], 0, 1, 0)
    first = one.uniform(np.array([0, 1]), np.array([[0, 1, 2], [0, 1, 2]]))
    second = other.uniform(np.array([2, 1]), np.array([[2, 3, 0], [2, 3, 0]]))
    assert np.array_equal(first, second)


def test_the_first_users_are_part_of_the_first_more():
    randomness = Randomness(np.arange(50), np.arange(3), 0, 1, 0)
    few, more = randomness.first_users(10), randomness.first_users(20)
    assert set(few) < set(more)
    assert np.array_equal(few, np.unique(few))


def test_examination():
    assert examination(3, 0).tolist() == [1, 1, 1]
    assert examination(4, 2.0).tolist() == pytest.approx([1, 1 / 4, 1 / 9, 1 / 16])


def plain(lists, preference, looks, likes, bias, choose):
    chosen, rejected = np.zeros(lists.shape, bool), np.zeros(lists.shape, bool)
    for row in range(len(lists)):
        for place in range(lists.shape[1]):
            if lists[row, place] < 0 or looks[row, place] >= (place + 1) ** -bias:
                continue
            if likes[row, place] < preference[row, place]:
                chosen[row, place] = True
                if choose == "first":
                    break
            else:
                rejected[row, place] = True
    return chosen, rejected


@given(st.integers(0, 10_000), st.sampled_from(["every", "first"]), st.floats(0, 2))
def test_equals_plain_python(seed, choose, bias):
    rng = np.random.default_rng(seed)
    lists = rng.integers(-1, 9, (6, 5))
    preference, looks, likes = rng.random((3, 6, 5))
    found = react(lists, preference, looks, likes, position_bias=bias, choose=choose)
    expected = plain(lists, preference, looks, likes, bias, choose)
    assert np.array_equal(found.chosen, expected[0])
    assert np.array_equal(found.rejected, expected[1])


def test_remembered_looks_up_preferences_and_asks_the_truth_for_all_else():
    table = np.random.default_rng(0).random((300, 7))
    truth = SimpleNamespace(
        user_ids=np.arange(300)[::-1],
        item_ids=np.array(list("gfedcba")),
        preference=lambda rows: table[rows],
        propensity=lambda rows: table[rows] / 2,
    )
    own = SimpleNamespace(user_ids=truth.user_ids, item_ids=truth.item_ids)
    matrix = np.full((300, 7), 0.25, dtype=np.float32)
    known = remembered(truth, own, matrix)
    assert known.preference([3]).tolist() == [[0.25] * 7]
    assert np.array_equal(known.propensity([3]), truth.propensity([3]))
    turned = SimpleNamespace(user_ids=truth.user_ids[::-1], item_ids=truth.item_ids)
    assert remembered(truth, turned, matrix) is truth
