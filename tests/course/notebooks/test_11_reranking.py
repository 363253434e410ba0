"""What lesson 11 tells of re-ranking holds on the shop; zeros and Popularity would fail it."""

import numpy as np
import pytest

from longtail_course.checks import reranking
from longtail_course.toys import frontier, trade_off_table
from longtail_course.worlds import worth_table
from longtail_lib import evaluate, load_dataset, prepare, split
from longtail_lib.evaluation import rerank_choice
from longtail_lib.models import EASE, ItemKNN, Random, Reranked
from longtail_lib.rerank import calibrated, mmr, popularity_penalty, tail_quota, xquad

MEASURED = {"metrics": ["NDCG", "TailShare"]}
NDCG, TAIL = "NDCG@10", "TailShare@10"


def test_the_gains_to_write_choose_what_the_library_chooses():
    tail, relevance = np.array(reranking.CANDIDATES["tail"]), reranking.CANDIDATES["relevance"]
    [order] = xquad([range(5)], [relevance], tail=tail, preference=[0.4], weight=0.6, k=4)
    for place in range(1, 4):
        held = order[:place]
        gains = reranking.xquad_gains.expected(
            np.array(relevance), tail, 0.4, 0.6, tail[held].mean()
        )
        gains[held] = -np.inf
        assert gains.argmax() == order[place]


def test_all_five_methods_let_the_same_tail_item_in():
    _, _, relevance, tail, popularity = reranking.CANDIDATES.values()
    five = {"candidates": [range(5)], "scores": [relevance], "k": 3}
    orders = [
        xquad(**five, tail=tail, preference=[0.4], weight=0.6),
        mmr(**five, similarity=reranking.GENRES, weight=0.6),
        calibrated(**five, groups=reranking.GENRES, target=[reranking.HISTORY], weight=0.6),
        tail_quota(**five, tail=tail, share=0.5),
        popularity_penalty(**five, popularity=popularity, weight=0.6),
    ]
    for [order] in orders:
        assert 3 in order
        assert 4 not in order
    plain = xquad(**five, tail=tail, preference=[0.4], weight=0)
    assert plain.tolist() == [[0, 1, 2]]


@pytest.fixture(scope="module")
def shop():
    parts = split(prepare(load_dataset("shop"), min_rating=4), how="random")
    models = {
        "EASE": EASE(l2=200.0),
        "EASE scaled": EASE(l2=265.0, popularity_exponent=0.26),
        "ItemKNN": ItemKNN(n_neighbors=500, shrinkage=4.0),
    }
    return parts, {name: model.fit(parts) for name, model in models.items()}


@pytest.fixture(scope="module")
def choices(shop):
    parts, models = shop
    base = evaluate(models["EASE"], parts, part="validation", **MEASURED)[NDCG].value
    weights = {
        "xquad": [0, 0.8, 0.875, 0.925, 0.975],
        "tail_quota": [0, 0.1, 0.2],
        "popularity_penalty": [0, 0.3, 0.45, 0.55, 0.6],
    }
    asked = [("EASE", method) for method in weights] + [("EASE scaled", "popularity_penalty")]
    return {
        (name, method): rerank_choice(
            models[name], parts, method, weights=weights[method], least=0.99 * base, name=name
        )
        for name, method in asked
    }


@pytest.mark.slow
def test_the_weights_are_those_that_the_lesson_types(choices):
    assert [choice.weight for choice in choices.values()] == [0.875, 0, 0.55, 0.45]


@pytest.mark.slow
def test_the_better_model_dominates_xquad_on_validation(choices):
    points = frontier({" ".join(key): choice.path for key, choice in choices.items()}).points
    assert all(point.dominated for point in points if point.path == "EASE xquad")
    assert not all(point.dominated for point in points if point.path == "EASE popularity_penalty")
    assert not points[-5].dominated
    assert points[-5].label == "EASE scaled popularity_penalty 0"


@pytest.mark.slow
def test_prices_on_test(shop, choices):
    parts, models = shop
    reports = [evaluate(model, parts, name=name, **MEASURED) for name, model in models.items()]
    reports += [choice.report for choice in choices.values() if choice.weight]
    table = trade_off_table(reports, baseline="EASE")
    rows = {row["model"]: row for row in table.iter_rows(named=True)}
    assert rows["EASE scaled"]["change_low"] > 2
    assert rows["ItemKNN"]["change_high"] < -3
    assert rows["EASE xquad 0.875"]["change_low"] > -2
    assert -2.5 < rows["EASE popularity_penalty 0.55"]["change"] < 0
    assert rows["EASE scaled popularity_penalty 0.45"]["change_low"] > -2
    shares = [rows[name]["aim"] for name in ("EASE", "EASE xquad 0.875")]
    assert shares[0] < 0.001 < 10 * shares[0] + 0.01 < shares[1]
    assert shares[1] < rows["EASE popularity_penalty 0.55"]["aim"] / 4


@pytest.mark.slow
def test_what_the_tail_items_shown_are_worth(shop):
    parts, models = shop
    ease = models["EASE"]
    judged = {"Random": Random(seed=0), **models}
    judged["xQuAD"] = Reranked(ease, "xquad", 0.875)
    judged["penalty"] = Reranked(ease, "popularity_penalty", 0.55)
    judged["half tail"] = Reranked(ease, "tail_quota", 0.5)
    judged["scaled, penalty"] = Reranked(models["EASE scaled"], "popularity_penalty", 0.45)
    table = worth_table({name: model.fit(parts) for name, model in judged.items()}, parts)
    rows = {row["model"]: row for row in table.iter_rows(named=True)}
    worth = {name: row["tail_worth"] for name, row in rows.items()}
    assert worth["Random"] < worth["penalty"] / 2
    assert worth["penalty"] < 0.5 * worth["xQuAD"]
    assert max(worth.values()) < 0.3
    assert max(rows, key=lambda name: rows[name]["worth"]) == "EASE scaled"
    assert rows["half tail"]["worth"] < 0.7 * rows["EASE"]["worth"]
    assert abs(rows["scaled, penalty"]["worth"] - rows["EASE"]["worth"]) < 0.01
    assert rows["scaled, penalty"]["tail_share"] > 0.03 > 0.001 > rows["EASE"]["tail_share"]
