"""The search finds what is there to find, on validation alone, and the same each time."""

import itertools
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from longtail_lib import Metric, Protocol, evaluate, tune
from longtail_lib.models import EASE, ItemKNN, Popularity, Recommender
from longtail_lib.tuning import Tuning

SPACE = {"x": ("float", 0, 1), "y": ["good", "bad"]}
OVERALL, TAIL = ("overall", "NDCG@10"), ("tail", "NDCG@10")


def shown(found):
    return found.trials.drop("seconds")


def test_the_optimum_known_by_construction_is_found(parts, peaked):
    found = tune(peaked, parts, SPACE, trials=30)
    assert found.best_params["y"] == "good"
    assert abs(found.best_params["x"] - 0.3) < 0.1
    at_optimum = evaluate(peaked(0.3, "good").fit(parts), parts, part="validation")["NDCG@10"]
    assert at_optimum.value == 1
    default = evaluate(peaked().fit(parts), parts, part="validation")["NDCG@10"]
    assert found.best_value > 0.8 > 0.3 > default.value


def test_tpe_beats_random_draws_with_the_same_budget(parts, peaked):
    def best_at_random(seed):
        rng = np.random.default_rng(seed)
        return min(abs(x - 0.3) for x in rng.random(25))

    distances = [
        abs(
            tune(peaked, parts, {"x": ("float", 0, 1)}, trials=25, seed=seed).best_params["x"] - 0.3
        )
        for seed in range(3)
    ]
    expected = np.mean([best_at_random(seed) for seed in range(2000)])
    assert np.mean(distances) < expected


def test_the_first_trial_takes_the_defaults_so_the_search_never_ends_below_them(parts, peaked):
    found = tune(peaked, parts, SPACE, trials=3, seed=4)
    first = found.trials.row(0, named=True)
    assert (first["x"], first["y"]) == (0.9, "bad")
    assert found.best_value >= first["overall NDCG@10"]
    only = tune(peaked, parts, SPACE, trials=1)
    assert only.best_params == {"x": 0.9, "y": "bad"}


def test_defaults_outside_the_space_are_tried_all_the_same(parts, peaked):
    found = tune(peaked, parts, {"x": ("float", 0, 0.1)}, trials=12)
    assert found.trials["x"][0] == 0.9
    assert (found.trials["x"][1:] <= 0.1).all()


def test_a_grid_gives_the_same_best_ease_as_brute_force(parts):
    grid = {"l2": [5.0, 50.0, 500.0], "popularity_exponent": [0.0, 0.3]}
    found = tune(EASE, parts, grid, trials=12)
    values = {
        point: evaluate(EASE(*point).fit(parts), parts, part="validation")["NDCG@10"].value
        for point in itertools.product(*grid.values())
    }
    best = max(values, key=values.get)
    assert values[best] > 1.05 * min(values.values())
    # The defaults are a point more, which the grid does not hold.
    default = evaluate(EASE().fit(parts), parts, part="validation")["NDCG@10"].value
    assert found.best_value == max(values[best], default)
    if values[best] > default:
        assert tuple(found.best_params.values()) == best
    tried = found.trials.filter(pl.col("state") == "complete")
    assert len(tried) == 7
    for row in tried.iter_rows(named=True):
        point = row["l2"], row["popularity_exponent"]
        assert row["overall NDCG@10"] == values.get(point, default)


def test_the_model_is_the_best_one_fitted_on_train(parts):
    space, fixed = {"n_neighbors": ("int", 5, 80)}, {"shrinkage": 3.0}
    found = tune(ItemKNN, parts, space, fixed=fixed, trials=6, refit=False)
    assert found.best_params["shrinkage"] == 3.0
    assert found.model.get_params() == found.best_params
    again = ItemKNN(**found.best_params).fit(parts)
    rows = np.arange(parts.n_users)
    assert np.array_equal(found.model.score(rows), again.score(rows))
    measured = evaluate(found.model, parts, part="validation")["NDCG@10"].value
    assert measured == found.best_value
    popular = evaluate(Popularity().fit(parts), parts, part="validation")["NDCG@10"].value
    assert found.best_value > popular

    # By default it has learned from validation as well, and is measured on test alone.
    both = tune(ItemKNN, parts, space, fixed=fixed, trials=6)
    assert both.best_params == found.best_params
    final = ItemKNN(**found.best_params).fit(parts.final())
    assert np.array_equal(both.model.score(rows), final.score(rows))
    assert not np.array_equal(both.model.score(rows), again.score(rows))
    with pytest.raises(ValueError, match=r"ItemKNN was fitted on .* validation interactions"):
        evaluate(both.model, parts, part="validation")
    assert evaluate(both.model, parts.final()).protocol["fitted on"].startswith("train and")


def test_same_seed_same_trials_other_seed_others(parts, peaked):
    one, two, other = (tune(peaked, parts, SPACE, trials=14, seed=seed) for seed in (3, 3, 4))
    assert shown(one).equals(shown(two))
    assert repr(one) == repr(two)
    assert not shown(one).equals(shown(other))


def test_a_smaller_budget_is_the_beginning_of_a_larger_one(parts, peaked):
    constraint = {"metric": OVERALL, "at_least": 0.9}
    few, many = (
        tune(peaked, parts, SPACE, metric=TAIL, constraint=constraint, trials=n) for n in (10, 14)
    )
    assert shown(few).equals(shown(many)[:10])


class Sealed:
    """A split whose test part must not be touched."""

    def __init__(self, parts):
        self._parts = parts

    def __getattr__(self, name):
        assert name != "test", "test was read"
        value = getattr(self._parts, name)
        return (
            {"train": value["train"], "validation": value["validation"]}
            if name == "times"
            else value
        )


def test_the_test_part_is_not_touched(parts, peaked):
    sealed = Sealed(parts)
    assert parts.times is not None
    with pytest.raises(AssertionError, match="test was read"):
        _ = sealed.test
    found = tune(peaked, sealed, SPACE, trials=3)
    assert shown(found).equals(shown(tune(peaked, parts, SPACE, trials=3)))


def test_models_do_not_see_the_test_part(parts):
    seen = []

    class Curious(Popularity):
        def __init__(self, power=1.0):
            super().__init__()
            self.power = power

        def _fit(self, parts):
            seen.append((parts.test.nnz, parts.times["test"].nnz))
            super()._fit(parts)

    tune(Curious, parts, {"power": ("float", 0, 1)}, trials=2)
    assert parts.test.nnz > 0
    # Two trials and the last fit on both parts.
    assert seen == [(0, 0)] * 3


class Pushed(Recommender):
    """Knows validation but for some noise, and pushes items without train interactions."""

    def __init__(self, push=0.0, noise=1.0):
        self.push = push
        self.noise = noise

    def _fit(self, parts):
        noise = np.random.default_rng(1).normal(size=parts.validation.shape)
        scores = (
            parts.validation.toarray() + self.noise * noise + self.push * (parts.popularity == 0)
        )
        self.scores_ = scores.astype(np.float32)

    def _score(self, user_rows):
        return self.scores_[user_rows]

    def _state(self):
        return {"scores": self.scores_}

    def _restore(self, state):
        self.scores_ = state["scores"]


def test_the_best_under_the_constraint_among_all_trials(parts):
    space = {"push": ("float", 0, 2), "noise": ("float", 0.2, 1)}
    constraint = {"metric": OVERALL, "at_least": 0.9}
    metric = ("overall", "TailShare@10")
    options = {"metric": metric, "constraint": constraint, "refit": False}
    found = tune(Pushed, parts, space, trials=24, **options)
    table = found.trials
    floor = 0.9 * table["overall NDCG@10"].max()
    meeting = table.filter(pl.col("overall NDCG@10") >= floor)
    assert 1 < len(meeting) < 24
    assert found.best_value == meeting["overall TailShare@10"].max()
    # The constraint costs something here, or this test would say nothing.
    assert found.best_value < table["overall TailShare@10"].max()
    assert found.model.get_params() == found.best_params
    report = evaluate(found.model, parts, part="validation")
    assert report["NDCG@10"].value >= floor
    assert report["TailShare@10"].value == found.best_value
    assert found.objective.threshold(found.records) == floor


def test_a_constraint_that_nothing_meets_leaves_the_table_and_no_model(parts, peaked):
    found = tune(
        peaked,
        parts,
        SPACE,
        metric=TAIL,
        trials=3,
        constraint={"metric": OVERALL, "at_least": 1.0, "of": 2.0},
    )
    assert not found.constraint_met
    assert found.model is None
    assert len(found.trials) == 3
    assert "no trial meets the constraint" in repr(found)
    with pytest.raises(
        ValueError, match=r"no trial meets the constraint .*comes nearest with 0\.\d"
    ):
        _ = found.best_params


def test_failed_trials_are_recorded_and_passed_over(parts, peaked):
    found = tune(peaked, parts, {"x": ("float", 0.9, 1.1)}, trials=16)
    failed = found.trials.filter(pl.col("state") == "failed")
    assert 0 < len(failed) < 16
    assert failed["reason"].str.contains("is too large").all()
    assert failed["overall NDCG@10"].null_count() == len(failed)
    assert found.best_params["x"] < 0.97


def test_memory_that_is_short_is_a_failed_trial_too(parts):
    class Greedy(Popularity):
        def __init__(self, size=2):
            super().__init__()
            self.size = size

        def _fit(self, parts):
            if self.size > 3:
                raise MemoryError("not that much")
            super()._fit(parts)

    found = tune(Greedy, parts, {"size": [1, 2, 4]}, trials=12)
    assert set(found.trials.filter(pl.col("size") == 4)["reason"]) == {"not that much"}
    assert found.best_params["size"] < 4


def test_a_defect_in_a_model_is_not_hidden(parts):
    def broken(x=0.5):
        raise TypeError("a defect")

    with pytest.raises(TypeError, match="a defect"):
        tune(broken, parts, {"x": ("float", 0, 1)})


def test_all_trials_failing_is_an_error_that_says_why(parts, peaked):
    def too_large(x=1.5):
        return peaked(x)

    with pytest.raises(
        ValueError, match=r"all 3 trials of too_large failed.*x=1\.\d+ is too large"
    ):
        tune(too_large, parts, {"x": ("float", 1.0, 2.0)}, trials=3)


def test_a_small_space_is_tried_out_once(parts, peaked):
    found = tune(peaked, parts, {"y": ["good", "bad"]}, trials=6, refit=False)
    assert peaked.fits == 2
    assert found.trials["state"].to_list() == ["complete"] * 2 + ["repeated"] * 4
    assert found.best.state == "complete"


def test_only_what_is_needed_is_measured(parts, peaked, monkeypatch):
    asked = []

    def spy(model, parts, protocol, **options):
        asked.append((protocol.k, protocol.metrics, protocol.part))
        return evaluate(model, parts, protocol, **options)

    monkeypatch.setattr("longtail_lib.tuning._plan.evaluate", spy)
    constraint = {"metric": ("overall", "Recall@20"), "at_least": 0.9}
    tune(peaked, parts, SPACE, metric=TAIL, constraint=constraint, trials=1)
    assert asked == [((10, 20), ("NDCG", "Recall"), "validation")]


def test_groups_decide_what_the_tail_is(parts, peaked):
    wide = tune(peaked, parts, SPACE, metric=TAIL, trials=1, groups={"head": 0.05, "tail": 0.9})
    usual = tune(peaked, parts, SPACE, metric=TAIL, trials=1)
    assert wide.best.values[TAIL].n > usual.best.values[TAIL].n


def test_progress_names_the_best_value(parts, peaked, capsys):
    tune(peaked, parts, SPACE, trials=2, progress=True)
    said = capsys.readouterr().err
    assert "tune Peaked" in said
    assert "best overall NDCG@10 0." in said
    tune(peaked, parts, SPACE, trials=1)
    assert capsys.readouterr() == ("", "")


def found_at(items, relevant, k):
    ranks = np.flatnonzero(np.isin(items, relevant))
    return ranks[0] + 1 if len(ranks) else k + 1


@pytest.mark.parametrize("better", ["lower", "higher"])
def test_a_metric_of_your_own_is_searched_in_its_direction(parts, peaked, better, tmp_path):
    own = Metric("FoundAt", per_user=found_at, range=(1, None), better=better)
    table = tmp_path / "table.json"
    least = {"metric": "NDCG@10", "at_least": 0.01}
    options = {"metric": "FoundAt@10", "constraint": least, "refit": False}
    found = tune(peaked, parts, SPACE, trials=5, metrics=[own], storage=table, **options)
    values = [trial.value(("overall", "FoundAt@10")) for trial in found.records if trial.complete]
    assert len(set(values)) > 1
    assert found.best_value == (min if better == "lower" else max)(values)
    model = found.model
    report = evaluate(model, parts, k=10, part="validation", metrics=[own], resamples=200)
    expected = found.best.values["overall", "FoundAt@10"]
    assert report["FoundAt@10"] == pytest.approx(expected, rel=1e-5)
    back = Tuning.from_json(table.read_text())
    assert back.best.number == found.best.number
    assert back.objective.metrics[0].better == better
    # The search goes on from the table, unless the metric is another one.
    again = tune(peaked, parts, SPACE, trials=5, metrics=[own], storage=table, **options)
    assert again.best_value == found.best_value
    other = replace(own, range=(0, None))
    with pytest.raises(ValueError, match="differs in own metrics"):
        tune(peaked, parts, SPACE, trials=5, metrics=[other], storage=table, **options)


def test_a_metric_without_direction_is_not_searched(parts, peaked):
    own = Metric("FoundAt", per_user=found_at, range=(1, None))
    with pytest.raises(ValueError, match="tune: whether more or less of FoundAt is better"):
        tune(peaked, parts, SPACE, metric="FoundAt@10", metrics=[own])
    lower = replace(own, better="lower")
    constraint = {"metric": "FoundAt@10", "at_least": 0.9}
    with pytest.raises(ValueError, match="FoundAt@10 is better when smaller"):
        tune(peaked, parts, SPACE, constraint=constraint, metrics=[lower])
    with pytest.raises(ValueError, match=r"unknown metric 'FoundAt@10'"):
        tune(peaked, parts, SPACE, metric="FoundAt@10")
    assert peaked.fits == 0


def test_a_shared_protocol_is_the_same_as_its_settings(parts, peaked):
    protocol = Protocol(k=(5, 50), seed=4, groups={"head": 0.3}, resamples=60, confidence=0.8)
    one = tune(peaked, parts, SPACE, metric=TAIL, trials=2, protocol=protocol)
    words = {"seed": 4, "groups": {"head": 0.3}, "resamples": 60, "confidence": 0.8}
    other = tune(peaked, parts, SPACE, metric=TAIL, trials=2, **words)
    assert [trial.values for trial in one.records] == [trial.values for trial in other.records]
    assert one.protocol == other.protocol
    assert one.protocol["part"] == "validation"
    assert one.protocol["k"] == "10"
