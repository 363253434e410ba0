"""What lesson 12 tells of texts and cold items holds on the shop; zeros and Popularity fail it."""

import numpy as np
import pytest

from longtail_course.checks import text_vectors
from longtail_course.toys import neighbour_agreement
from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, ContentKNN, Popularity, item_vectors, shuffled_vectors
from longtail_lib.preprocessing import hold_out_items
from longtail_lib.tail import cold_groups, popularity_groups
from longtail_lib.text import TfIdf, Whitening, anisotropy

RECALL, WARM = ("cold", "Recall@50"), ("warm", "Recall@50")


def test_scores_to_write_are_those_of_the_library():
    parts = split(prepare(load_dataset("shop", truth=False), min_rating=4), how="random")
    vectors = np.random.default_rng(0).normal(size=(parts.n_items, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    model = ContentKNN(vectors, space="raw").fit(parts)
    history = parts.train[3].indices
    wanted = text_vectors.content_scores.expected(history, vectors)
    found = model.score(np.array([3]))[0]
    there = np.isfinite(wanted)
    assert there.sum() == parts.n_items - len(history)
    np.testing.assert_allclose(found[there], wanted[there], atol=1e-5)


@pytest.fixture(scope="module")
def shop():
    parts = split(prepare(load_dataset("shop", truth=False), min_rating=4), how="random")
    cold = hold_out_items(parts, share=0.1, seed=0)
    words = item_vectors(parts, TfIdf().fit(parts.items["text"].to_list()))
    return parts, cold, words, item_vectors(parts)


@pytest.mark.slow
def test_what_the_neighbours_share(shop):
    parts, _, words, minilm = shop
    tail = popularity_groups(parts.popularity).mask("tail")

    def share(vectors, attribute):
        return neighbour_agreement(vectors, parts.items[attribute].to_list(), tail)

    for attribute in ("category", "theme"):
        assert share(minilm, attribute).low > share(words, attribute).high
    for attribute in ("style", "mood", "maker"):
        assert share(words, attribute).low > share(minilm, attribute).high
    centred, whitened = (Whitening(k).fit(minilm).transform(minilm) for k in ("centre", "whiten"))
    assert anisotropy(minilm) > 0.2
    assert abs(anisotropy(centred)) < 0.01
    assert abs(share(centred, "category").value - share(minilm, "category").value) < 0.01
    assert share(whitened, "category").high < share(minilm, "category").low


@pytest.mark.slow
def test_cold_items_need_texts(shop):
    _, cold, words, minilm = shop
    groups = cold_groups(cold.popularity)
    chance = 50 / (cold.n_items - np.diff(cold.train.indptr)).mean()
    models = {
        "Popularity": Popularity(),
        "EASE": EASE(l2=200.0),
        "words": ContentKNN(words, space="centre"),
        "raw": ContentKNN(minilm, space="raw"),
        "MiniLM": ContentKNN(minilm, space="centre"),
        "shuffled": ContentKNN(shuffled_vectors(minilm), space="centre"),
    }
    rules = {"k": 50, "metrics": ["Recall"], "groups": groups}
    reports = {
        name: evaluate(model.fit(cold), cold, name=name, **rules) for name, model in models.items()
    }
    assert reports["Popularity"][RECALL].value == reports["EASE"][RECALL].value == 0
    for name in ("words", "MiniLM"):
        assert reports[name][RECALL].low > 5 * chance
        assert reports[name][WARM].value < reports["EASE"][WARM].value
    assert reports["shuffled"][RECALL].value < chance
    compared = compare(
        list(reports.values()), baseline="MiniLM", metrics="Recall@50", groups="cold"
    )
    assert compared["raw", "cold", "Recall@50"].verdict == "lower"
    assert compared["words", "cold", "Recall@50"].verdict == "undecided"
