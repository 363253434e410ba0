import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics.pairwise import cosine_similarity

from longtail_course.article import cosine, largest_reach, sigmoid, sigmoid_cosine_floor


def test_cosine_is_scikit_learns():
    u, i = np.random.default_rng(0).normal(size=(2, 20, 4))
    np.testing.assert_allclose(cosine(u, i), np.diagonal(cosine_similarity(u, i)), atol=1e-14)


def test_zero_vector_and_wrong_shape():
    assert cosine([0.0, 0.0], [1.0, 2.0]) == 0
    with pytest.raises(ValueError, match="same shape"):
        cosine([1.0], [1.0, 2.0])


@given(
    st.floats(0.01, 8),
    arrays(float, (2, 10), elements=st.floats(-1, 1)),
)
def test_no_sigmoid_tower_goes_below_the_floor(reach, z):
    assert cosine(*sigmoid(reach * z)) >= sigmoid_cosine_floor(reach) * (1 - 1e-9) > 0


@pytest.mark.parametrize("reach", [0.0, 0.7, 2.0, 6.0])
def test_the_floor_is_reached(reach):
    z = np.array([reach, -reach])
    assert cosine(sigmoid(z), sigmoid(-z)) == pytest.approx(sigmoid_cosine_floor(reach))


def test_linear_towers_reach_both_ends():
    x, w = np.array([1.0, 0.0]), np.array([[2.0, -1.0], [0.0, 1.0]])
    assert cosine(x @ w, x @ -w) == pytest.approx(-1)
    assert cosine(x @ w, x @ w) == pytest.approx(1)


def test_floor_by_hand():
    assert sigmoid_cosine_floor(math.log(2)) == pytest.approx(2 / (2 + 0.5))
    with pytest.raises(ValueError, match="negative"):
        sigmoid_cosine_floor(-1.0)


def test_largest_reach_against_all_corners():
    rng = np.random.default_rng(3)
    w, b = rng.normal(size=(5, 10)), rng.normal(size=10)
    corners = np.array(np.meshgrid(*[[-0.5, 2.0]] * 5)).reshape(5, -1).T
    assert largest_reach(w, b, -0.5, 2.0) == pytest.approx(np.abs(corners @ w + b).max())
    with pytest.raises(ValueError, match="low"):
        largest_reach(w, b, 1.0, 0.0)
