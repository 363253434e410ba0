import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_rel

from longtail_lib.evaluation import (
    feedback_loop,
    feedback_over_seeds,
    feedback_table,
    user_taste,
)
from longtail_lib.models import Ease, Popularity
from tests.evaluation.simulated_world import store

MODELS = {"Popularity": Popularity(), "Ease": Ease(l2=20.0)}


@pytest.fixture(scope="module")
def parts():
    return store()


@pytest.fixture(scope="module")
def loops(parts):
    taste = user_taste(parts)
    return [
        feedback_loop(model, parts, rounds=3, k=5, seed=seed, taste=taste, name=name)
        for name, model in MODELS.items()
        for seed in (3, 0, 1, 2)
    ]


def row(table, model, number, quantity):
    return table.filter(model=model, round=number, quantity=quantity).row(0, named=True)


def test_mean_and_interval_are_students(loops):
    table = feedback_table(loops, baseline="Popularity", confidence=0.9, digits=None)
    by_seed = {
        name: {
            loop.protocol["seed"]: loop["satisfaction"][1] for loop in loops if loop.model == name
        }
        for name in MODELS
    }
    ease, popular = ([by_seed[name][seed] for seed in range(4)] for name in ("Ease", "Popularity"))
    found = row(table, "Ease", 2, "satisfaction")
    expected = ttest_1samp(ease, 0).confidence_interval(0.9)
    assert found["mean"] == pytest.approx(np.mean(ease))
    assert (found["low"], found["high"]) == pytest.approx(tuple(expected))
    assert found["seeds"] == 4
    paired = ttest_rel(ease, popular).confidence_interval(0.9)
    assert found["difference"] == pytest.approx(np.mean(ease) - np.mean(popular))
    assert (found["difference_low"], found["difference_high"]) == pytest.approx(tuple(paired))
    assert row(table, "Popularity", 2, "satisfaction")["difference"] == 0


def test_over_seeds_runs_the_same_loops(parts, loops):
    settings = {"rounds": 3, "k": 5}
    table = feedback_over_seeds(MODELS, parts, seeds=range(4), baseline="Ease", **settings)
    key = ["model", "quantity", "round"]
    assert table.sort(key).equals(feedback_table(loops, baseline="Ease").sort(key))


def test_common_random_numbers_narrow_the_difference(loops):
    """Two nearly equal models under the same seeds differ far less than their loops vary."""
    parts = store()
    taste = user_taste(parts)
    near = [
        feedback_loop(Ease(l2=l2), parts, rounds=1, k=5, seed=seed, taste=taste, name=f"l2={l2}")
        for l2 in (20, 21)
        for seed in range(6)
    ]
    table = feedback_table(near, baseline="l2=20")
    found = row(table, "l2=21", 1, "choices")
    own = found["high"] - found["low"]
    paired = found["difference_high"] - found["difference_low"]
    # Independent draws would make it about 1.4 times as wide.
    assert paired < 0.3 * own


def test_numbers_are_rounded_for_readers(loops):
    shown, exact = feedback_table(loops), feedback_table(loops, digits=None)
    assert shown["mean"].to_list() == [round(number, 4) for number in exact["mean"]]


def test_refusals(loops, parts):
    with pytest.raises(ValueError, match="same two or more seeds"):
        feedback_table(loops[:1])
    with pytest.raises(ValueError, match="same two or more seeds"):
        feedback_table(loops[:-1])
    with pytest.raises(ValueError, match="comes twice with seed 3"):
        feedback_table([*loops, loops[0]])
    with pytest.raises(ValueError, match="no loop of the baseline 'Oracle'"):
        feedback_table(loops, baseline="Oracle")
    with pytest.raises(ValueError, match="confidence must lie between 0 and 1"):
        feedback_table(loops, confidence=95)
    with pytest.raises(ValueError, match="models is empty"):
        feedback_over_seeds({}, parts)
    other = [feedback_loop(Popularity(), parts, rounds=2, k=5, seed=s, name="x") for s in range(4)]
    with pytest.raises(ValueError, match="began with different logs or ran for different rounds"):
        feedback_table([*loops, *other])
