import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from longtail_lib.models.debiased._bilateral_branch import (
    capped_probability,
    draw_interactions,
    reversed_probability,
)
from tests.lib.models.conftest import clusters

counts = arrays(np.int64, st.integers(1, 30), elements=st.integers(0, 1000)).filter(np.any)


@given(counts)
def test_reversed_probability_times_popularity_is_the_same_for_all_warm_items(popularity):
    probability = reversed_probability(popularity)
    warm = popularity > 0
    assert probability[~warm].sum() == 0
    assert probability.sum() == pytest.approx(1)
    assert np.ptp(probability[warm] * popularity[warm]) < 1e-9


@given(counts, st.floats(0, 0.9))
def test_capped_probability_keeps_the_order_and_leaves_the_rest_in_proportion(popularity, head):
    probability = capped_probability(popularity, head)
    assert probability.sum() == pytest.approx(1)
    assert (probability[popularity == 0] == 0).all()
    order = np.argsort(popularity)
    assert (np.diff(probability[order]) >= -1e-12).all()


def test_capped_probability_by_hand():
    # Two of ten items are the head; the third has 4 interactions, so the head counts as 4 each.
    popularity = np.array([50, 1, 4, 0, 2, 30, 1, 1, 1, 1])
    wanted = np.minimum(popularity, 4) / np.minimum(popularity, 4).sum()
    np.testing.assert_allclose(capped_probability(popularity, head=0.2), wanted)


def test_drawn_items_follow_the_probability_and_their_users_chose_them():
    parts = clusters()
    probability = reversed_probability(parts.popularity)
    users, items = draw_interactions(parts.train, probability, 60_000, np.random.default_rng(0))
    assert (np.asarray(parts.train[users, items]) == 1).all()
    found = np.bincount(items, minlength=parts.n_items) / len(items)
    np.testing.assert_allclose(found, probability, atol=4 * np.sqrt(probability.max() / 60_000))
    # The log itself has it the other way round.
    assert np.corrcoef(found[:-3], parts.popularity[:-3])[0, 1] < 0


def test_the_users_of_an_item_come_up_evenly():
    parts = clusters()
    item = int(np.argmax(parts.popularity))
    probability = np.eye(parts.n_items)[item]
    users, items = draw_interactions(parts.train, probability, 40_000, np.random.default_rng(0))
    assert set(items) == {item}
    found = np.bincount(users, minlength=parts.n_users)
    chose = parts.train[:, [item]].toarray()[:, 0] > 0
    assert (found[~chose] == 0).all()
    expected = 40_000 / chose.sum()
    assert np.abs(found[chose] - expected).max() < 5 * np.sqrt(expected)
