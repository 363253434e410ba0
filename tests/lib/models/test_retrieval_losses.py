"""Every loss against float64 NumPy written from its formula, and gradients against differences."""

import numpy as np
import pytest
from scipy.special import log_expit, logsumexp

from longtail_lib.models import retrieval_losses

RNG = np.random.default_rng(0)
POSITIVE = RNG.normal(size=6)
NEGATIVE = RNG.normal(size=(6, 5)) * 2
KEEP = RNG.random((6, 5)) < 0.7
KEEP[2] = True
KEEP[4] = False


def squared(p, n):
    return (1 - p) ** 2 + (np.mean(n**2) if len(n) else 0)


def cross_entropy(p, n):
    return -log_expit(p) - (np.mean(log_expit(-n)) if len(n) else 0)


def ranking(p, n):
    return -np.mean(log_expit(p - n)) if len(n) else 0


def softmax(p, n):
    return logsumexp([p, *n]) - p


ORACLES = {
    "mean_squared_error": squared,
    "binary_cross_entropy": cross_entropy,
    "bpr": ranking,
    "sampled_softmax": softmax,
}


@pytest.mark.parametrize("name", ORACLES)
def test_each_loss_equals_its_formula_over_the_kept_negatives(name):
    loss = getattr(retrieval_losses, name)(POSITIVE.astype("f"), NEGATIVE.astype("f"), KEEP)
    expected = [
        ORACLES[name](p, n[keep]) for p, n, keep in zip(POSITIVE, NEGATIVE, KEEP, strict=True)
    ]
    np.testing.assert_allclose(np.array(loss), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ORACLES)
def test_an_accidental_hit_gets_no_gradient_and_the_others_the_right_one(name):
    import tensorflow as tf

    loss = getattr(retrieval_losses, name)
    negative = tf.constant(NEGATIVE, tf.float32)
    positive = tf.constant(POSITIVE, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch([positive, negative])
        total = tf.reduce_sum(loss(positive, negative, KEEP))
    to_positive, to_negative = tape.gradient(total, [positive, negative])
    assert (np.array(to_negative)[~KEEP] == 0).all()
    step = 1e-5
    for row in range(6):
        kept = NEGATIVE[row][KEEP[row]]
        own = ORACLES[name]
        expected = (own(POSITIVE[row] + step, kept) - own(POSITIVE[row] - step, kept)) / (2 * step)
        assert float(to_positive[row]) == pytest.approx(expected, abs=1e-4)
        for place in np.flatnonzero(KEEP[row]):
            higher, lower = NEGATIVE[row].copy(), NEGATIVE[row].copy()
            higher[place] += step
            lower[place] -= step
            expected = (
                own(POSITIVE[row], higher[KEEP[row]]) - own(POSITIVE[row], lower[KEEP[row]])
            ) / (2 * step)
            assert float(to_negative[row, place]) == pytest.approx(expected, abs=1e-4)


def test_full_softmax_over_users_is_the_mean_over_interactions():
    logits = RNG.normal(size=(4, 7))
    targets = (RNG.random((4, 7)) < 0.4).astype("f")
    targets[0] = 0
    expected = [logsumexp(logits[u]) - logits[u, i] for u, i in np.argwhere(targets)]
    users, items = np.nonzero(targets)
    filled = [np.append(values, 0).astype("int32") for values in (users, items)]
    weights = np.append(np.ones(len(users)), 0).astype("f")
    loss = retrieval_losses.full_softmax(logits.astype("f"), *filled, weights)
    assert float(loss) == pytest.approx(np.mean(expected), rel=1e-5)


def test_sampled_softmax_over_all_other_items_is_the_full_softmax():
    logits = RNG.normal(size=(3, 5)).astype("f")
    own = np.array([4, 0, 2])
    keep = retrieval_losses.keep_other_items(own, np.arange(5))
    assert np.array(keep).sum(axis=1).tolist() == [4, 4, 4]
    sampled = retrieval_losses.sampled_softmax(logits[np.arange(3), own], logits, keep)
    full = retrieval_losses.full_softmax(logits, np.arange(3), own, np.ones(3, "f"))
    assert float(np.mean(sampled)) == pytest.approx(float(full), rel=1e-5)
