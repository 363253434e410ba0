import numpy as np
import pytest
from scipy.special import expit

from longtail_lib.models.debiased.macr import counterfactual_score, three_branch_loss


def bce(label, log_odds):
    p = expit(log_odds)
    return -(label * np.log(p) + (1 - label) * np.log(1 - p))


def test_loss_against_numpy():
    rng = np.random.default_rng(0)
    match, item, user = rng.normal(scale=2, size=(3, 50))
    label = rng.integers(2, size=50).astype(float)
    wanted = (
        bce(label, match * expit(item) * expit(user))
        + 0.3 * bce(label, item)
        + 0.7 * bce(label, user)
    )
    found = np.array(three_branch_loss(label, match, item, user, 0.3, 0.7))
    np.testing.assert_allclose(found, wanted, rtol=1e-4)


def test_score_against_a_plain_loop():
    rng = np.random.default_rng(0)
    match, item, user = rng.normal(size=(3, 4)), rng.random(4), rng.random(3)
    found = counterfactual_score(match, item, user, 1.5)
    for u in range(3):
        for i in range(4):
            assert found[u, i] == pytest.approx((match[u, i] - 1.5) * item[i] * user[u])


def test_subtracting_c_is_the_fused_score_less_that_of_a_pair_that_always_matches_c():
    match, item, user = np.array([[3.0, -1.0]]), np.array([0.2, 0.9]), np.array([0.5])
    counterfactual = counterfactual_score(np.full((1, 2), 2.0), item, user, 0.0)
    np.testing.assert_allclose(
        counterfactual_score(match, item, user, 2.0),
        counterfactual_score(match, item, user, 0.0) - counterfactual,
    )
