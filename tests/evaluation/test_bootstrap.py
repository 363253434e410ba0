import numpy as np
import pytest
from scipy.stats import beta

from longtail_lib.evaluation.bootstrap import (
    bootstrap_means,
    interval_of_means,
    never_seen_bound,
)


def test_matches_a_plain_loop_over_the_same_draws():
    rng = np.random.default_rng(0)
    values = rng.random((40, 5))
    values[rng.random((40, 5)) < 0.3] = np.nan
    values[:, 4] = values[:, 2]
    draws = np.random.default_rng(7)
    expected = [
        np.nanmean(values[draws.integers(0, 40, size=40, dtype=np.int32)], axis=0)
        for _ in range(60)
    ]
    np.testing.assert_allclose(bootstrap_means(values, 60, seed=7), expected, rtol=1e-5)


def test_spread_is_the_standard_error():
    values = np.random.default_rng(1).beta(0.4, 3, (800, 1))
    means = bootstrap_means(values, 4_000, seed=0)
    assert means.mean() == pytest.approx(values.mean(), rel=0.01)
    assert means.std() == pytest.approx(values.std() / np.sqrt(800), rel=0.05)


def test_chunks_do_not_matter(monkeypatch):
    values = np.random.default_rng(2).random((50, 3))
    whole = bootstrap_means(values, 30, seed=3)
    monkeypatch.setattr("longtail_lib.evaluation.bootstrap._CHUNK_BYTES", 1)
    np.testing.assert_allclose(bootstrap_means(values, 30, seed=3), whole, rtol=1e-6)


def test_draws_without_a_counting_user_are_left_out():
    values = np.full((10, 1), np.nan)
    values[:2, 0] = [0.2, 0.4]
    means = bootstrap_means(values, 500, seed=0)
    assert np.isnan(means).any()
    low, high = interval_of_means(values, means, 0.95)
    assert low[0] == pytest.approx(0.2)
    assert high[0] == pytest.approx(0.4)


@pytest.mark.parametrize("n", [2, 30, 500])
def test_bound_is_the_exact_binomial_limit(n):
    assert never_seen_bound(n, 0.9) == pytest.approx(beta.ppf(0.95, 1, n))


def test_users_who_do_not_differ_do_not_give_certainty():
    values = np.stack([np.zeros(50), np.ones(50), np.full(50, 0.5)], axis=1)
    low, high = interval_of_means(values, bootstrap_means(values, 100, seed=0), 0.95)
    bound = never_seen_bound(50, 0.95)
    np.testing.assert_allclose(low, [0, 1 - bound, 0.5])
    np.testing.assert_allclose(high, [bound, 1, 0.5])


def test_one_user_gives_no_interval():
    values = np.array([[0.3], [np.nan]])
    low, high = interval_of_means(values, bootstrap_means(values, 50, seed=0), 0.95)
    assert np.isnan(low[0])
    assert np.isnan(high[0])


@pytest.mark.parametrize(
    ("name", "draw", "mean"),
    [
        (
            "a rank metric, many zeros",
            lambda rng, n: rng.beta(1, 2, n) * (rng.random(n) < 0.3),
            0.1,
        ),
        ("a hit rate", lambda rng, n: (rng.random(n) < 0.08).astype(float), 0.08),
        ("a share", lambda rng, n: rng.binomial(10, 0.4, n) / 10, 0.4),
    ],
)
def test_intervals_hold_the_mean_of_a_known_population(name, draw, mean):
    rng = np.random.default_rng(11)
    # 1,000 samples of 250 users, side by side as columns; 400 resamples.
    values = np.stack([draw(rng, 250) for _ in range(1_000)], axis=1)
    low, high = interval_of_means(values, bootstrap_means(values, 400, seed=0), 0.95)
    held = ((low <= mean) & (mean <= high)).mean()
    assert 0.915 < held < 0.975, (name, held)
    # An interval can hold everything by being wide: it must not.
    assert np.mean(high - low) < 4.2 * values.std() / np.sqrt(250)
