"""Losses against plain NumPy, and against each other where they have to agree."""

import numpy as np
import pytest

from longtail_lib.models.retrieval_losses import keep_other_items, sampled_softmax
from longtail_lib.models.sequence._sequence_network import (
    catalogue_cross_entropy,
    gbce,
    gbce_exponent,
    weighted_mean,
)

LOGITS = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)
TARGET = np.array([0, 3, 6, 3, 1])
OWN = LOGITS[np.arange(5), TARGET]


def log_sigmoid(x):
    return -np.log1p(np.exp(-x))


def test_cross_entropy_is_log_softmax():
    wanted = np.log(np.exp(LOGITS).sum(axis=1)) - OWN
    np.testing.assert_allclose(catalogue_cross_entropy(LOGITS, TARGET), wanted, rtol=1e-5)


def test_sampled_cross_entropy_with_all_negatives_is_the_full_one():
    keep = keep_other_items(TARGET, np.arange(7))
    np.testing.assert_allclose(
        sampled_softmax(OWN, LOGITS, keep), catalogue_cross_entropy(LOGITS, TARGET), rtol=1e-5
    )


@pytest.mark.parametrize("exponent", [1.0, 0.3])
def test_gbce_by_hand(exponent):
    rows = np.array([2, 3, 5])
    keep = np.array(keep_other_items(TARGET, rows))
    wanted = [
        -(
            exponent * log_sigmoid(OWN[place])
            + sum(
                np.log(1 - 1 / (1 + np.exp(-LOGITS[place, row])))
                for row in rows
                if row != TARGET[place]
            )
        )
        / 4
        for place in range(5)
    ]
    np.testing.assert_allclose(gbce(OWN, LOGITS[:, rows], keep, exponent), wanted, rtol=1e-5)


def test_the_exponent_goes_from_binary_cross_entropy_to_calibrated():
    assert gbce_exponent(256, 4000, 0.0) == pytest.approx(1)
    assert gbce_exponent(256, 4000, 1.0) == pytest.approx(256 / 3999)
    # With every negative drawn there is no overconfidence to undo.
    assert gbce_exponent(3999, 4000, 0.7) == pytest.approx(1)
    assert gbce_exponent(9999, 4000, 0.7) == pytest.approx(1)


def test_a_calibrated_optimum_is_the_probability():
    """At calibration 1 the least expected loss is reached where the sigmoid is the probability."""
    n_items, n_negatives, probability = 101, 10, 0.2
    exponent = gbce_exponent(n_negatives, n_items, 1.0)
    grid = np.linspace(-5, 5, 2001)
    # An item is the target with its probability, else each negative meets it with 1 / 100.
    chance = (1 - probability) * n_negatives / (n_items - 1)
    expected = -exponent * probability * log_sigmoid(grid) - chance * log_sigmoid(-grid)
    best = grid[np.argmin(expected)]
    assert 1 / (1 + np.exp(-best)) == pytest.approx(probability, abs=0.002)


def test_padding_does_not_weigh():
    assert float(weighted_mean(np.array([2.0, 9.0, 4.0]), np.array([1.0, 0, 1]))) == 3
    assert float(weighted_mean(np.array([2.0]), np.zeros(1))) == 0
