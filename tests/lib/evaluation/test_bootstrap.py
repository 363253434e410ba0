import numpy as np
import pytest
from scipy.stats import beta, binomtest

from longtail_lib.evaluation._intervals import bootstrap_means, interval_of_means, never_seen_bound


def test_matches_a_plain_loop_over_the_same_weights():
    rng = np.random.default_rng(0)
    values = rng.random((40, 5))
    values[rng.random((40, 5)) < 0.3] = np.nan
    values[:, 4] = values[:, 2]
    weights = np.random.default_rng(7).standard_exponential((60, 41), dtype=np.float32)
    means, unmet = bootstrap_means(values, 60, seed=7)
    for column in range(5):
        counted = ~np.isnan(values[:, column])
        own = weights[:, :40][:, counted].astype(float)
        np.testing.assert_allclose(
            means[:, column], own @ values[counted, column] / own.sum(axis=1), rtol=1e-5
        )
        np.testing.assert_allclose(
            unmet[:, column], weights[:, 40] / (own.sum(axis=1) + weights[:, 40]), rtol=1e-5
        )


@pytest.mark.parametrize("n", [2, 3, 8, 600])
def test_means_lie_between_the_least_and_the_greatest_value(n):
    """Whatever the order in which BLAS adds: a metric of 1 for everybody has a mean of 1."""
    values = np.random.default_rng(n).random((n, 40))
    values[:, :20] = np.linspace(0, 1, 20)
    values[0, 39] = np.nan
    means, _ = bootstrap_means(values, 300, seed=n)
    assert (means[:, :20] == values[0, :20]).all()
    assert (means >= np.nanmin(values, axis=0)).all()
    assert (means <= np.nanmax(values, axis=0)).all()
    low, high = interval_of_means(bootstrap_means(values, 300, seed=n), 0.95)
    assert (low >= 0).all()
    assert (high <= 1).all()


def test_spread_is_the_standard_error():
    values = np.random.default_rng(1).beta(0.4, 3, (800, 1))
    means, unmet = bootstrap_means(values, 4_000, seed=0)
    assert means.mean() == pytest.approx(values.mean(), rel=0.01)
    assert means.std() == pytest.approx(values.std() / np.sqrt(800), rel=0.05)
    assert unmet.mean() == pytest.approx(1 / 801, rel=0.1)


def test_chunks_do_not_matter(monkeypatch):
    values = np.random.default_rng(2).random((50, 3))
    whole = bootstrap_means(values, 30, seed=3)
    monkeypatch.setattr("longtail_lib.evaluation._intervals._CHUNK_BYTES", 1)
    np.testing.assert_allclose(bootstrap_means(values, 30, seed=3), whole, rtol=1e-6)


@pytest.mark.parametrize(("hits", "n"), [(0, 40), (1, 40), (3, 200), (30, 60), (60, 60)])
def test_zeros_and_ones_give_the_exact_binomial_interval(hits, n):
    values = (np.arange(n) < hits).astype(float)[:, None]
    low, high = interval_of_means(bootstrap_means(values, 40_000, seed=0), 0.95)
    exact = binomtest(hits, n).proportion_ci(0.95, method="exact")
    assert low[0] == pytest.approx(exact.low, abs=0.003)
    assert high[0] == pytest.approx(exact.high, abs=0.003)


@pytest.mark.parametrize("n", [2, 30, 500])
def test_bound_is_the_exact_binomial_limit(n):
    assert never_seen_bound(n, 0.9) == pytest.approx(beta.ppf(0.95, 1, n))


def test_a_single_small_value_does_not_make_the_interval_narrower():
    values = np.zeros((100, 2))
    values[0, 1] = 0.05
    _, high = interval_of_means(bootstrap_means(values, 2_000, seed=0), 0.95)
    assert high[1] >= high[0] > 0.03


def test_few_users_give_a_wide_interval_and_none_gives_none():
    values = np.array([[0.3, np.nan], [np.nan, np.nan]])
    low, high = interval_of_means(bootstrap_means(values, 2_000, seed=0), 0.95)
    assert low[0] < 0.05
    assert high[0] > 0.9
    assert np.isnan([low[1], high[1]]).all()


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
    low, high = interval_of_means(bootstrap_means(values, 400, seed=0), 0.95)
    held = ((low <= mean) & (mean <= high)).mean()
    assert held > 0.935, (name, held)
    # An interval can hold everything by being wide: it must not.
    assert np.mean(high - low) < 1.15 * 2 * 1.96 * values.std() / np.sqrt(250)
