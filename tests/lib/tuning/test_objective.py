"""Which trial is chosen, by hand-made values."""

import math

import pytest

from longtail_lib.tuning import Objective

OVERALL, TAIL = ("overall", "NDCG@10"), ("tail", "NDCG@10")
FLOOR = {"metric": OVERALL, "at_least": 0.99}


def numbers(trials):
    return [trial.number for trial in trials]


def test_without_a_constraint_the_largest_value_wins(made_trial):
    trials = [made_trial(0, 0.2), made_trial(1, None), made_trial(2, 0.4), made_trial(3, 0.3)]
    objective = Objective.of("NDCG@10")
    assert objective.metric == OVERALL
    assert numbers(objective.ranking(trials)) == [2, 3, 0, 1]
    assert objective.best(trials).number == 2


def test_the_tail_is_raised_only_above_the_floor(made_trial):
    trials = [
        made_trial(0, 0.300, 0.01),
        made_trial(1, 0.298, 0.03),  # 99.3% of the best
        made_trial(2, 0.296, 0.05),  # 98.7%
        made_trial(3, 0.100, 0.09),
        made_trial(4, None),
    ]
    objective = Objective.of(TAIL, FLOOR)
    assert objective.threshold(trials) == pytest.approx(0.297)
    assert objective.best(trials).number == 1
    # Those below the floor by how near they come to it, failed ones last.
    assert numbers(objective.ranking(trials)) == [1, 0, 2, 3, 4]


def test_a_better_overall_value_seen_later_moves_the_floor(made_trial):
    trials = [made_trial(0, 0.200, 0.05), made_trial(1, 0.199, 0.06)]
    objective = Objective.of(TAIL, FLOOR)
    assert objective.best(trials).number == 1
    trials.append(made_trial(2, 0.300, 0.0))
    assert objective.best(trials).number == 2


def test_exactly_the_share_is_enough(made_trial):
    half = {"metric": OVERALL, "at_least": 0.5}
    trials = [made_trial(0, 0.5, 0.1), made_trial(1, 0.25, 0.2), made_trial(2, 0.249, 0.3)]
    assert Objective.of(TAIL, half).best(trials).number == 1


def test_equal_values_are_ordered_by_the_constraint(made_trial):
    trials = [made_trial(0, 0.299, 0.0), made_trial(1, 0.300, 0.0), made_trial(2, 0.298, 0.0)]
    assert numbers(Objective.of(TAIL, FLOOR).ranking(trials)) == [1, 0, 2]


def test_a_floor_of_a_given_value_may_be_missed_by_all(made_trial):
    trials = [made_trial(0, 0.30, 0.01), made_trial(1, 0.31, 0.02)]
    objective = Objective.of(TAIL, {**FLOOR, "at_least": 1.0, "of": 0.334})
    assert objective.threshold(trials) == 0.334
    assert objective.best(trials) is None
    assert numbers(objective.ranking(trials)) == [1, 0]


@pytest.mark.parametrize("metric", ["Gini@10", "ARP@10"])
def test_gini_and_popularity_are_made_small(metric):
    from longtail_lib.evaluation import Value
    from longtail_lib.tuning import Trial

    key = ("overall", metric)
    trials = [
        Trial(number, {}, "complete", {key: Value(value, 0, 1, 9)})
        for number, value in enumerate([0.9, 0.3, 0.6])
    ]
    assert numbers(Objective.of(metric).ranking(trials)) == [1, 2, 0]


def test_nothing_is_best_among_failed_trials(made_trial):
    objective = Objective.of(TAIL, FLOOR)
    assert objective.best([made_trial(0, None)]) is None
    assert math.isnan(objective.threshold([made_trial(0, None)]))


@pytest.mark.parametrize(
    ("metric", "constraint", "said"),
    [
        ("ndcg@10", None, r"unknown metric 'ndcg@10' in metric.*known|one of HitRate"),
        ("NDCG", None, "unknown metric 'NDCG'"),
        ("NDCG@0", None, "cut-off from 1"),
        (None, None, "unknown metric None"),
        (("tail", "NDCG@10", "x"), None, "unknown metric"),
        (TAIL, {"metric": ("overall", "ndcg"), "at_least": 0.9}, "in constraint"),
        (TAIL, {"metric": OVERALL}, "must be a mapping such as"),
        (TAIL, 0.99, "must be a mapping such as"),
        (TAIL, {**FLOOR, "at_least": 99}, "share of the best value seen.*got 99"),
        (TAIL, {**FLOOR, "at_least": 0}, "share of the best value"),
        (TAIL, {**FLOOR, "at_least": "99%"}, "share of the best value"),
        (TAIL, {**FLOOR, "of": -1}, "'of' of a constraint"),
        (TAIL, {**FLOOR, "least": 1}, "unknown 'least' in constraint"),
        (OVERALL, FLOOR, "both overall NDCG@10"),
        (TAIL, {"metric": "Gini@10", "at_least": 0.9}, "better when smaller"),
    ],
)
def test_what_is_no_objective_is_refused(metric, constraint, said):
    with pytest.raises(ValueError, match=said):
        Objective.of(metric, constraint)


def test_a_cut_off_is_written_in_one_way():
    assert Objective.of("NDCG@010").metric == OVERALL
