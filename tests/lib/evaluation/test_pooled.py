"""Reports pooled over seeds, against plain averages and a jackknife by hand."""

import numpy as np
import pytest

from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.evaluation import pool_reports
from longtail_lib.evaluation.metrics.exposure import coverage
from longtail_lib.models import EASE, Popularity
from longtail_lib.preprocessing import Split
from longtail_lib.testing import tiny_model, tiny_parts


@pytest.fixture(scope="module")
def splits():
    clean = prepare(load_dataset("music"), min_user_interactions=5)
    return [split(clean, how="random", seed=seed) for seed in (0, 1, 2)]


@pytest.fixture(scope="module")
def reports(splits):
    return [
        evaluate(Popularity().fit(parts), parts, k=10, metrics=["NDCG", "Coverage", "Gini"])
        for parts in splits
    ]


def test_a_user_counts_once_with_the_mean_of_the_seeds(reports):
    pooled = pool_reports(reports)
    by_user = {}
    for report in reports:
        found = report.per_user["overall", "NDCG@10"]
        for row, value in zip(report.user_rows, found, strict=True):
            by_user.setdefault(int(row), []).append(value)
    expected = np.mean([np.mean(values) for values in by_user.values()])
    value = pooled["NDCG@10"]
    assert value.value == pytest.approx(expected, abs=1e-12)
    assert value.n == len(by_user)
    assert value.low < value.value < value.high


def test_seeds_shrink_the_interval_but_not_as_if_users_were_three_times_as_many(reports):
    pooled = pool_reports(reports)["NDCG@10"]
    widths = [report["NDCG@10"].high - report["NDCG@10"].low for report in reports]
    width = pooled.high - pooled.low
    assert np.mean(widths) / np.sqrt(3) < width <= 1.02 * max(widths)


def test_leaving_a_user_out_of_all_seeds_is_leaving_out_his_lists(reports):
    pooled = pool_reports(reports)
    assert pooled["Coverage@10"].value == pytest.approx(
        np.mean([report["Coverage@10"].value for report in reports])
    )
    user = int(reports[0].user_rows[0])
    place = int(np.searchsorted(pooled.user_rows, user))
    single = []
    for report in reports:
        rows = np.flatnonzero(report.user_rows == user)
        key = "overall", "Coverage@10"
        single.append(report.left_out[key][rows[0]] if len(rows) else report[key].value)
    assert pooled.left_out["overall", "Coverage@10"][place] == pytest.approx(np.mean(single))


def test_exposures_add_up(reports):
    pooled = pool_reports(reports)
    assert pooled.exposure[10].sum() == sum(report.exposure[10].sum() for report in reports)
    mask = np.ones(len(pooled.exposure[10]), dtype=bool)
    assert coverage(pooled.exposure[10], mask) >= pooled["Coverage@10"].value


def test_seeds_may_have_other_numbers_of_users_without_a_history():
    train = [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    test = [[0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0]]
    with_strangers = Split.from_matrices(train, test=test)
    without = Split.from_matrices([*train[:2], [1, 0, 0, 0]], test=test)
    reports = [
        evaluate(EASE(l2=1.0).fit(parts), parts, k=2, metrics=["NDCG"])
        for parts in (without, with_strangers)
    ]
    assert "users without history" not in reports[0].protocol
    for some in (reports, reports[::-1]):
        pooled = pool_reports(some)
        assert pooled.protocol["users without history"] == "1 of 3; shown what is popular"
        assert pooled["NDCG@2"].value == pytest.approx(
            np.mean([report["NDCG@2"].value for report in reports])
        )


def test_compare_takes_pooled_reports(splits):
    pooled = {}
    for make in (Popularity, EASE):
        found = [evaluate(make().fit(parts), parts, k=10, metrics=["NDCG"]) for parts in splits]
        pooled[make.__name__] = pool_reports(found)
    difference = compare(list(pooled.values()), baseline="Popularity")["EASE", "overall", "NDCG@10"]
    assert difference.verdict == "higher"
    assert difference.difference == pytest.approx(
        pooled["EASE"]["NDCG@10"].value - pooled["Popularity"]["NDCG@10"].value
    )


def test_bad_input_is_named(reports):
    with pytest.raises(ValueError, match="no report"):
        pool_reports([])
    parts = tiny_parts()
    first = evaluate(tiny_model(), parts, k=2, name="first")
    with pytest.raises(ValueError, match="first and second"):
        pool_reports([first, evaluate(tiny_model(), parts, k=2, name="second")])
    with pytest.raises(ValueError, match="differ in ks"):
        pool_reports([first, evaluate(tiny_model(), parts, k=3, name="first")])
    of_other_data = evaluate(
        Popularity().fit(parts), parts, k=10, metrics=["NDCG", "Coverage", "Gini"]
    )
    with pytest.raises(ValueError, match="measured differently"):
        pool_reports([reports[0], of_other_data])
