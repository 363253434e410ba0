import numpy as np
import pytest

from longtail_course.article import (
    build_model,
    build_repaired_model,
    cosine,
    largest_reach,
    printed_gradients,
    sigmoid,
    sigmoid_cosine_floor,
    train_model,
)


def opposites(n=600, seed=0):
    """Pairs that match when user and item share a sign: half of them do not."""
    rng = np.random.default_rng(seed)
    x_user, x_item = rng.choice([0.0, 1.0], size=(2, n, 1)) * np.ones(5)
    return [x_user, x_item], (x_user[:, 0] == x_item[:, 0]).astype(float)


def test_the_network_is_the_printed_one():
    model = build_model()
    assert [tuple(x.shape) for x in model.inputs] == [(None, 5), (None, 5)]
    assert model.output_shape == (None, 1)
    for tower in ("user_tower", "item_tower"):
        layer = model.get_layer(tower)
        assert (layer.units, layer.activation.__name__) == (10, "sigmoid")
    dot = model.get_layer("score")
    assert (dot.axes, dot.normalize) == ((-1, -1), True)
    assert type(model.optimizer).__name__ == "Adam"
    assert float(model.optimizer.learning_rate) == pytest.approx(0.001)
    assert model.loss == "mse"


def test_the_training_is_the_printed_one():
    calls = {}

    class Recorder:
        def fit(self, data, labels, **options):
            calls.update(options, rows=len(labels))
            return "history"

    assert train_model(Recorder(), [np.zeros((10, 5))] * 2, np.zeros(10)) == "history"
    assert calls.pop("verbose") == 0
    assert calls == {"batch_size": 32, "epochs": 100, "validation_split": 0.2, "rows": 10}


def test_output_is_the_numpy_formula():
    model = build_model(seed=3)
    x_user, x_item = np.random.default_rng(0).random((2, 50, 5)).astype(np.float32)
    w_user, b_user, w_item, b_item = model.get_weights()
    expected = cosine(sigmoid(x_user @ w_user + b_user), sigmoid(x_item @ w_item + b_item))
    np.testing.assert_allclose(model([x_user, x_item]).numpy()[:, 0], expected, atol=1e-6)
    reach = max(largest_reach(w_user, b_user), largest_reach(w_item, b_item))
    assert expected.min() >= sigmoid_cosine_floor(reach) > 0


def test_one_epoch_on_one_batch_follows_the_hand_made_gradient():
    # The first step of Adam is learning rate times the gradient's sign.
    model = build_model(seed=1)
    data, labels = opposites(n=32)
    names = ("W_user", "b_user", "W_item", "b_item")
    before = dict(zip(names, model.get_weights(), strict=True))
    back = printed_gradients(before, *data, labels)
    train_model(model, data, labels, epochs=1, validation_split=0.0, seed=0)
    for name, after in zip(names, model.get_weights(), strict=True):
        clear = np.abs(back.gradients[name]) > 1e-5
        assert clear.any()
        np.testing.assert_allclose(
            (after - before[name])[clear],
            -0.001 * np.sign(back.gradients[name])[clear],
            rtol=0.02,
        )


def test_two_seeded_runs_are_equal_and_leave_the_global_state_alone():
    data, labels = opposites()
    np.random.seed(5)  # noqa: NPY002
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    runs = []
    for _ in range(2):
        model = build_model(seed=7)
        history = train_model(model, data, labels, epochs=3, seed=7)
        runs.append((model.get_weights(), history.history))
    for first, second in zip(runs[0][0], runs[1][0], strict=True):
        np.testing.assert_array_equal(first, second)
    assert runs[0][1] == runs[1][1]
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002
    other = build_model(seed=8)
    assert not np.array_equal(other.get_weights()[0], build_model(seed=7).get_weights()[0])


def test_validation_takes_the_last_rows_as_keras_does():
    # The last fifth carries other labels, so its loss tells which rows were held out.
    data, labels = opposites(n=100)
    labels = np.r_[np.ones(80), np.zeros(20)]
    ours = train_model(build_model(seed=0), data, labels, epochs=1, seed=0).history
    model = build_model(seed=0)
    keras_own = train_model(model, data, labels, epochs=1).history
    assert ours["val_loss"][0] > 4 * ours["loss"][0]
    assert keras_own["val_loss"][0] == pytest.approx(ours["val_loss"][0], rel=0.05)
    w_user, b_user, w_item, b_item = model.get_weights()
    outputs = (sigmoid(data[0] @ w_user + b_user), sigmoid(data[1] @ w_item + b_item))
    expected = (cosine(*outputs)[80:] ** 2).mean()
    assert keras_own["val_loss"][0] == pytest.approx(expected, rel=1e-4)


def test_the_repaired_model_says_dislike_and_the_printed_one_cannot():
    data, labels = opposites()
    scores = {}
    for build in (build_model, build_repaired_model):
        model = build(seed=0, learning_rate=0.01)
        history = train_model(model, data, labels, epochs=25, seed=0).history
        assert history["loss"][-1] < history["loss"][0]
        scores[build.__name__] = model([np.float32(x) for x in data]).numpy()[:, 0]
    printed, repaired = scores["build_model"], scores["build_repaired_model"] * 0.1
    assert printed.min() > 0
    assert repaired[labels == 0].max() < 0 < repaired[labels == 1].min()
    assert np.abs(repaired).max() <= 1 + 1e-6


def test_wrong_input_is_named():
    data, labels = opposites(n=20)
    model = build_model(seed=0)
    with pytest.raises(ValueError, match="one row a pair"):
        train_model(model, data, labels[:-1])
    with pytest.raises(ValueError, match="validation_split"):
        train_model(model, data, labels, validation_split=1.0)
    with pytest.raises(ValueError, match="progress=True needs a seed"):
        train_model(model, data, labels, progress=True)
    with pytest.raises(ValueError, match="temperature must be positive"):
        build_repaired_model(temperature=0)
