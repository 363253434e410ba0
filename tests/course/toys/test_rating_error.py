"""RMSE against scikit-learn, and what it refuses."""

import numpy as np
import pytest
from sklearn.metrics import root_mean_squared_error

from longtail_course.toys import rmse
from longtail_lib.tail import popularity_groups

RNG = np.random.default_rng(2)
GROUPS = popularity_groups(RNG.zipf(1.5, 50))
ITEMS = RNG.integers(0, 50, 400)
RATINGS = RNG.integers(1, 6, 400).astype(float)
PREDICTIONS = {"mean": np.full(400, 3.2), "noise": RATINGS + RNG.normal(size=400)}


def test_agrees_with_scikit_learn_in_every_group():
    table = rmse(PREDICTIONS, RATINGS, ITEMS, GROUPS, digits=None)
    assert table["prediction"].to_list() == ["mean", "noise"]
    for row, predicted in zip(table.rows(named=True), PREDICTIONS.values(), strict=True):
        assert row["overall"] == pytest.approx(root_mean_squared_error(RATINGS, predicted))
        for name in GROUPS.names:
            own = GROUPS.mask(name)[ITEMS]
            expected = root_mean_squared_error(RATINGS[own], predicted[own])
            assert row[name] == pytest.approx(expected)


def test_a_perfect_prediction_has_no_error():
    assert rmse({"perfect": RATINGS}, RATINGS, ITEMS, GROUPS).row(0) == ("perfect", 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("predictions", "ratings", "items", "words"),
    [
        ({}, [], [], "no rating"),
        ({"a": [1.0]}, [1.0, 2.0], [0, 1], "'a' has shape"),
        ({"a": [1.0, 2.0]}, [1.0, 2.0], [0], "2 ratings but 1 items"),
    ],
)
def test_bad_input_is_refused(predictions, ratings, items, words):
    with pytest.raises(ValueError, match=words):
        rmse(predictions, ratings, items, GROUPS)
