"""What the repair is worth on the simulated shop and on MovieLens, by the library's own measure."""

import pytest

from longtail_course.article import ArticleTwoTower, RepairedTwoTower
from longtail_lib import evaluate, load_dataset, prepare, split
from longtail_lib.models import Popularity


def reports(name):
    parts = split(prepare(load_dataset(name), min_rating=3.5), how="leave-last-out")
    models = {
        "popularity": Popularity(),
        "printed": ArticleTwoTower(),
        "repaired": RepairedTwoTower(),
        "with ids": RepairedTwoTower(features="id"),
    }
    return {
        label: evaluate(model.fit(parts), parts, k=(10, 50), resamples=100)
        for label, model in models.items()
    }


@pytest.mark.slow
def test_on_the_shop_the_repair_beats_the_printed_model():
    measured = reports("shop")
    ndcg = {label: report["NDCG@10"].value for label, report in measured.items()}
    assert ndcg["printed"] < ndcg["popularity"]
    # Same inputs: about level, for five averages hold no more. Vectors of their own: far better.
    assert ndcg["repaired"] > 0.9 * ndcg["printed"]
    assert ndcg["with ids"] > 1.5 * ndcg["printed"]
    assert ndcg["with ids"] > 1.2 * ndcg["popularity"]
    coverage = {label: report["Coverage@10"].value for label, report in measured.items()}
    assert coverage["with ids"] > 4 * coverage["printed"]
    assert coverage["repaired"] > 1.5 * coverage["printed"]
    mid = {label: report["mid", "Recall@50"].value for label, report in measured.items()}
    assert mid["printed"] < 0.01 < 0.03 < mid["with ids"]


@pytest.mark.slow
@pytest.mark.real_data
def test_on_movielens_the_printed_model_is_no_better_than_popularity():
    measured = reports("movielens-small")
    recall = {label: report["Recall@50"].value for label, report in measured.items()}
    assert recall["printed"] < 1.15 * recall["popularity"]
    assert recall["with ids"] > 1.4 * recall["printed"]
    for label, report in measured.items():
        # The question that the course is about.
        assert report["tail", "NDCG@10"].value < 0.01, label
