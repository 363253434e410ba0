"""Normalised ratings: statistics of train alone."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from longtail_lib.preprocessing import RatingNormaliser, split


@pytest.fixture(scope="module")
def parts(make_dataset):
    rng = np.random.default_rng(3)
    users, items = (array.ravel() for array in np.indices((6, 12)))
    data = make_dataset(
        {
            "user_id": users.tolist(),
            "item_id": items.tolist(),
            "rating": (rng.integers(1, 11, 72) / 2 + users * 0.1).tolist(),
            "timestamp": rng.permutation(72).tolist(),
        }
    )
    return split(data, how="random", values="rating", validation=0.2, test=0.3, seed=1)


def test_user_z_equals_scikit_learn_fitted_on_train(parts):
    changed = RatingNormaliser("user-z").fit(parts).transform(parts)
    for row in range(parts.n_users):
        train = parts.train[row].data[:, None].astype(float)
        scaler = StandardScaler().fit(train)
        for part in ("train", "validation", "test"):
            values = getattr(parts, part)[row].data[:, None].astype(float)
            if len(values):
                np.testing.assert_allclose(
                    getattr(changed, part)[row].data, scaler.transform(values)[:, 0], atol=1e-5
                )


def test_min_max_equals_scikit_learn_fitted_on_train(parts):
    changed = RatingNormaliser("min-max").fit(parts).transform(parts)
    scaler = MinMaxScaler().fit(parts.train.data[:, None].astype(float))
    expected = scaler.transform(parts.test.data[:, None].astype(float))[:, 0]
    np.testing.assert_allclose(changed.test.data, expected, atol=1e-6)
    assert changed.train.data.min() == 0
    assert changed.train.data.max() == 1


@pytest.mark.parametrize("method", ["user", "user-z", "min-max"])
def test_held_out_ratings_change_no_statistic(parts, method):
    """The leak that this class is there to prevent."""
    other = replace(parts, validation=parts.validation * 100, test=parts.test * -7)
    one, two = RatingNormaliser(method).fit(parts), RatingNormaliser(method).fit(other)
    np.testing.assert_array_equal(one.shift_, two.shift_)
    np.testing.assert_array_equal(one.scale_, two.scale_)
    np.testing.assert_array_equal(one.transform(parts).train.data, two.transform(other).train.data)


@pytest.mark.parametrize("method", ["user", "user-z", "min-max"])
def test_inverse_transform(parts, method):
    normaliser = RatingNormaliser(method).fit(parts)
    back = normaliser.inverse_transform(normaliser.transform(parts))
    for part in ("train", "validation", "test"):
        before, after = getattr(parts, part), getattr(back, part)
        np.testing.assert_allclose(after.data, before.data, atol=1e-5)
        np.testing.assert_array_equal(after.indices, before.indices)


def test_what_lies_between_the_parts_is_normalised_too(make_dataset):
    log = {
        "user_id": [1] * 5,
        "item_id": list("abcde"),
        "rating": [1.0, 5.0, 2.0, 3.0, 4.0],
        "timestamp": [1, 2, 10, 11, 20],
    }
    parts = split(
        make_dataset(log), how="temporal", validation=10, test=20, target="next", values="rating"
    )
    done = RatingNormaliser("min-max").fit(parts).transform(parts)
    assert done.between.data.tolist() == [0.5]
    assert done.final().train.data.tolist() == [0.0, 1.0, 0.25, 0.5]


def test_a_user_without_train_gets_the_mean_of_train(parts):
    train = parts.train.copy()
    train.data[train.indptr[2] : train.indptr[3]] = np.nan
    keep = ~np.isnan(train.data)
    indptr = np.concatenate([[0], np.cumsum(keep)])[train.indptr]
    bare = type(train)((train.data[keep], train.indices[keep], indptr), shape=train.shape)
    normaliser = RatingNormaliser("user").fit(replace(parts, train=bare))
    assert normaliser.shift_[2] == pytest.approx(bare.data.mean())


def test_equal_ratings_have_no_spread_to_divide_by(make_dataset):
    data = make_dataset(
        {"user_id": [1] * 3, "item_id": [1, 2, 3], "rating": [3.3] * 3, "timestamp": [1, 2, 3]}
    )
    parts = split(data, values="rating")
    changed = RatingNormaliser("user-z").fit(parts).transform(parts)
    np.testing.assert_allclose(changed.test.data, [0.0], atol=1e-6)
    assert changed.test.nnz == 1


def test_errors(parts, make_dataset):
    with pytest.raises(ValueError, match="not fitted"):
        RatingNormaliser().transform(parts)
    ones = make_dataset({"user_id": [1] * 3, "item_id": [1, 2, 3], "timestamp": [1, 2, 3]})
    with pytest.raises(ValueError, match="values='rating'"):
        RatingNormaliser().fit(split(ones))
    with pytest.raises(ValueError, match="6 users, but this split has 1"):
        RatingNormaliser().fit(parts).transform(split(ones))
