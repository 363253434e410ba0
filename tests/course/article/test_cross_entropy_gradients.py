import math

import numpy as np
import pytest

from longtail_course.article import repaired_gradients
from longtail_course.article.gradients import TOWER_WEIGHTS


def example(seed=0, n=6, d=5, units=4):
    rng = np.random.default_rng(seed)
    weights = {"W_user": rng.normal(size=(d, units)), "b_user": rng.normal(size=units)}
    weights |= {"W_item": rng.normal(size=(d, units)), "b_item": rng.normal(size=units)}
    return weights, rng.random((n, d)), rng.random((n, d)), rng.integers(0, 2, n).astype(float)


@pytest.mark.parametrize("loss", ["softmax", "binary"])
def test_equal_to_tensorflow(loss):
    tf = pytest.importorskip("tensorflow")
    weights, x_user, x_item, labels = example()
    variables = {name: tf.Variable(weights[name]) for name in TOWER_WEIGHTS}
    variables["temperature"] = tf.Variable(0.3, dtype=tf.float64)
    with tf.GradientTape() as tape:
        u = tf.nn.l2_normalize(x_user @ variables["W_user"] + variables["b_user"], 1)
        i = tf.nn.l2_normalize(x_item @ variables["W_item"] + variables["b_item"], 1)
        if loss == "softmax":
            logits = u @ tf.transpose(i) / variables["temperature"]
            each = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.range(6), logits)
        else:
            logits = tf.reduce_sum(u * i, 1) / variables["temperature"]
            each = tf.nn.sigmoid_cross_entropy_with_logits(tf.constant(labels), logits)
        value = tf.reduce_mean(each)
    tape_gradients = tape.gradient(value, variables)
    back = repaired_gradients(
        weights, x_user, x_item, labels if loss == "binary" else None, temperature=0.3, loss=loss
    )
    assert back.loss == pytest.approx(float(value), abs=1e-12)
    for name in variables:
        assert np.abs(back.gradients[name]).max() > 1e-4
        np.testing.assert_allclose(back.gradients[name], tape_gradients[name], atol=1e-10)


def test_losses_by_hand():
    eye = np.eye(2)
    weights = {"W_user": eye, "b_user": np.zeros(2), "W_item": eye, "b_item": np.zeros(2)}
    softmax = repaired_gradients(weights, eye, eye, temperature=0.5)
    assert softmax.loss == pytest.approx(math.log(1 + math.exp(-2)))
    binary = repaired_gradients(weights, eye, eye, [1, 0], temperature=0.5, loss="binary")
    assert binary.loss == pytest.approx((math.log1p(math.exp(-2)) + math.log1p(math.exp(2))) / 2)


def test_a_negative_pair_is_pushed_to_a_negative_cosine():
    # What no sigmoid tower can do: learn cosine -1 for a pair labelled 0.
    rng = np.random.default_rng(0)
    weights, x_user, x_item, _ = example(n=1)
    weights = {name: rng.normal(size=value.shape) for name, value in weights.items()}
    for _ in range(500):
        back = repaired_gradients(weights, x_user, x_item, [0.0], loss="binary")
        weights = {name: weights[name] - back.gradients[name] for name in TOWER_WEIGHTS}
    assert back.steps["logits"][0] * 0.1 < -0.5


def test_extreme_logits_do_not_overflow():
    weights, x_user, x_item, labels = example()
    with np.errstate(over="raise", invalid="raise"):
        soft = repaired_gradients(weights, x_user, x_item, temperature=1e-4)
        binary = repaired_gradients(
            weights, x_user, x_item, labels, temperature=1e-4, loss="binary"
        )
    assert np.isfinite([soft.loss, binary.loss]).all()


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        (None, {"temperature": 0.0}, "temperature must be positive"),
        (None, {"loss": "hinge"}, "loss must be"),
        (None, {"loss": "binary"}, "needs labels"),
        ([1.0] * 6, {"loss": "softmax"}, "takes none"),
        ([1.0] * 5, {"loss": "binary"}, "one number a pair"),
    ],
)
def test_wrong_input_is_named(labels, options, message):
    weights, x_user, x_item, _ = example()
    with pytest.raises(ValueError, match=message):
        repaired_gradients(weights, x_user, x_item, labels, **options)
