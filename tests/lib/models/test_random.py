import numpy as np
import pytest
from scipy import stats

from longtail_lib.models import Random


@pytest.fixture
def wide(make_split):
    return make_split(np.eye(200, 300))


def test_scores_do_not_depend_on_the_block(wide):
    model = Random(seed=5).fit(wide)
    whole = model.score(np.arange(200))
    assert np.array_equal(model.score([150, 3, 150]), whole[[150, 3, 150]])
    assert np.array_equal(model.score(np.arange(200)), whole)
    assert np.array_equal(Random(seed=5).fit(wide).score(np.arange(200)), whole)


def test_scores_are_uniform_in_the_unit_interval(wide):
    scores = Random(seed=1).fit(wide).score(np.arange(200))
    assert scores.min() >= 0
    assert scores.max() < 1
    assert stats.kstest(scores.ravel(), "uniform").pvalue > 0.001


def test_users_items_and_seeds_are_independent(wide):
    one = Random(seed=1).fit(wide).score(np.arange(200)).astype(np.float64)
    other = Random(seed=2).fit(wide).score(np.arange(200)).astype(np.float64)
    # 60,000 pairs: the correlation of independent numbers stays within five standard errors.
    bound = 5 / np.sqrt(one.size)
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < bound
    assert abs(np.corrcoef(one[:-1].ravel(), one[1:].ravel())[0, 1]) < bound
    assert abs(np.corrcoef(one[:, :-1].ravel(), one[:, 1:].ravel())[0, 1]) < bound


def test_every_item_is_recommended_about_equally_often(make_split):
    parts = make_split(np.ones((2000, 40)))
    items, _ = Random(seed=0).fit(parts).recommend(parts.user_ids, k=4, exclude_seen=False)
    assert stats.chisquare(np.bincount(items.ravel(), minlength=40)).pvalue > 0.001


def test_numbers_are_the_same_on_every_platform(make_split):
    scores = Random(seed=7).fit(make_split(np.eye(2))).score([0, 1])
    np.testing.assert_array_equal(scores, np.float32(EXPECTED))


# SplitMix64's finaliser by hand with Python integers, for seed 7, users 0 and 1, items 0 and 1.
def _by_hand() -> list[list[float]]:
    mask, step = 2**64 - 1, 0x9E3779B97F4A7C15

    def mix(word):
        word = (word + step) & mask
        word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & mask
        word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & mask
        return word ^ (word >> 31)

    key = int(np.random.SeedSequence(7).generate_state(1, np.uint64)[0])
    return [
        [
            (mix((mix((key + user * step) & mask) + item * step) & mask) >> 40) / 2**24
            for item in (0, 1)
        ]
        for user in (0, 1)
    ]


EXPECTED = _by_hand()
