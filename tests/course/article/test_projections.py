import math

import numpy as np
import pytest

from longtail_course.article import item_projection, project, user_projection

X_USER, X_ITEM = [1.0, 0.0, 2.0], [0.0, 1.0, -1.0]


def by_hand(z):
    return 1 / (1 + math.exp(-z))


def test_vector_reading_is_one_number():
    # x = (1, 1, 1); 1*.1 + 1*.2 + 1*.3 + .4 = 1
    out = project(X_USER, X_ITEM, [0.1, 0.2, 0.3], 0.4, reading="vector")
    assert np.shape(out) == ()
    assert out == pytest.approx(by_hand(1.0))


def test_elementwise_reading_keeps_the_features_apart():
    out = project(X_USER, X_ITEM, [0.1, 0.2, 0.3], [0.0, 1.0, 0.0], reading="elementwise")
    assert out.tolist() == pytest.approx([by_hand(0.1), by_hand(1.2), by_hand(0.3)])


def test_matrix_reading_has_one_number_a_row_of_w():
    out = project(X_USER, X_ITEM, [[1, 0, 0], [1, 1, 1]], [0.0, -3.0])
    assert out.tolist() == pytest.approx([by_hand(1.0), by_hand(0.0)])


@pytest.mark.parametrize(
    ("reading", "weights", "bias"),
    [
        ("vector", [0.1, -0.2, 0.3], 0.5),
        ("elementwise", [0.1, -0.2, 0.3], [0.5, 0.0, 1.0]),
        ("matrix", [[0.1, -0.2, 0.3], [1.0, 2.0, 3.0]], [0.5, -1.0]),
    ],
)
def test_a_batch_is_its_rows(reading, weights, bias):
    rng = np.random.default_rng(0)
    users, items = rng.normal(size=(2, 4, 3))
    batch = project(users, items, weights, bias, reading=reading)
    rows = [
        project(u, i, weights, bias, reading=reading) for u, i in zip(users, items, strict=True)
    ]
    np.testing.assert_allclose(batch, np.stack(rows), rtol=1e-15)


def test_user_and_item_projection_are_the_same_formula():
    w = [[0.3, -0.1, 2.0]]
    assert user_projection(X_USER, X_ITEM, w) == item_projection(X_USER, X_ITEM, w)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reading": "tensor"}, "reading must be one of vector, elementwise, matrix"),
        ({"x_item": [1.0, 2.0]}, "same shape"),
        ({"weights": [1.0, 2.0, 3.0]}, r"weights must have shape \(m, 3\)"),
        ({"weights": [[1.0, 2.0]]}, r"weights must have shape \(m, 3\)"),
        ({"weights": [[1.0, 2.0, 3.0]], "reading": "vector"}, r"weights must have shape \(3,\)"),
        ({"bias": [1.0, 2.0]}, r"bias must be a scalar or of shape \(1,\)"),
        ({"weights": [1, 2, 3], "reading": "vector", "bias": [1, 2, 3]}, "bias must be a scalar"),
    ],
)
def test_wrong_shapes_are_named(change, message):
    arguments = {"x_user": X_USER, "x_item": X_ITEM, "weights": [[1.0, 2.0, 3.0]], **change}
    with pytest.raises(ValueError, match=message):
        project(**arguments)
