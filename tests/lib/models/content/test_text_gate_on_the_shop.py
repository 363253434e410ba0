"""What the lessons claim of the gate, on the simulated shop and its texts as MiniLM reads them."""

import pytest

from longtail_lib import evaluate, load_dataset, prepare, split
from longtail_lib.models import FusedTower, TextGate, TwoTower, item_vectors, shuffled_vectors

pytestmark = pytest.mark.slow

TEXT = {"logit_adjustment": 0.6, "epochs": 15, "patience": None}


@pytest.fixture(scope="module")
def shop():
    return split(prepare(load_dataset("shop", truth=False), min_rating=4), how="random")


@pytest.fixture(scope="module")
def reports(shop):
    """The same two towers alone, with their texts, and with texts of other items."""
    vectors = item_vectors(shop)
    ids = TwoTower().fit(shop)
    models = {"ids": ids}
    for name, given in (("text", vectors), ("shuffled", shuffled_vectors(vectors))):
        models[name] = TextGate(ids, FusedTower("text", given, **TEXT), half_popularity=2.0)
    found = {}
    for name, model in models.items():
        found[name] = evaluate(model.fit(shop), shop, k=(10, 100), seed=0)
    return found


def value(report, group, metric):
    return report[group, metric].value


def test_text_doubles_the_tail_and_keeps_the_whole(reports):
    ids, text = reports["ids"], reports["text"]
    assert value(text, "overall", "NDCG@10") >= 0.99 * value(ids, "overall", "NDCG@10")
    assert value(text, "tail", "NDCG@10") > max(2 * value(ids, "tail", "NDCG@10"), 0.002)
    assert value(text, "tail", "NDCG@100") > 5 * value(ids, "tail", "NDCG@100")


def test_texts_of_other_items_gain_nothing(reports):
    gain = {
        name: value(reports[name], "tail", "NDCG@100") - value(reports["ids"], "tail", "NDCG@100")
        for name in ("text", "shuffled")
    }
    assert gain["shuffled"] < 0.25 * gain["text"]
