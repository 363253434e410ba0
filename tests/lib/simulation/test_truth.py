from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from longtail_lib.debias import list_weights, true_value
from longtail_lib.simulation import true_preference, true_propensity


def test_rows_and_columns_follow_the_split(small_store):
    parts, preference, propensity = small_store
    assert np.allclose(true_preference(parts), preference)
    assert np.allclose(true_propensity(parts), propensity)
    columns = np.random.default_rng(0).integers(0, parts.n_items, (parts.n_users, 3))
    expected = np.take_along_axis(preference, columns, axis=1)
    assert np.allclose(true_preference(parts, columns), expected)
    # The truth itself keeps its own order.
    assert np.allclose(true_preference(parts.truth), preference[::-1, ::-1])


def test_the_shop_agrees_with_its_truth(shop):
    rows = np.array([0, 1234, 2999])
    places = np.searchsorted(shop.truth.user_ids, shop.user_ids[rows])
    expected = shop.truth.preference(places)[:, np.searchsorted(shop.truth.item_ids, shop.item_ids)]
    assert np.allclose(true_preference(shop)[rows], expected)


def test_value_is_the_weighted_mean_of_what_is_recommended(small_store):
    parts, preference, _ = small_store
    best = np.argsort(-preference, axis=1)[:, :4]
    worst = np.argsort(preference, axis=1)[:, :4]
    found = true_value(parts, best, list_weights(4, "dcg"))
    raw = 1 / np.log2([2, 3, 4, 5])
    by_hand = np.mean(
        [
            sum(w * preference[u, i] for w, i in zip(raw, row, strict=True))
            for u, row in enumerate(best)
        ]
    )
    assert found == pytest.approx(by_hand / raw.sum(), rel=1e-6)
    assert found > true_value(parts, best) > true_value(parts, worst)


def test_what_has_no_truth_is_told_so(small_store):
    parts, _, _ = small_store
    with pytest.raises(ValueError, match="truth=True"):
        true_propensity(replace(parts, truth=None))
    with pytest.raises(ValueError, match="truth of a simulated dataset"):
        true_preference(SimpleNamespace(something=1))
    other = replace(parts, user_ids=np.arange(parts.n_users) + 1)
    with pytest.raises(ValueError, match=r"does not know 1 of the split's user_ids, such as 200"):
        true_propensity(other)
    with pytest.raises(ValueError, match="one row for each user"):
        true_propensity(parts, [[1, 2]])
    with pytest.raises(ValueError, match="from 0 to 39"):
        true_value(parts, np.full((parts.n_users, 2), 40))
