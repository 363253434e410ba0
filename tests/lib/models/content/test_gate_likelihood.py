import numpy as np
import pytest
from scipy.sparse import csr_matrix

from longtail_lib.models.content import text_gate as gate_likelihood
from longtail_lib.models.content.text_gate import popularity_bins, weights_by_likelihood
from longtail_lib.preprocessing import Split

USERS, ITEMS = 1500, 40


def drawn_by(weights, bins, first, second, seed=0):
    """One validation interaction a user, drawn from the softmax with these weights."""
    rng = np.random.default_rng(seed)
    train = csr_matrix((rng.random((USERS, ITEMS)) < 0.1).astype(np.float32))
    logits = first * weights[0][bins] + second * weights[1][bins]
    logits[train.toarray() > 0] = -np.inf
    chosen = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
    validation = csr_matrix(
        (np.ones(USERS, np.float32), (np.arange(USERS), chosen)), shape=train.shape
    )
    return Split.from_matrices(train, validation=validation)


def test_weights_that_made_the_data_are_found():
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(2, USERS, ITEMS)).astype(np.float32)
    bins = np.arange(ITEMS) % 2
    truth = np.array([[2.0, 0.3], [0.2, 1.5]])
    parts = drawn_by(truth, bins, first, second)
    found = weights_by_likelihood(lambda rows: (first[rows], second[rows]), bins, parts)
    assert found.shape == (2, 2)
    assert np.abs(found - truth).max() < 0.2


def test_a_model_of_noise_gets_no_weight():
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=(2, USERS, ITEMS)).astype(np.float32)
    bins = np.zeros(ITEMS, dtype=int)
    parts = drawn_by(np.array([[1.5], [0.0]]), bins, first, second)
    found = weights_by_likelihood(lambda rows: (first[rows], second[rows]), bins, parts)
    assert found[0, 0] == pytest.approx(1.5, abs=0.15)
    assert found[1, 0] < 0.1


def test_the_optimum_is_one(monkeypatch):
    """The slope at what was found is that of brute force: about 0 where a weight is above 0."""
    rng = np.random.default_rng(3)
    first, second = rng.normal(size=(2, USERS, ITEMS)).astype(np.float32)
    bins = np.arange(ITEMS) % 3
    parts = drawn_by(np.array([[1.0, 1.2, 0.8], [0.5, 1.0, 0.2]]), bins, first, second)
    scores = lambda rows: (first[rows], second[rows])  # noqa: E731
    found = weights_by_likelihood(scores, bins, parts)

    def loss(weights):
        logits = first * weights[0][bins] + second * weights[1][bins]
        logits = np.where(parts.train.toarray() > 0, -np.inf, logits).astype(np.float64)
        chosen = parts.validation.indices
        top = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(USERS), chosen]
        return top.mean() + 1e-4 * np.square(weights).sum()

    best = loss(found)
    for place in np.ndindex(found.shape):
        for shift in (-0.05, 0.05):
            moved = found.copy()
            moved[place] += shift
            assert loss(moved) > best
    monkeypatch.setattr(gate_likelihood, "_ROOM", ITEMS * USERS)
    assert np.allclose(weights_by_likelihood(scores, bins, parts), found)


def test_classes_double_and_have_no_gap():
    popularity = np.array([0, 1, 2, 3, 4, 5, 8, 9, 16, 17, 1000])
    assert popularity_bins(popularity).tolist() == [0, 1, 2, 3, 3, 4, 4, 5, 5, 6, 7]
    assert popularity_bins(np.array([7, 7])).tolist() == [0, 0]
