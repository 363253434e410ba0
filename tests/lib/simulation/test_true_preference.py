"""Preferences and propensities of a simulator, in the order of a split."""

from types import SimpleNamespace

import numpy as np
import pytest

from longtail_lib import load_dataset
from longtail_lib.simulation import true_preference


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


def asked_for(truth, users, items):
    return SimpleNamespace(truth=truth, user_ids=np.array(users), item_ids=np.array(items))


def test_rows_and_columns_follow_the_ids_asked_for(truth):
    users = np.array([5, 299, 0])
    found = true_preference(asked_for(truth, users, ["b", "g"]))
    expected = truth.table[299 - users][:, [5, 0]]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found.dtype == np.float32


def test_simulated_preferences_are_exact_in_float32():
    truth = load_dataset("social").truth
    found = true_preference(asked_for(truth, truth.user_ids[[9, 2]], truth.item_ids))
    assert np.array_equal(found.astype(np.float64), truth.preference([9, 2]))
    assert found.std() > 0.05


def test_refusals(truth):
    with pytest.raises(ValueError, match="the split has none"):
        true_preference(asked_for(None, [1], [1]))
    with pytest.raises(ValueError, match="does not know 1 of the split's user_ids, such as 300"):
        true_preference(asked_for(truth, [1, 300], ["a"]))
    with pytest.raises(ValueError, match="does not know 1 of the split's item_ids, such as z"):
        true_preference(asked_for(truth, [1], ["z"]))
