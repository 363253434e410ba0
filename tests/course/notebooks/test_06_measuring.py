"""What lesson 06 tells about the shop holds there, and would not hold for zeros or Popularity."""

import numpy as np
import pytest

from longtail_course.toys.sampled_metrics import sampled_metrics
from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.evaluation.metrics.accuracy import accuracy, find_hits
from longtail_lib.models import EASE, ItemKNN, Popularity, Random
from longtail_lib.ranking import top_k
from longtail_lib.tail import popularity_groups

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clean():
    return prepare(load_dataset("shop", truth=False), min_rating=4)


@pytest.fixture(scope="module")
def parts(clean):
    return split(clean, how="random")


@pytest.fixture(scope="module")
def models(parts):
    models = {
        "Random": Random(seed=0),
        "Popularity": Popularity(),
        "ItemKNN": ItemKNN(),
        "no shrinkage": ItemKNN(shrinkage=0),
        "narrow": ItemKNN(n_neighbors=5, shrinkage=0),
        "EASE": EASE(),
    }
    return {name: model.fit(parts) for name, model in models.items()}


@pytest.fixture(scope="module")
def reports(models, parts):
    return {name: evaluate(model, parts, name=name) for name, model in models.items()}


def test_random_split_has_more_tail_users(clean, parts):
    counts = []
    for each in (split(clean, how="leave-last-out"), parts):
        tail = popularity_groups(each.popularity).mask("tail")
        counts.append(np.count_nonzero(np.diff(each.test[:, tail].indptr)))
    assert counts[1] > 3 * counts[0] > 0


def test_missing_mask_turns_the_order_around(models, reports, parts):
    rows = reports["EASE"].user_rows
    relevant = parts.test[rows]

    def unmasked(name):
        hits = find_hits(top_k(models[name].score(rows), 10), relevant)
        return np.nanmean(accuracy(hits, np.diff(relevant.indptr), 10, ["NDCG"])["NDCG"])

    masked = {name: reports[name]["NDCG@10"].value for name in ("ItemKNN", "EASE")}
    assert masked["EASE"] > masked["ItemKNN"] > reports["Popularity"]["NDCG@10"].value
    assert unmasked("EASE") < unmasked("no shrinkage") < unmasked("ItemKNN")


def test_overlapping_intervals_and_decided_differences(reports):
    raw, knn = reports["no shrinkage"], reports["ItemKNN"]
    for group in ("overall", "tail"):
        first, second = raw[group, "NDCG@10"], knn[group, "NDCG@10"]
        assert first.low < second.high
        assert second.low < first.high
    metrics = ["NDCG@10", "HitRate@10"]
    compared = compare(list(reports.values()), baseline="ItemKNN", metrics=metrics)
    assert compared["no shrinkage", "overall", "HitRate@10"].verdict == "lower"
    assert compared["no shrinkage", "tail", "HitRate@10"].verdict == "higher"
    assert compared["no shrinkage", "tail", "NDCG@10"].verdict == "undecided"
    assert compared["no shrinkage", "overall", "NDCG@10"].verdict == "lower"
    assert compared["EASE", "overall", "NDCG@10"].verdict == "higher"
    assert compared["Popularity", "overall", "NDCG@10"].verdict == "lower"
    for name in ("Random", "Popularity", "EASE"):
        assert compared[name, "tail", "NDCG@10"].verdict == "undecided"


def test_tail_is_served_by_one_model_only(reports):
    for name in ("Random", "Popularity", "ItemKNN", "EASE"):
        assert reports[name]["tail", "HitRate@10"].value == 0
    assert reports["no shrinkage"]["tail", "HitRate@10"].value > 0


def test_random_list_wins_what_needs_no_relevance(reports):
    others = [report for name, report in reports.items() if name != "Random"]
    for metric, best in [("Coverage", 1), ("Gini", -1), ("ARP", -1), ("APLT", 1), ("Novelty", 1)]:
        own = reports["Random"][f"{metric}@10"].value
        assert all(best * own > best * other[f"{metric}@10"].value for other in others)
    coverage = {name: report["Coverage@10"].value for name, report in reports.items()}
    assert coverage["no shrinkage"] > 1.5 * coverage["ItemKNN"] > 0


def test_sampled_negatives_turn_the_order_around(models, reports, parts):
    for seed in (0, 1):
        popular, narrow = (
            sampled_metrics(models[name], parts, seed=seed)["NDCG@10"]
            for name in ("Popularity", "narrow")
        )
        assert popular > narrow + 0.01
    scores = models["narrow"].score(np.arange(200))
    assert (scores == 0).mean() > 0.9
    full = compare([reports["Popularity"], reports["narrow"]], baseline="Popularity")
    assert full["narrow", "overall", "NDCG@10"].verdict == "higher"
