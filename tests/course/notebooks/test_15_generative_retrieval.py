"""What lesson 15 tells of ids and of writing them holds; zeros and Popularity would fail it."""

import numpy as np
import pytest

from longtail_course.checks import semantic_ids
from longtail_course.experiments import stored_results
from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.models import (
    EASE,
    ContentKNN,
    GenerativeRetrieval,
    Popularity,
    SemanticIds,
    item_vectors,
    shuffled_vectors,
)
from longtail_lib.models.generative._decoding import IdTrie
from longtail_lib.preprocessing import hold_out_items
from longtail_lib.tail import cold_groups
from longtail_lib.text import Whitening


def test_what_is_written_by_hand_is_what_the_library_does():
    vectors = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    ids = SemanticIds(levels=3, codes=4, spread=False).fit(vectors)
    for row in (0, 7, 59):
        tokens = semantic_ids.quantised.expected(vectors[row], ids.codebooks_)
        assert tokens == ids.codes_[row, :3].tolist()
    assert semantic_ids.share_unique.expected(ids.codes_[:, :3]) == ids.unique_before_ < 1
    trie = IdTrie(ids.codes_)
    for node, prefix in enumerate(trie.prefixes(2)):
        mask = semantic_ids.allowed_tokens.expected(ids.codes_, tuple(prefix), 4)
        np.testing.assert_array_equal(mask, trie.allowed(2, 4)[node] >= 0)


def test_stored_results_say_what_the_lesson_says():
    stored = stored_results("shop")
    overall, tail = ("overall", "NDCG@10"), ("tail", "NDCG@100")
    for how in ("random", "leave-last-out"):
        own = stored.report(how, "GenerativeRetrieval")
        pair = stored.pair(how, "GenerativeRetrieval", "SASRec")
        assert pair[overall].verdict == "higher"
        assert pair[tail].verdict == "undecided"
        assert stored.comparison(how)["GenerativeRetrieval", *overall].verdict == "lower"
        assert own[overall].value > 1.3 * stored.report(how, "Popularity")[overall].value
        assert own[tail].value < 0.1 * stored.report(how, "TextTower")[tail].value


@pytest.fixture(scope="module")
def shop():
    clean = prepare(load_dataset("shop", truth=False), min_rating=4, min_user_interactions=5)
    parts = split(clean, how="leave-last-out")
    raw = item_vectors(parts)
    return parts, Whitening("centre").fit(raw).transform(raw)


@pytest.mark.slow
def test_what_a_prefix_means(shop):
    parts, vectors = shop
    ids = SemanticIds(levels=3, codes=64).fit(vectors)
    category, theme, mood = (
        ids.prefix_purity(parts.items[name]).rows() for name in ("category", "theme", "mood")
    )
    assert category[0][2] > 0.7 > 0.3 > category[0][3]
    assert theme[0][2] < 0.6 < 0.85 < theme[1][2]
    assert mood[1][2] - mood[1][3] < 0.05
    # An id for each item: what then looks pure is so with any labels.
    assert category[2][2:] == theme[2][2:] == (1.0, 1.0)
    mixed = SemanticIds(levels=3, codes=64).fit(shuffled_vectors(vectors))
    control = mixed.prefix_purity(parts.items["category"]).rows()
    assert abs(control[0][2] - control[0][3]) < 0.03
    alone = semantic_ids.share_unique.expected(ids.encode(vectors)[:, :-1])
    assert alone < 0.85
    assert ids.unique_before_ == 1
    assert 0.35 < ids.errors_[-1] < 0.45


def chosen_by(model, cold):
    """Share of the test interactions with new items among each user's ten best new ones."""
    wanted = cold.test[:, cold.cold].toarray() != 0
    scores = model.score(np.arange(cold.n_users))[:, cold.cold]
    ten = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    return np.take_along_axis(wanted, ten, axis=1).sum() / wanted.sum()


@pytest.mark.slow
def test_ids_need_meaning_and_new_items_are_hardly_ever_written(shop):
    parts, vectors = shop
    cold = hold_out_items(parts, share=0.1, seed=0)
    models = {
        "Popularity": Popularity(),
        "EASE": EASE(l2=200.0),
        "ContentKNN": ContentKNN(vectors, space="raw"),
        "young": GenerativeRetrieval(vectors, epochs=1),
        "text": GenerativeRetrieval(vectors, epochs=3),
        "shuffled": GenerativeRetrieval(shuffled_vectors(vectors), epochs=3),
    }
    rules = {"k": (10, 50), "metrics": ["NDCG", "Recall"], "groups": cold_groups(cold.popularity)}
    reports = {
        name: evaluate(model.fit(cold), cold, name=name, **rules) for name, model in models.items()
    }
    warm = {name: report["warm", "NDCG@10"].value for name, report in reports.items()}
    assert warm["text"] > 1.25 * warm["Popularity"] > 0
    assert warm["text"] < 0.9 * warm["EASE"]
    assert warm["shuffled"] < 1.05 * warm["Popularity"]
    pair = compare([reports["text"], reports["shuffled"]], baseline="shuffled", groups="warm")
    assert pair["text", "warm", "NDCG@10"].verdict == "higher"

    # The more it learns, the less it writes what nobody chose.
    rows = np.arange(500)
    mass = {
        name: np.exp(models[name].score(rows)[:, cold.cold]).sum(axis=1).mean()
        for name in ("young", "text")
    }
    assert 0 < mass["text"] < 0.7 * mass["young"] < 0.4 * cold.cold.mean()
    chance = 50 / (cold.n_items - np.diff(cold.train.indptr)).mean()
    found = {name: report["cold", "Recall@50"].value for name, report in reports.items()}
    assert found["text"] < 0.2 * chance
    assert found["EASE"] == found["Popularity"] == 0
    assert found["ContentKNN"] > 5 * chance
    models["text"].cold_share = 0.2
    kept = evaluate(models["text"], cold, **rules)
    assert kept["cold", "Recall@50"].value > chance
    assert kept["warm", "Recall@50"].value < reports["text"]["warm", "Recall@50"].value
    models["text"].cold_share = 0.0

    ten = {name: chosen_by(models[name], cold) for name in ("text", "shuffled", "ContentKNN")}
    by_chance = 10 / cold.cold.sum()
    assert ten["ContentKNN"] > 1.5 * ten["text"] > 3 * by_chance
    assert ten["shuffled"] < 1.5 * by_chance

    invalid = [models[name].invalid_share(rows[:200], k=200, beams=200) for name in mass]
    assert invalid[0] > 2 * invalid[1] > 0
    assert models["text"].invalid_share(rows[:200], k=10, beams=200) < 0.01
