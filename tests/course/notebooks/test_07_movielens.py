"""What lesson 07 tells about MovieLens holds there, and would not hold for zeros or Popularity."""

from types import SimpleNamespace

import numpy as np
import pytest

from longtail_course.article import ArticleTwoTower, RepairedTwoTower
from longtail_course.toys.relevant_ranks import relevant_ranks
from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, ItemKNN, Popularity, Random
from longtail_lib.tail import popularity_groups
from longtail_lib.text import TfIdf

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


@pytest.fixture(scope="module")
def clean():
    return prepare(load_dataset("movielens-small", quiet=True), min_rating=3.5)


@pytest.fixture(scope="module")
def parts(clean):
    return split(clean, how="random", validation=0)


@pytest.fixture(scope="module")
def models(parts):
    models = {
        "Random": Random(seed=0),
        "Popularity": Popularity(),
        "ItemKNN": ItemKNN(100, 10),
        "EASE": EASE(l2=400),
    }
    return {name: model.fit(parts) for name, model in models.items()}


@pytest.fixture(scope="module")
def reports(models, parts):
    return {name: evaluate(model, parts, name=name) for name, model in models.items()}


@pytest.fixture(scope="module")
def text(parts):
    texts = parts.items["text"].str.split(". Tags: ").list.first()
    words = TfIdf().fit(texts).encode(texts).astype(np.float32)
    profiles = parts.train @ words
    return SimpleNamespace(score=lambda rows: (profiles[rows] @ words.T).toarray())


def test_ease_is_first_and_the_tail_is_empty(reports):
    ease, popular = reports["EASE"]["NDCG@10"], reports["Popularity"]["NDCG@10"]
    assert ease.low < 0.29 < ease.high
    assert popular.value == pytest.approx(0.16, abs=0.02)
    compared = compare(list(reports.values()), baseline="ItemKNN", groups=["overall"])
    assert compared["EASE", "overall", "NDCG@10"].verdict == "higher"
    assert compared["Popularity", "overall", "NDCG@10"].verdict == "lower"
    for report in reports.values():
        tail = report["tail", "NDCG@10"]
        assert tail.n > 150
        assert tail.value < 0.01
    # Only the random list has places for the tail.
    shares = {name: report["TailShare@10"].value for name, report in reports.items()}
    assert shares.pop("Random") == pytest.approx(0.5, abs=0.02)
    assert max(shares.values()) < 0.01


def test_the_repaired_model_lies_between_popularity_and_ease(parts, reports):
    printed = evaluate(ArticleTwoTower(max_pairs=4_000).fit(parts), parts)
    repaired = evaluate(RepairedTwoTower(features="id").fit(parts), parts)
    both = [*reports.values(), printed, repaired]
    above, below = (compare(both, baseline=name) for name in ("Popularity", "EASE"))
    assert above["ArticleTwoTower", "overall", "NDCG@10"].verdict == "lower"
    assert above["RepairedTwoTower", "overall", "NDCG@10"].verdict == "higher"
    assert below["RepairedTwoTower", "overall", "NDCG@10"].verdict == "lower"
    assert below["ItemKNN", "overall", "NDCG@10"].verdict == "lower"
    for report in (printed, repaired):
        assert report["NDCG@10"].value > 20 * reports["Random"]["NDCG@10"].value
        assert report["tail", "NDCG@10"].value < 0.01


def test_counts_rank_the_tail_below_chance_and_text_above(models, parts, text):
    tail = popularity_groups(parts.popularity).mask("tail")
    assert parts.popularity[tail].max() == 1
    medians = {}
    for name, model in {**models, "Text": text}.items():
        found = relevant_ranks(model, parts)
        of_tail = tail[found.items]
        medians[name] = np.median(found.ranks[of_tail]), np.median(found.ranks[~of_tail])
        within = np.mean(found.ranks[of_tail] <= 1000)
        assert {"EASE": within < 0.02, "Text": within > 0.12}.get(name, True)
    middle = np.median(found.candidates) / 2
    assert medians["Random"][0] == pytest.approx(middle, rel=0.1)
    for name in ("Popularity", "ItemKNN", "EASE"):
        assert medians[name][0] > medians["Random"][0] + 1000
    assert medians["Text"][0] < medians["Random"][0] - 800
    assert medians["EASE"][1] < 200 < 2000 < medians["Text"][1]


def test_text_does_not_reach_the_page(reports, parts, text):
    report = evaluate(text, parts, name="Text")
    compared = compare([report, reports["Random"]], baseline="Random")
    assert compared["Text", "overall", "NDCG@10"].verdict == "higher"
    assert compared["Text", "tail", "NDCG@10"].verdict == "undecided"
    assert report["NDCG@10"].value < reports["Popularity"]["NDCG@10"].value / 10


def test_what_each_split_leaves(clean):
    known, in_tail = {}, {}
    for how in ("leave-last-out", "temporal", "random"):
        parts = split(clean, how=how)
        tail = popularity_groups(parts.popularity).mask("tail")
        test = np.diff(parts.test.indptr) > 0
        known[how] = np.mean(np.diff(parts.train.indptr)[test] > 0)
        in_tail[how] = np.count_nonzero(np.diff(parts.test[:, tail].indptr))
    assert known["temporal"] < 0.15 < 0.95 < min(known["random"], known["leave-last-out"])
    assert in_tail["random"] > 3 * in_tail["leave-last-out"] > 0


def test_l2_has_its_peak_inside_and_train_has_none(clean):
    parts = split(clean, how="random")
    values = []
    for l2 in (25, 400, 1600):
        model = EASE(l2=l2).fit(parts)
        report = evaluate(model, parts, part="validation", metrics=["NDCG"])
        values.append(report["NDCG@10"].value)
    assert values[1] > max(values[0], values[2]) + 0.01


def test_the_best_of_twenty_random_lists_is_luck(clean):
    parts = split(clean, how="random")
    luck = np.array(
        [
            [
                evaluate(model, parts, part=part, metrics=["NDCG"], resamples=1)["NDCG@10"].value
                for part in ("validation", "test")
            ]
            for model in (Random(seed=seed).fit(parts) for seed in range(20))
        ]
    )
    mean, spread = luck[:, 1].mean(), luck[:, 1].std()
    assert luck[:, 1].max() > 1.5 * mean > 0
    assert abs(luck[luck[:, 0].argmax(), 1] - mean) < 2 * spread
