"""Graded NDCG against scikit-learn and the definition; `test_read_run` has ranx beside it."""

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import ndcg_score

from longtail_lib import Dataset, split
from longtail_lib.evaluation import METRICS, Report, evaluate
from longtail_lib.evaluation.metrics.accuracy import GAINS
from longtail_lib.preprocessing import Split
from longtail_lib.tail import Groups

NAMES = GAINS


@pytest.fixture(scope="module")
def world():
    """Ratings 1 to 5 in halves of a third of all cells, and scores without ties."""
    rng = np.random.default_rng(0)
    ratings = rng.integers(2, 11, (40, 30)) / 2 * (rng.random((40, 30)) < 0.3)
    ratings[:, 0] = 3
    scores = rng.permutation(1200).reshape(40, 30).astype(np.float32)
    return Split.from_matrices(np.zeros((40, 30)), test=ratings), ratings, scores


@pytest.mark.parametrize("k", [1, 3, 10, 40])
def test_equals_scikit_learn(k, world, scores_model):
    parts, ratings, scores = world
    report = evaluate(scores_model(scores), parts, k=k, metrics=NAMES, resamples=2)
    for name, relevance in (("NDCGLinear", ratings), ("NDCGExponential", 2**ratings - 1)):
        expected = ndcg_score(relevance, scores, k=min(k, 30))
        assert report[f"{name}@{k}"].value == pytest.approx(expected, abs=1e-12)


def test_in_a_group_only_its_items_have_gain(world, scores_model):
    parts, ratings, scores = world
    labels = np.arange(30) % 3
    groups = Groups(labels, ("a", "b", "c"))
    report = evaluate(scores_model(scores), parts, k=4, metrics=NAMES, groups=groups, resamples=2)
    for place, group in enumerate(groups.names):
        own = np.where(labels == place, ratings, 0)
        some = own.any(axis=1)
        expected = ndcg_score(own[some], scores[some], k=4)
        assert report[group, "NDCGLinear@4"].value == pytest.approx(expected, abs=1e-12)
        assert report[group, "NDCGLinear@4"].n == some.sum()


def test_without_differences_in_rating_it_is_ndcg(world, scores_model):
    parts, ratings, scores = world
    parts = Split.from_matrices(np.zeros((40, 30)), test=4.0 * (ratings > 0))
    report = evaluate(scores_model(scores), parts, k=(2, 9), metrics=["NDCG", *NAMES], resamples=2)
    for cut in (2, 9):
        for name in NAMES:
            assert report[f"{name}@{cut}"].value == pytest.approx(report[f"NDCG@{cut}"].value)


def test_a_better_rated_item_in_front_counts_more(scores_model):
    parts = Split.from_matrices(np.zeros((1, 3)), test=[[5, 1, 0]])
    best, worst = (
        evaluate(scores_model([scores]), parts, k=2, metrics=NAMES, resamples=2)
        for scores in ([3, 2, 1], [2, 3, 1])
    )
    discount = 1 / np.log2(3)
    assert best["NDCGLinear@2"].value == best["NDCGExponential@2"].value == 1
    assert worst["NDCGLinear@2"].value == pytest.approx((1 + 5 * discount) / (5 + discount))
    assert worst["NDCGExponential@2"].value == pytest.approx((1 + 31 * discount) / (31 + discount))


def test_of_a_log_with_ratings_by_name_and_never_by_default():
    log = pl.DataFrame(
        {
            "user_id": [1, 1, 1, 2, 2, 2, 3, 3, 3],
            "item_id": [1, 2, 3, 1, 2, 4, 2, 3, 4],
            "rating": [5.0, 3.0, 2.0, 4.0, 1.0, 5.0, 3.0, 3.0, 4.0],
        }
    )
    data = Dataset.from_frame(log, user="user_id", item="item_id", rating="rating")
    kept, plain = (
        split(data, how="random", validation=0, test=0.4, values=values)
        for values in ("rating", "one")
    )
    lists = {user: [1, 2, 3, 4] for user in (1, 2, 3)}
    assert not set(NAMES) & set(METRICS)
    assert set(evaluate(lists, kept).metrics) == set(METRICS)
    report = evaluate(lists, kept, k=4, metrics="NDCGExponential")
    gains = np.where(kept.test.toarray() > 0, 2.0 ** kept.test.toarray() - 1, 0)
    gains = gains[gains.any(axis=1)]
    expected = ndcg_score(gains, np.tile([4, 3, 2, 1], (len(gains), 1)))
    assert report["NDCGExponential@4"].value == pytest.approx(expected)
    assert Report.from_json(report.to_json()).metric("NDCGExponential").better == "higher"
    with pytest.raises(ValueError, match=r"NDCGLinear needs ratings.*values='rating'"):
        evaluate(lists, plain, k=4, metrics="NDCGLinear")


@pytest.mark.parametrize(
    ("rating", "name", "said"),
    [
        (-1, "NDCGLinear", "from 0 whose gain is finite, got -1; rescale"),
        (5000, "NDCGExponential", "whose gain is finite, got 5000; rescale the ratings, or"),
    ],
)
def test_ratings_that_have_no_gain(rating, name, said):
    parts = Split.from_matrices(np.zeros((1, 2)), test=[[rating, 1]])
    with pytest.raises(ValueError, match=said):
        evaluate({0: [1]}, parts, k=1, metrics=name)
