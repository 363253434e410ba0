from types import SimpleNamespace

import numpy as np
import pytest

from longtail_lib import load_dataset
from longtail_lib.simulation._true_preference import preference_matrix, remembered


@pytest.fixture
def truth():
    table = np.random.default_rng(0).random((300, 7))
    return SimpleNamespace(
        user_ids=np.arange(300)[::-1],
        item_ids=np.array(list("gfedcba")),
        preference=lambda rows: table[rows],
        propensity=lambda rows: table[rows] / 2,
        table=table,
    )


def test_rows_and_columns_follow_the_ids_asked_for(truth):
    users, items = np.array([5, 299, 0]), np.array(["b", "g"])
    found = preference_matrix(truth, users, items)
    expected = truth.table[299 - users][:, [5, 0]]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found.dtype == np.float32


def test_simulated_preferences_are_exact_in_float32():
    truth = load_dataset("social").truth
    users = truth.user_ids[[9, 2]]
    found = preference_matrix(truth, users, truth.item_ids)
    assert np.array_equal(found.astype(np.float64), truth.preference([9, 2]))
    assert found.std() > 0.05


def test_remembered_looks_up_preferences_and_asks_the_truth_for_all_else(truth):
    own = SimpleNamespace(user_ids=truth.user_ids, item_ids=truth.item_ids)
    matrix = np.full((300, 7), 0.25, dtype=np.float32)
    known = remembered(truth, own, matrix)
    assert known.preference([3]).tolist() == [[0.25] * 7]
    assert np.array_equal(known.propensity([3]), truth.propensity([3]))
    turned = SimpleNamespace(user_ids=truth.user_ids[::-1], item_ids=truth.item_ids)
    assert remembered(truth, turned, matrix) is truth


def test_refusals(truth):
    with pytest.raises(ValueError, match="there is no truth"):
        preference_matrix(None, [1], [1])
    with pytest.raises(ValueError, match=r"does not know user 300 \(1 of 2 are unknown\)"):
        preference_matrix(truth, [1, 300], ["a"])
    with pytest.raises(ValueError, match="does not know item 'z'"):
        preference_matrix(truth, [1], ["z"])
