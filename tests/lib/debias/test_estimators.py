import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from longtail_course.worlds import draw_feedback, item_preference
from longtail_lib.debias import clipped_ips, doubly_robust, ips, list_weights, naive, snips

LOGS = 1000


@pytest.fixture(scope="module")
def experiment(small_store):
    """Lists of the best-liked items among those seldom shown, and many logs on them."""
    _, preference, propensity = small_store
    # A mix: half of each list likely to be shown, half not.
    order = np.argsort(-propensity, axis=1)
    lists = np.concatenate([order[:, :5], order[:, 20:25]], axis=1)
    r = np.take_along_axis(preference, lists, axis=1)
    p = np.take_along_axis(propensity, lists, axis=1)
    shown, chosen = draw_feedback(r, p, seed=4, logs=LOGS)
    return r, p, shown, chosen.astype(float)


def bias_in_errors(estimate, value):
    """Bias over its own standard error."""
    found = estimate.value
    return (found.mean() - value) / (found.std(ddof=1) / np.sqrt(len(found)))


def test_ips_is_unbiased_and_the_naive_means_are_not(experiment):
    r, p, shown, chosen = experiment
    assert abs(bias_in_errors(ips(chosen, shown, p), r.mean())) < 3
    assert abs(bias_in_errors(ips(chosen, None, p), r.mean())) < 3
    assert bias_in_errors(naive(chosen, shown), r.mean()) > 20
    assert bias_in_errors(naive(chosen), r.mean()) < -20


def test_weights_by_place(experiment):
    r, p, shown, chosen = experiment
    places = list_weights(10, "dcg")
    value = (r * places).sum() / len(r)
    assert abs(value - r.mean()) > 0.02
    assert abs(bias_in_errors(ips(chosen, shown, p, weights=places), value)) < 3
    assert abs(bias_in_errors(snips(chosen, shown, p, weights=places), value)) < 3.5
    imputed = np.full(r.shape, 0.3)
    assert abs(bias_in_errors(doubly_robust(chosen, shown, p, imputed, weights=places), value)) < 3


def test_snips_and_clipping_spread_less_than_ips(experiment):
    r, p, shown, chosen = experiment
    plain = ips(chosen, shown, p).value.std()
    normalised = snips(chosen, shown, p)
    assert normalised.value.std() < 0.95 * plain
    assert abs(normalised.value.mean() - r.mean()) < 0.1 * normalised.value.std()
    clipped = clipped_ips(chosen, shown, p, floor=0.2)
    assert clipped.value.std() < 0.97 * plain
    # Clipping loses what lies below the floor, exactly.
    assert clipped.value.mean() == pytest.approx((r * np.minimum(1, p / 0.2)).mean(), abs=0.003)


def test_doubly_robust_needs_one_of_the_two_to_be_right(experiment):
    r, p, shown, chosen = experiment
    wrong_p, wrong_m = np.clip(1.6 * p + 0.1, 0, 1), np.full(r.shape, 0.9)
    value = r.mean()
    right_p_wrong_m = doubly_robust(chosen, shown, p, wrong_m)
    wrong_p_right_m = doubly_robust(chosen, shown, wrong_p, r)
    assert abs(bias_in_errors(right_p_wrong_m, value)) < 3
    assert abs(bias_in_errors(wrong_p_right_m, value)) < 3
    # IPS has no second line of defence, and two wrongs are wrong.
    assert abs(bias_in_errors(ips(chosen, shown, wrong_p), value)) > 20
    assert abs(bias_in_errors(doubly_robust(chosen, shown, wrong_p, wrong_m), value)) > 20


def test_a_good_imputation_saves_variance_and_a_bad_one_costs(experiment):
    r, p, shown, chosen = experiment
    good = doubly_robust(chosen, shown, p, r).value.std()
    plain = ips(chosen, shown, p).value.std()
    bad = doubly_robust(chosen, shown, p, np.full(r.shape, 1.0)).value.std()
    assert good < 0.9 * plain < plain < bad


def test_standard_errors_cover_the_truth(experiment):
    r, p, shown, chosen = experiment
    for estimate in (
        ips(chosen, shown, p),
        snips(chosen, shown, p),
        doubly_robust(chosen, shown, p, np.full(r.shape, 0.4)),
    ):
        # Users are fixed here, so the error between users is on the wide side.
        inside = np.abs(estimate.value - r.mean()) <= 1.96 * estimate.standard_error
        assert inside.mean() > 0.94
        assert estimate.value.std() < 1.05 * estimate.standard_error.mean()


def test_the_standard_error_is_that_of_new_users_with_new_feedback():
    rng = np.random.default_rng(2)
    r = rng.uniform(0.1, 0.9, (500, 60, 5))
    p = rng.uniform(0.2, 0.9, r.shape)
    found = []
    for log in range(500):
        shown, chosen = draw_feedback(r[log], p[log], seed=rng)
        found.append(snips(chosen, shown, p[log]))
    values, errors = (np.array([getattr(e, n) for e in found]) for n in ("value", "standard_error"))
    assert values.std() == pytest.approx(errors.mean(), rel=0.08)


def test_against_a_loop(experiment):
    r, p, shown, chosen = experiment
    weights = np.random.default_rng(0).random(r.shape)
    m = 0.5 * r + 0.1
    sums = dict.fromkeys(("naive", "shown", "ips", "inverse", "dr", "all"), 0.0)
    for u in range(len(r)):
        for j in range(r.shape[1]):
            w, s, y = weights[u, j], shown[0, u, j], chosen[0, u, j]
            sums["all"] += w
            sums["dr"] += w * m[u, j]
            if s:
                sums["naive"] += w * y
                sums["shown"] += w
                sums["ips"] += w * y / p[u, j]
                sums["inverse"] += w / p[u, j]
                sums["dr"] += w * (y - m[u, j]) / p[u, j]
    data = chosen[0], shown[0]
    assert naive(*data, weights=weights).value == pytest.approx(sums["naive"] / sums["shown"])
    assert ips(*data, p, weights=weights).value == pytest.approx(sums["ips"] / sums["all"])
    assert snips(*data, p, weights=weights).value == pytest.approx(sums["ips"] / sums["inverse"])
    dr = doubly_robust(*data, p, m, weights=weights)
    assert dr.value == pytest.approx(sums["dr"] / sums["all"])
    # Many logs at once give what each gives alone.
    assert doubly_robust(chosen, shown, p, m, weights=weights).value[0] == pytest.approx(dr.value)
    assert repr(dr).endswith("(200 users)")


@settings(max_examples=50)
@given(
    chosen=arrays(bool, st.tuples(st.integers(2, 6), st.integers(1, 5))),
    imputed=st.floats(0, 1),
    floor=st.floats(0.01, 1),
)
def test_all_agree_where_everything_is_shown(chosen, imputed, floor):
    y, everything, ones = chosen.astype(float), np.ones_like(chosen), np.ones(chosen.shape)
    value, error = y.mean(), y.mean(axis=1).std(ddof=1) / np.sqrt(len(y))
    for estimate in (
        naive(y),
        naive(y, everything),
        ips(y, None, ones),
        ips(y, everything, ones),
        clipped_ips(y, everything, ones, floor=floor),
        snips(y, everything, ones),
        doubly_robust(y, everything, ones, np.full(y.shape, imputed)),
    ):
        assert estimate.value == pytest.approx(value, abs=1e-12)
        assert estimate.standard_error == pytest.approx(error, abs=1e-12)


@settings(max_examples=50)
@given(
    chosen=arrays(bool, (5, 4)),
    shown=arrays(bool, (5, 4)),
    p=arrays(float, (5, 4), elements=st.floats(0.05, 1)),
    factor=st.floats(0.1, 1),
)
def test_snips_stays_in_range_and_forgives_a_factor(chosen, shown, p, factor):
    y = (chosen & shown).astype(float)
    found = snips(y, shown, p).value
    if not shown.any():
        assert np.isnan(found)
        return
    assert -1e-12 <= found <= 1 + 1e-12
    assert snips(y, shown, factor * p).value == pytest.approx(found)
    assert ips(y, shown, factor * p).value == pytest.approx(ips(y, shown, p).value / factor)


def test_prediction_error_of_the_whole_matrix(small_store):
    _, preference, propensity = small_store
    predicted = np.full(preference.shape, 0.35)
    # E (choice - prediction)^2 for a choice with probability r.
    value = (preference - 2 * preference * predicted + predicted**2).mean()
    shown, chosen = draw_feedback(preference, propensity, seed=8, logs=100)
    loss = (chosen - predicted) ** 2
    assert abs(bias_in_errors(ips(loss, shown, propensity), value)) < 3
    assert abs(bias_in_errors(naive(loss, shown), value)) > 20


def test_item_preference_is_right_where_items_are_shown_to_all_alike():
    rng = np.random.default_rng(0)
    preference, propensity = rng.random(30), rng.uniform(0.2, 1, 30)
    _, chosen = draw_feedback(
        np.tile(preference, (20_000, 1)), np.tile(propensity, (20_000, 1)), seed=1
    )
    for p in (propensity, np.tile(propensity, (20_000, 1))):
        found = item_preference(chosen.sum(axis=0), p, 20_000)
        assert np.abs(found - preference).max() < 0.04


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: ips([[1, 0]], [[True, True]], [[0.0, 0.5]]), "propensity is 0"),
        (lambda: ips([[1, 0]], [[True, True]], [[0.5, 1.5]]), "in \\[0, 1\\]"),
        (lambda: ips([[1, 0]], [[True, True]], [[0.5, np.nan]]), "in \\[0, 1\\]"),
        (lambda: ips([[1, 0]], [[True, True]], np.ones(3)), "propensity\\[lists\\]"),
        (lambda: ips([1, 0], None, 1.0), "one row for each user"),
        (lambda: naive([[1, 0]], [[True]]), "shown has shape"),
        (lambda: naive([[1, 0]], weights=[1, 2, 3]), "do not fit"),
        (lambda: naive([[1, 0]], weights=[0, 0]), "not all 0"),
        (lambda: snips([[1, 0]], None, 1.0), "choices only"),
        (lambda: doubly_robust([[1, 0]], None, 1.0, 0.5), "choices only"),
        (lambda: item_preference([1], [0.5]), "n_users"),
        (lambda: item_preference([1], [0.5, 0.5], 3), "end in the items"),
    ],
)
def test_bad_input(call, match):
    with pytest.raises(ValueError, match=match):
        call()
