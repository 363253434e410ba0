import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail_course.article import finite_difference, printed_gradients
from longtail_course.article.gradients import TOWER_WEIGHTS, normalise, normalise_gradient


def example(seed=0, n=7, d=5, units=10):
    rng = np.random.default_rng(seed)
    weights = {"W_user": rng.normal(size=(d, units)), "b_user": rng.normal(size=units)}
    weights |= {"W_item": rng.normal(size=(d, units)), "b_item": rng.normal(size=units)}
    return weights, rng.random((n, d)), rng.random((n, d)), rng.integers(0, 2, n).astype(float)


def test_loss_and_gradient_by_hand():
    # u = (s, .5), i = (.5, s) with s = sigmoid(1): cosine s / (s² + .25).
    s = 1 / (1 + np.exp(-1.0))
    weights = {"W_user": [[1.0, 0.0]], "b_user": [0.0, 0.0]}
    weights |= {"W_item": [[0.0, 1.0]], "b_item": [0.0, 0.0]}
    back = printed_gradients(weights, [[1.0]], [[1.0]], [1.0])
    cos = s / (s**2 + 0.25)
    assert back.loss == pytest.approx((cos - 1) ** 2)
    length = np.sqrt(s**2 + 0.25)
    across = (np.array([0.5, s]) - cos * np.array([s, 0.5])) / length**2
    expected = 2 * (cos - 1) * across * [s * (1 - s), 0.25]
    np.testing.assert_allclose(back.gradients["W_user"], [expected])


def test_equal_to_tensorflow():
    tf = pytest.importorskip("tensorflow")
    weights, x_user, x_item, labels = example()
    variables = {name: tf.Variable(weights[name]) for name in TOWER_WEIGHTS}
    with tf.GradientTape() as tape:
        u = tf.sigmoid(x_user @ variables["W_user"] + variables["b_user"])
        i = tf.sigmoid(x_item @ variables["W_item"] + variables["b_item"])
        score = tf.reduce_sum(tf.nn.l2_normalize(u, 1) * tf.nn.l2_normalize(i, 1), 1)
        loss = tf.reduce_mean((score - labels) ** 2)
    tape_gradients = tape.gradient(loss, variables)
    back = printed_gradients(weights, x_user, x_item, labels)
    assert back.loss == pytest.approx(float(loss), abs=1e-12)
    for name in TOWER_WEIGHTS:
        assert np.abs(back.gradients[name]).max() > 1e-4
        np.testing.assert_allclose(back.gradients[name], tape_gradients[name], atol=1e-10)


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_equal_to_finite_differences(seed):
    weights, x_user, x_item, labels = example(seed, n=4, d=3, units=4)
    back = printed_gradients(weights, x_user, x_item, labels)
    for name in TOWER_WEIGHTS:
        estimate = finite_difference(
            lambda value, name=name: (
                printed_gradients({**weights, name: value}, x_user, x_item, labels).loss
            ),
            weights[name],
        )
        np.testing.assert_allclose(back.gradients[name], estimate, atol=1e-7)


def test_a_step_down_the_gradient_lowers_the_loss():
    weights, *data = example(1)
    back = printed_gradients(weights, *data)
    moved = {name: weights[name] - 0.1 * back.gradients[name] for name in weights}
    assert printed_gradients(moved, *data).loss < back.loss


def test_steps_hold_every_value_in_order():
    weights, *data = example()
    steps = printed_gradients(weights, *data).steps
    assert list(steps)[:5] == ["u", "i", "u_unit", "i_unit", "s"]
    assert steps["u"].shape == steps["dz_user"].shape == (7, 10)
    assert steps["s"].shape == steps["ds"].shape == (7,)


def test_normalise_gradient_is_across_the_vector():
    x = np.random.default_rng(0).normal(size=(6, 3))
    unit, length = normalise(x)
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1)
    back = normalise_gradient(np.random.default_rng(1).normal(size=(6, 3)), unit, length)
    np.testing.assert_allclose((back * unit).sum(axis=1), 0, atol=1e-15)
    assert np.isfinite(normalise(np.zeros((1, 3)))[0]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W_user": np.ones(5)}, "W_user"),
        ({"b_item": np.ones(3)}, "b_item must be"),
        ({"W_item": np.ones((5, 4)), "b_item": np.ones(4)}, "same number"),
    ],
)
def test_wrong_shapes_are_named(change, message):
    weights, *data = example()
    with pytest.raises(ValueError, match=message):
        printed_gradients({**weights, **change}, *data)


def test_missing_weight_and_short_labels():
    weights, x_user, x_item, labels = example()
    with pytest.raises(ValueError, match="labels must hold one number a pair"):
        printed_gradients(weights, x_user, x_item, labels[:-1])
    del weights["b_user"]
    with pytest.raises(ValueError, match="no b_user"):
        printed_gradients(weights, x_user, x_item, labels)


def test_finite_difference_wants_a_positive_step():
    with pytest.raises(ValueError, match="step"):
        finite_difference(lambda x: x.sum(), [1.0], step=0)
