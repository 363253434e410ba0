import numpy as np
import pytest
from scipy.special import log_softmax

from longtail_lib.models.debiased._bilateral_network import (
    bilateral_cross_entropy,
    cumulative_weight,
)


def test_bbn_starts_at_one_and_would_end_at_zero():
    weights = [cumulative_weight(epoch, 10) for epoch in range(11)]
    np.testing.assert_allclose(weights, 1 - (np.arange(11) / 10) ** 2)


def test_a_rate_keeps_the_conventional_branch_ahead():
    assert cumulative_weight(10, 10, rate=2.0) == 0.75
    assert cumulative_weight(10, 10, rate=1.0) == 0.0


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_loss_against_a_plain_loop_over_interactions(alpha):
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(4, 6)).astype(np.float32)
    own, drawn = rng.integers(3, size=(2, 4, 6)).astype(np.float32)
    log_p = log_softmax(logits, axis=1)

    def mean_loss(counts):
        losses = [
            -log_p[row, item]
            for row in range(4)
            for item in range(6)
            for _ in range(int(counts[row, item]))
        ]
        return np.mean(losses)

    wanted = alpha * mean_loss(own) + (1 - alpha) * mean_loss(drawn)
    found = float(bilateral_cross_entropy(logits, own, drawn, alpha))
    assert found == pytest.approx(wanted, rel=1e-5)


def test_an_epoch_after_the_last():
    with pytest.raises(ValueError, match="epoch must be at most epochs, 5, got 6"):
        cumulative_weight(6, 5)
