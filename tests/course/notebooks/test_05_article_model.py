"""What the prose of lesson 05 says about the printed model and its repair, on other seeds."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from longtail_course.article import ArticleTwoTower, article_ablation, labelled_pairs
from longtail_course.article.article_features import article_features
from longtail_course.article.look_alikes import look_alikes
from longtail_lib import evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, Popularity, Random

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def parts():
    shop = load_dataset("shop", truth=False)
    return split(prepare(shop, min_rating=3.5), how="leave-last-out")


@pytest.fixture(scope="module")
def printed(parts):
    return ArticleTwoTower(max_pairs=4_000, seed=5).fit(parts)


def ndcg(model, parts):
    report = evaluate(model, parts, metrics=["NDCG", "Coverage"], resamples=200)
    return report["NDCG@10"].value, report["Coverage@10"].value


def shared(model, parts, some, others):
    lists = [model.recommend(parts.user_ids[rows], k=10)[0] for rows in (some, others)]
    return np.mean([len(set(a) & set(b)) for a, b in zip(*lists, strict=True)])


def test_printed_model_has_learnt_popularity_and_little_else(parts, printed):
    scores = printed.score(np.arange(parts.n_users))
    assert spearmanr(scores.mean(axis=0), parts.popularity).statistic > 0.95
    assert 0 < scores.min() < 0.2 < 0.95 < scores.max() <= 1.0001
    counted, _ = ndcg(Popularity().fit(parts), parts)
    assert 5 * ndcg(Random(seed=0).fit(parts), parts)[0] < ndcg(printed, parts)[0] < counted + 0.005


def test_a_guess_from_popularity_comes_about_as_low_as_the_model(parts, printed):
    _, items, labels = labelled_pairs(parts.train, max_pairs=4_000, seed=5)
    step = (20 * article_features(parts).item[items, 4]).round().astype(int)
    mean = np.bincount(step, labels) / np.maximum(np.bincount(step), 1)
    by_popularity = np.mean((labels - mean[step]) ** 2)
    loss = printed.history_["loss"][-1]
    assert abs(loss - by_popularity) < 0.02 < 0.25 - max(loss, by_popularity)


def test_lists_are_as_alike_as_those_of_popularity_and_not_as_those_of_ease(parts, printed):
    some, twins, _ = look_alikes(article_features(parts).user, parts.train)
    some, twins, anybody = some[:500], twins[:500], np.random.default_rng(5).permutation(some)[:500]
    counted, ease = Popularity().fit(parts), EASE().fit(parts)
    assert abs(shared(printed, parts, some, anybody) - shared(counted, parts, some, anybody)) < 0.7
    assert shared(printed, parts, some, twins) > 2 * shared(ease, parts, some, twins)


def test_only_ids_take_the_model_past_popularity_and_not_past_ease(parts):
    found = {
        name: ndcg(model.fit(parts), parts)
        for name, model in article_ablation(seed=5).items()
        if name in ("printed", "linear towers", "softmax", "ids")
    }
    counted, coverage = ndcg(Popularity().fit(parts), parts)
    assert found["ids"][0] > 1.2 * counted
    assert found["ids"][0] < ndcg(EASE().fit(parts), parts)[0]
    assert found["ids"][1] > 10 * coverage
    for name in ("printed", "linear towers", "softmax"):
        assert 0.04 < found[name][0] < counted + 0.005, name
