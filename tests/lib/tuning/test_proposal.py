"""Spaces are read as written; proposals follow from their arguments alone."""

import numpy as np
import optuna
import pytest

from longtail_lib.tuning._proposal import contains, distributions_of, propose, space_to_json


def test_each_form_of_the_grammar():
    found = distributions_of(
        {
            "a": ("float", 0, 2),
            "b": ("log", 1, 100),
            "c": ("int", 3, 9),
            "d": ("log-int", 1, 64),
            "e": ["x", None, 3],
            "f": optuna.distributions.IntDistribution(0, 10, step=5),
        }
    )
    kinds = optuna.distributions
    assert found["a"] == kinds.FloatDistribution(0, 2)
    assert found["b"] == kinds.FloatDistribution(1, 100, log=True)
    assert found["c"] == kinds.IntDistribution(3, 9)
    assert found["d"] == kinds.IntDistribution(1, 64, log=True)
    assert found["e"] == kinds.CategoricalDistribution(["x", None, 3])
    assert found["f"].step == 5


@pytest.mark.parametrize(
    "given",
    [
        ("float", 2, 1),
        ("float", 1, 1),
        ("log", 0, 1),
        ("log-int", 0, 5),
        ("int", 0.5, 3),
        ("float", "0", 1),
        ("float", 0, float("inf")),
        ("float", False, 1),
        ("uniform", 0, 1),
        ("float", 0),
        (0, 1),
        [],
        [(1, 2)],
        {"low": 0},
        7,
    ],
)
def test_a_range_that_is_none_is_refused_by_name(given):
    with pytest.raises(ValueError, match="'speed'"):
        distributions_of({"speed": given})


def test_an_empty_space_and_no_mapping():
    with pytest.raises(ValueError, match="space is empty"):
        distributions_of({})
    with pytest.raises(TypeError, match="space must be a mapping"):
        distributions_of([("l2", "log", 1, 2)])


def test_a_log_range_is_searched_by_order_of_magnitude():
    space = distributions_of({"l2": ("log", 1, 10_000), "x": ("float", 1, 10_000)})
    drawn = [propose(space, [], seed=(0, number)) for number in range(200)]
    below = {name: np.mean([one[name] < 100 for one in drawn]) for name in space}
    assert 0.4 < below["l2"] < 0.6
    assert below["x"] < 0.05


def test_equal_arguments_give_equal_proposals_and_another_seed_others(made_trial):
    space = distributions_of({"x": ("float", 0, 1), "y": ["a", "b", "c"]})
    rng = np.random.default_rng(0)
    ranked = [
        made_trial(number, 1 - number / 20, x=float(rng.random()), y="abc"[number % 3])
        for number in range(20)
    ]
    assert propose(space, ranked, seed=(0, 20)) == propose(space, ranked, seed=(0, 20))
    assert propose(space, ranked, seed=(0, 20)) != propose(space, ranked, seed=(1, 20))
    assert propose(space, ranked, seed=(0, 20)) != propose(space, ranked, seed=(0, 21))


def test_proposals_go_where_good_trials_are_and_failed_ones_are_not(made_trial):
    space = distributions_of({"x": ("float", 0, 1)})
    xs = np.linspace(0.02, 0.98, 25)
    ranked = [
        made_trial(number, None if x > 0.8 else 0.5, x=float(x))
        for number, x in sorted(enumerate(xs), key=lambda one: abs(one[1] - 0.2))
    ]
    drawn = np.array([propose(space, ranked, seed=(5, number))["x"] for number in range(60)])
    assert np.mean(np.abs(drawn - 0.2) < 0.15) > 0.7


def test_trials_outside_the_space_are_left_out_of_the_model(made_trial):
    space = distributions_of({"x": ("float", 0, 1)})
    inside = [made_trial(0, 0.5, x=0.5)]
    outside = [made_trial(1, 0.9, x=7.0), made_trial(2, 0.9, x=None)]
    assert not contains(space, {"x": 7.0})
    assert not contains(space, {"x": None})
    assert not contains(space, {"x": 0.5, "y": 1})
    assert 0 <= propose(space, [*outside, *inside], seed=0)["x"] <= 1


def test_optuna_stays_as_loud_as_its_user_wants():
    optuna.logging.set_verbosity(optuna.logging.DEBUG)
    try:
        propose(distributions_of({"x": ("float", 0, 1)}), [], seed=0)
        assert optuna.logging.get_verbosity() == optuna.logging.DEBUG
    finally:
        optuna.logging.set_verbosity(optuna.logging.INFO)


def test_spaces_are_compared_as_json():
    one = space_to_json(distributions_of({"l2": ("log", 1, 5000)}))
    assert one == space_to_json(distributions_of({"l2": ("log", 1.0, 5000.0)}))
    assert one != space_to_json(distributions_of({"l2": ("float", 1, 5000)}))
