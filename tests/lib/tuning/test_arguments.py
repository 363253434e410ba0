"""What `tune` refuses before it fits anything, and what it says then."""

from functools import partial

import numpy as np
import pytest

from longtail_lib import split, tune
from longtail_lib.models import EASE, ItemKNN, Popularity
from longtail_lib.testing import tiny_parts

SPACE = {"x": ("float", 0, 1)}


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"space": {}}, ValueError, "the space is empty"),
        (
            {"space": {"l2": ("log", 1, 9)}},
            ValueError,
            "Peaked takes no parameter 'l2'; it takes x, y",
        ),
        ({"fixed": {"z": 1}}, ValueError, "takes no parameter 'z'"),
        ({"fixed": {"x": 1}}, ValueError, "'x' is both in the space and fixed"),
        ({"metric": "ndcg@10"}, ValueError, "unknown metric 'ndcg@10'"),
        (
            {"metric": ("niche", "NDCG@10")},
            ValueError,
            "unknown group 'niche'; there are overall, head",
        ),
        ({"space": None}, KeyError, "no default space for Peaked"),
        ({"storage": "nowhere/table.json"}, FileNotFoundError, "folder nowhere is missing"),
        ({"groups": {"head": 2}}, ValueError, "head"),
    ],
)
def test_arguments_that_cannot_be(parts, peaked, changed, error, said):
    arguments = {"space": SPACE, **changed}
    with pytest.raises(error, match=said):
        tune(peaked, parts, **arguments)
    assert peaked.fits == 0


def test_a_model_instead_of_its_class(parts):
    with pytest.raises(TypeError, match=r"takes the class of a model.*got EASE\(l2"):
        tune(EASE(), parts, {"l2": ("log", 1, 9)})


def test_something_else_than_a_split(peaked):
    with pytest.raises(TypeError, match=r"takes a Split, got ndarray; make one with split"):
        tune(peaked, np.eye(3), SPACE)


def test_an_empty_validation_part(peaked):
    with pytest.raises(
        ValueError, match=r"validation part of 'tiny' is empty.*never chosen on test"
    ):
        tune(peaked, tiny_parts(), SPACE)
    assert peaked.fits == 0


def test_a_metric_that_validation_cannot_measure(parts, peaked):
    # A tail of one item, which nobody has in validation.
    rare = {"head": 0.5, "tail": 0.002}
    with pytest.raises(ValueError, match=r"NDCG@10 is not defined for 'tail'"):
        tune(peaked, parts, SPACE, metric=("tail", "NDCG@10"), groups=rare)


def test_a_parameter_without_a_default_must_be_given(parts, peaked):
    def make(x, y, z=0):
        return peaked(x, y)

    with pytest.raises(ValueError, match=r"make needs 'y'; put it into the space or into fixed"):
        tune(make, parts, SPACE)
    found = tune(make, parts, SPACE, fixed={"y": "good"}, trials=3)
    # Without a default for x there is no first trial with the defaults, but there is a first trial.
    assert 0 <= found.trials["x"][0] <= 1
    assert found.best_params["y"] == "good"


def test_functions_and_partials_make_models(parts, peaked):
    found = tune(partial(peaked, y="good"), parts, SPACE, trials=2)
    assert found.model_name == "Peaked"
    assert found.model.y == "good"

    def anything(**parameters):
        return peaked(**parameters)

    assert tune(anything, parts, SPACE, trials=2).model.y == "bad"


def test_default_space_less_what_is_fixed(parts):
    found = tune(ItemKNN, parts, fixed={"shrinkage": 1.0}, trials=2)
    assert found.trials.columns[:2] == ["number", "n_neighbors"]
    assert set(found.best_params) == {"n_neighbors", "shrinkage"}


def test_decay_without_times_is_a_failed_trial_not_the_end(parts):
    from dataclasses import replace

    timeless = replace(parts, times=None)
    found = tune(Popularity, timeless, {"half_life": [None, 30.0]}, trials=2)
    assert found.best_params == {"half_life": None}
    assert "time" in found.trials["reason"][1]


def test_a_split_without_validation_by_the_usual_way(peaked):
    from dataclasses import replace

    from longtail_lib import prepare
    from longtail_lib.simulation import PRESETS, simulate

    data = prepare(simulate(replace(PRESETS["shop"], n_users=40, n_items=600), seed=1))
    with pytest.raises(ValueError, match=r"split with validation=1"):
        tune(peaked, split(data, validation=0), SPACE)
