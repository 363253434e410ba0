import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail_course.article import article_score, item_projection, swap_features, user_projection

SEEDS = st.integers(0, 10_000)


@given(SEEDS, st.lists(st.integers(0, 4), unique=True), st.sampled_from(["matrix", "elementwise"]))
def test_who_has_a_feature_does_not_matter(seed, positions, reading):
    rng = np.random.default_rng(seed)
    x_user, x_item = rng.normal(size=(2, 5))
    shape = (2, 3, 5) if reading == "matrix" else (2, 5)
    w_user, w_item = rng.normal(size=shape)
    swapped = swap_features(x_user, x_item, positions)
    before = article_score(x_user, x_item, w_user, w_item, reading=reading)
    after = article_score(*swapped, w_user, w_item, reading=reading)
    assert after == pytest.approx(before, rel=1e-12)


def test_swap_moves_only_what_it_is_told_and_copies():
    x_user, x_item = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    new_user, new_item = swap_features(x_user, x_item, [1])
    assert new_user.tolist() == [1, 4]
    assert new_item.tolist() == [3, 2]
    assert x_user.tolist() == [1, 2]
    with pytest.raises(ValueError, match="same shape"):
        swap_features([1.0], [1.0, 2.0], [0])


@given(SEEDS)
def test_with_equal_weights_the_two_towers_coincide(seed):
    rng = np.random.default_rng(seed)
    x_user, x_item = rng.normal(size=(2, 5))
    w, b = rng.normal(size=(3, 5)), rng.normal(size=3)
    u = user_projection(x_user, x_item, w, b)
    np.testing.assert_array_equal(u, item_projection(x_user, x_item, w, b))
    assert article_score(x_user, x_item, w, w, b, b) == pytest.approx(u @ u)


@given(SEEDS)
def test_with_one_vector_every_user_gets_the_same_order(seed):
    rng = np.random.default_rng(seed)
    users, items, w = rng.normal(size=(4, 5)), rng.normal(size=(7, 5)), rng.normal(size=5)
    orders = [
        np.argsort([article_score(user, item, w, w, 0.3, -0.2, reading="vector") for item in items])
        for user in users
    ]
    for order in orders[1:]:
        np.testing.assert_array_equal(order, orders[0])


def test_separate_towers_do_tell_users_apart():
    # The contrast: without the sum, two users can want different items.
    users, items, w = np.eye(2), np.eye(2), np.eye(2) * 4
    zero = np.zeros(2)
    scores = [
        [user_projection(u, zero, w) @ item_projection(zero, i, w) for i in items] for u in users
    ]
    assert np.argmax(scores, axis=1).tolist() == [0, 1]
