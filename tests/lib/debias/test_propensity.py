from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from longtail_lib.debias import fit_propensity, popularity_propensity
from longtail_lib.simulation import true_propensity


@given(
    counts=st.lists(st.integers(1, 10_000), min_size=2, max_size=30),
    exponent=st.floats(0, 1.5),
    top=st.floats(0.05, 1),
)
def test_it_grows_with_popularity_and_the_fit_finds_it_again(counts, exponent, top):
    guess = popularity_propensity(counts, exponent, top=top)
    assert (guess > 0).all()
    assert guess.max() == pytest.approx(top)
    assert (np.diff(guess[np.argsort(counts)]) >= 0).all()
    if len(set(counts)) > 1:
        assert fit_propensity(counts, guess) == pytest.approx((exponent, top), abs=1e-6)


def test_a_split_gives_its_train_popularity_and_cold_items_count_as_one(small_store):
    parts, _, _ = small_store
    assert np.array_equal(popularity_propensity(parts), popularity_propensity(parts.popularity))
    assert popularity_propensity([4, 0]).tolist() == [1.0, 0.5]
    assert popularity_propensity([4, 0], floor=0.75).tolist() == [1.0, 0.75]
    assert popularity_propensity([9, 1], exponent=0).tolist() == [1.0, 1.0]


def test_popularity_knows_items_but_not_users_on_the_shop(shop):
    some = SimpleNamespace(truth=shop.truth, user_ids=shop.user_ids[::5], item_ids=shop.item_ids)
    truth = true_propensity(some)
    assert truth.shape == (600, 4000)
    assert truth.dtype == np.float32
    guess = popularity_propensity(shop)
    # It orders items well and single cells much less well: what is shown is personal.
    by_item = spearmanr(guess, truth.mean(axis=0)).statistic
    by_cell = np.corrcoef(np.broadcast_to(guess, truth.shape).ravel(), truth.ravel())[0, 1]
    assert by_item > 0.7
    assert 0.2 < by_cell < 0.7
    exponent, top = fit_propensity(shop.popularity, truth.mean(axis=0))
    assert 0.2 < exponent < 0.5
    assert 0.2 < top < 0.8


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"source": [0, 0]}, "above 0"),
        ({"source": [[1, 2]]}, "one count for each item"),
        ({"source": [1, -1]}, "counts from 0"),
    ],
)
def test_bad_popularity_is_refused(given, match):
    with pytest.raises(ValueError, match=match):
        popularity_propensity(**given)


def test_bad_fits_and_shapes_are_refused():
    with pytest.raises(ValueError, match="no slope"):
        fit_propensity([3, 3, 0], [0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match="one number an item"):
        fit_propensity([3, 3, 0], [0.1, 0.2])
