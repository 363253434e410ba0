"""What the lessons claim of texts, on the simulated shop: cold items, the tail, and the control."""

import pytest

from longtail_lib import evaluate
from longtail_lib.models import (
    EASE,
    ContentKNN,
    ContentTower,
    EaseText,
    Random,
    TwoTower,
    shuffled_vectors,
)
from longtail_lib.tail import cold_groups

pytestmark = pytest.mark.slow

TRAINING = {"epochs": 12, "patience": None}


def cold_recall(model, parts):
    report = evaluate(
        model.fit(parts), parts, k=50, metrics=["Recall"], groups=cold_groups(parts.popularity)
    )
    return report["cold", "Recall@50"]


def test_ids_score_nothing_on_cold_items_and_content_scores_five_times_chance(
    cold_shop, shop_texts
):
    chance = 50 / cold_shop.n_items
    assert cold_recall(Random(), cold_shop).high < 1.5 * chance
    # Cold items have no weight in EASE, and a two-tower model has only ever pushed them away.
    assert cold_recall(EASE(265.0), cold_shop).value == 0
    assert cold_recall(TwoTower(**TRAINING), cold_shop).value == 0
    assert cold_recall(ContentKNN(shop_texts), cold_shop).low > 5 * chance
    for objective in ("dropoutnet", "contrastive"):
        tower = ContentTower(shop_texts, objective=objective, **TRAINING)
        assert cold_recall(tower, cold_shop).low > 5 * chance
    shuffled = ContentTower(shuffled_vectors(shop_texts), **TRAINING)
    assert cold_recall(shuffled, cold_shop).high < 2 * chance


def test_texts_lift_the_tail_and_keep_the_rest_and_shuffled_texts_do_not(shop, shop_texts):
    plain = EASE(250.0, 0.23).fit(shop)
    models = {"EASE": plain, "text": EaseText(vectors=shop_texts).fit(shop)}
    for seed in range(2):
        models[f"shuffled {seed}"] = EaseText(vectors=shuffled_vectors(shop_texts, seed)).fit(shop)
    reports = {
        name: evaluate(model, shop, metrics=["NDCG"], name=name) for name, model in models.items()
    }
    overall, tail = (
        {name: report[group, "NDCG@10"] for name, report in reports.items()}
        for group in ("overall", "tail")
    )
    assert overall["text"].value > 0.99 * overall["EASE"].value > 0.3
    assert tail["text"].value > 2 * max(tail["EASE"].value, 5e-4)
    for seed in range(2):
        # Within the interval of the model without text.
        assert tail[f"shuffled {seed}"].value <= max(tail["EASE"].high, 1e-3)
        assert tail["text"].value > 2 * tail[f"shuffled {seed}"].value
