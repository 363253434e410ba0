"""What lesson 14 tells of joining text and behaviour holds on another split of the shop."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from longtail_course.checks import fusion
from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.models import (
    EASE,
    EaseText,
    FusedTower,
    Random,
    TextGate,
    TwoTower,
    item_vectors,
    shuffled_vectors,
)
from longtail_lib.models.content._item_layers import semantic_basis
from longtail_lib.preprocessing import Split
from longtail_lib.tail import popularity_groups

OVERALL, TAIL = ("overall", "NDCG@10"), ("tail", "NDCG@100")


def small(train):
    train = csr_matrix(np.asarray(train, dtype=np.float32))
    none, users, items = csr_matrix(train.shape, dtype=np.float32), *map(np.arange, train.shape)
    return Split(train, none, none, users, items, None, None, "none")


def test_the_gate_to_write_is_that_of_the_library():
    gate = TextGate(Random(), Random(seed=1), text_weight=0.8, half_popularity=2.0)
    weights = gate.fit(small(fusion.TRAIN)).text_weight_
    assert weights == pytest.approx(fusion.gate_weights.solution)


def test_the_main_part_lies_in_the_directions_that_alphafuse_freezes():
    vectors = np.random.default_rng(3).normal(size=(40, 6)) * [5, 3, 2, 1, 0.5, 0.1] + 2
    part = fusion.main_directions.solution(vectors, 2)
    basis = semantic_basis(vectors, 2).astype(np.float64)
    # The same two directions: each column of the part is a mixture of the two coordinates.
    mixed = basis @ np.linalg.lstsq(basis, part, rcond=None)[0]
    assert mixed == pytest.approx(part, abs=1e-4)
    assert np.linalg.matrix_rank(part) == 2


def test_the_weights_to_write_are_those_of_collective_ease():
    rng = np.random.default_rng(4)
    train = (rng.random((30, 5)) < 0.4).astype(np.float32)
    texts = rng.normal(size=(5, 3))
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    model = EaseText(3.0, 0.0, text_weight=0.5, form="collective", space="raw", vectors=texts).fit(
        small(train)
    )
    weight = 0.5 * train.sum(axis=0).mean()
    by_hand = fusion.text_ease.solution(train.astype(np.float64), texts, weight, 3.0)
    assert model.weights_ == pytest.approx(by_hand, abs=1e-4)


@pytest.fixture(scope="module")
def parts():
    shop = load_dataset("shop", truth=False)
    return split(prepare(shop, min_rating=4, min_user_interactions=5), how="random", seed=1)


@pytest.fixture(scope="module")
def vectors(parts):
    return item_vectors(parts)


@pytest.fixture(scope="module")
def ids(parts):
    return TwoTower().fit(parts)


@pytest.fixture(scope="module")
def text(parts, vectors):
    return FusedTower("text", vectors, logit_adjustment=0.6).fit(parts)


@pytest.fixture(scope="module")
def trained_as_one(parts, vectors):
    short = {"dim": 32, "epochs": 6, "patience": None}
    kinds = ("none", "text", "concatenation", "gate")
    return {kind: FusedTower(kind, vectors, **short).fit(parts) for kind in kinds}


def measure(parts, model, name):
    # A fixture's model is fitted; training it again gives the same one.
    fitted = model if hasattr(model, "item_ids_") else model.fit(parts)
    return evaluate(fitted, parts, k=(10, 100), metrics=["NDCG"], name=name)


@pytest.mark.slow
def test_trained_as_one_text_is_not_heard(parts, trained_as_one):
    found = {name: measure(parts, model, name) for name, model in trained_as_one.items()}
    assert found["text"][TAIL].low > 0.01
    for kind in ("concatenation", "gate"):
        assert found[kind][TAIL].high < found["text"][TAIL].low
        assert found[kind][OVERALL].value > found["text"][OVERALL].value


@pytest.mark.slow
def test_training_flattens_the_gate(parts, trained_as_one):
    gate, n = trained_as_one["gate"].gate_, parts.popularity
    start = (n + 1) / (n + 7)
    cold, most = n == 0, n > 200
    assert gate[cold].mean() > start[cold].mean() + 0.2
    assert gate[most].mean() < start[most].mean() - 0.1


@pytest.mark.slow
def test_ids_memorise_the_tail_and_text_understands_some(parts, trained_as_one):
    tail = popularity_groups(parts.popularity).mask("tail")

    def median_rank(model, matrix):
        users, items = matrix[:, tail].nonzero()
        scores = model.score(users)
        own = scores[np.arange(len(users)), np.flatnonzero(tail)[items]]
        return np.median((scores > own[:, None]).sum(axis=1))

    ids, text = trained_as_one["none"], trained_as_one["text"]
    in_train, in_test = (
        [median_rank(m, x) for m in (ids, text)] for x in (parts.train, parts.test)
    )
    assert in_train[0] < in_train[1]
    assert in_test[1] < 0.6 * in_test[0]
    assert in_test[0] > 4 * in_train[0]


@pytest.mark.slow
def test_the_gate_beats_scaled_ease_in_both_columns_and_needs_the_text(parts, vectors, ids, text):
    shuffled = shuffled_vectors(vectors, seed=0)
    nonsense = FusedTower("text", shuffled, logit_adjustment=0.6)
    models = {
        "ids": ids,
        "gate": TextGate(ids, text, "popularity", 0.8, 2.0),
        "shuffled": TextGate(ids, nonsense, "popularity", 0.8, 2.0),
        "EASE scaled": EASE(265.0, 0.26),
        "EASE + text": EaseText(vectors=vectors),
        "EASE + shuffled": EaseText(vectors=shuffled),
    }
    found = {name: measure(parts, model, name) for name, model in models.items()}
    against = compare(list(found.values()), baseline="EASE scaled")
    assert against["gate", *OVERALL].verdict == against["gate", *TAIL].verdict == "higher"
    assert against["EASE + text", *TAIL].verdict == "higher"
    assert found["gate"][OVERALL].value > 0.98 * found["ids"][OVERALL].value
    assert found["gate"][TAIL].low > 2 * found["ids"][TAIL].value
    assert found["shuffled"][TAIL].high < found["gate"][TAIL].value
    assert found["EASE + shuffled"][TAIL].value < found["EASE + text"][TAIL].low


@pytest.mark.slow
def test_the_gate_learned_on_validation_gives_text_to_the_tail(parts, ids, text):
    gate = TextGate(ids, text, gate="learned").fit(parts)
    n = parts.popularity
    rare, fair, popular = n <= 2, (n > 16) & (n <= 64), n > 200
    shares = [gate.text_weight_[mask].mean() for mask in (rare, fair, popular)]
    assert shares[0] > 2 * shares[1] > 0
    assert shares[2] < 0.3 * shares[0]
    assert gate.model_weight_[popular].mean() > 1.1 * gate.model_weight_[rare].mean()
