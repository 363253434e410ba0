"""The losses against NumPy, and what they aim at against known preferences."""

import numpy as np
import pytest
from scipy.special import expit

from longtail_lib.models.debiased._relevance_loss import (
    RELEVANCE_ESTIMATORS,
    inverse_propensity,
    pointwise_loss,
    relevance_weights,
)

LOGS = 4000


def cells(log_odds, positive, negative, loss):
    sigma = expit(log_odds)
    first, second = (
        ((1 - sigma) ** 2, sigma**2) if loss == "squared" else (-np.log(sigma), -np.log1p(-sigma))
    )
    return positive * first + negative * second


@pytest.fixture(scope="module")
def world():
    """Preferences, propensities, some model's log-odds, and many logs of choices."""
    rng = np.random.default_rng(0)
    preference = rng.beta(1, 4, size=(6, 5))
    propensity = rng.uniform(0.1, 1.0, size=(6, 5))
    shown = rng.random((LOGS, 6, 5)) < propensity
    chosen = (rng.random((LOGS, 6, 5)) < preference) & shown
    return preference, propensity, rng.normal(size=(6, 5)), shown * 1.0, chosen * 1.0


@pytest.mark.parametrize("loss", ["squared", "log"])
def test_loss_against_numpy(loss):
    rng = np.random.default_rng(1)
    log_odds, positive, negative = rng.normal(size=(3, 4, 5)).astype(np.float32)
    found = np.array(pointwise_loss(log_odds, positive, negative, loss))
    np.testing.assert_allclose(found, cells(log_odds, positive, negative, loss), rtol=1e-4)


def bias(world, estimator, loss, with_shown=False, **parts):
    """Mean and standard error, over logs, of the loss less the loss on true preferences."""
    preference, propensity, log_odds, shown, chosen = world
    wanted = cells(log_odds, preference, 1 - preference, loss).sum()
    weight = parts.pop("weight", 1 / propensity)
    a, b = relevance_weights(
        estimator,
        chosen,
        weight,
        propensity=parts.pop("propensity", propensity),
        shown=shown if with_shown else None,
        **parts,
    )
    errors = cells(log_odds, a, b + 0 * a, loss).sum(axis=(1, 2)) - wanted
    return errors.mean(), errors.std() / np.sqrt(LOGS)


@pytest.mark.parametrize("loss", ["squared", "log"])
@pytest.mark.parametrize("with_shown", [False, True])
def test_ips_aims_at_the_loss_on_true_preferences_and_naive_does_not(world, loss, with_shown):
    error, sd = bias(world, "ips", loss, with_shown)
    assert abs(error) < 3 * sd
    error, sd = bias(world, "naive", loss, with_shown)
    assert abs(error) > 8 * sd


def test_from_choices_the_control_variate_cancels(world):
    # Nothing is clipped, so whatever is imputed falls out: doubly robust is ips.
    _, propensity, _, _, chosen = world
    for imputed in (0.0, 0.7):
        ours = relevance_weights(
            "doubly-robust", chosen[0], 1 / propensity, propensity=propensity, imputed=imputed
        )
        ips = relevance_weights("ips", chosen[0], 1 / propensity)
        np.testing.assert_allclose(ours, ips, atol=1e-12)


def test_imputation_puts_back_what_clipping_cuts_off(world):
    preference, propensity, _, _, _ = world
    clipped = 1 / np.maximum(propensity, 0.5)
    error, sd = bias(world, "ips", "squared", weight=clipped)
    assert abs(error) > 10 * sd
    error, sd = bias(world, "doubly-robust", "squared", weight=clipped, imputed=preference)
    assert abs(error) < 3 * sd


def test_with_impressions_either_right_propensities_or_right_imputation_are_enough(world):
    preference, propensity, *_ = world
    wrong = np.full_like(preference, 0.9)
    error, sd = bias(world, "doubly-robust", "squared", True, imputed=wrong)
    assert abs(error) < 3 * sd
    bad_weight = 1 / np.sqrt(propensity)
    error, sd = bias(world, "doubly-robust", "squared", True, imputed=preference, weight=bad_weight)
    assert abs(error) < 3 * sd
    error, sd = bias(world, "doubly-robust", "squared", True, imputed=wrong, weight=bad_weight)
    assert abs(error) > 8 * sd


def test_good_imputation_lowers_the_variance(world):
    preference = world[0]
    _, plain = bias(world, "ips", "squared", True)
    _, robust = bias(world, "doubly-robust", "squared", True, imputed=preference)
    assert robust < 0.8 * plain


def test_log_loss_has_no_lower_bound_where_a_weight_exceeds_one_and_squared_has():
    sure = np.full((1, 1), 60.0, dtype=np.float32)
    a, b = relevance_weights("ips", np.ones((1, 1), np.float32), 10.0)
    assert float(pointwise_loss(sure, a, b, "log")[0, 0]) < -500
    assert float(pointwise_loss(sure, a, b, "squared")[0, 0]) == pytest.approx(-9.0)


def test_inverse_propensity_clips_and_refuses():
    np.testing.assert_allclose(inverse_propensity([0.0, 0.5], clip=0.1), [10, 2])
    with pytest.raises(ValueError, match="a propensity is 0"):
        inverse_propensity([0.0, 0.5])
    with pytest.raises(ValueError, match=r"in \[0, 1\]"):
        inverse_propensity([1.2, 0.5])


def test_what_is_missing():
    with pytest.raises(ValueError, match="needs imputed"):
        relevance_weights("doubly-robust", 1.0, 1.0, propensity=1.0)
    assert len(RELEVANCE_ESTIMATORS) == 4


def test_bounded_log_has_the_minimum_that_it_states():
    preference, propensity = 0.6, 0.25
    share = np.linspace(0.001, 0.999, 999)
    log_odds = np.log(share / (1 - share)).astype(np.float32)[None]
    a, b = relevance_weights("ips", np.array([[1.0]], np.float32), 1 / propensity)
    chosen = np.array(pointwise_loss(log_odds, a, b, "bounded-log"))[0]
    a, b = relevance_weights("ips", np.array([[0.0]], np.float32), 1 / propensity)
    not_chosen = np.array(pointwise_loss(log_odds, a, b, "bounded-log"))[0]
    rate = preference * propensity
    found = share[np.argmin(rate * chosen + (1 - rate) * not_chosen)]
    assert found == pytest.approx(preference / (1 + preference * (1 - propensity)), abs=0.002)
