"""Maximal marginal relevance against plain loops, with vectors and with stored similarities."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from longtail_lib.rerank import mmr
from tests.lib.rerank import oracles
from tests.lib.rerank.conftest import draw


def cosines(vectors):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit @ unit.T


@pytest.mark.parametrize("weight", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("seed", range(4))
def test_equals_plain_loops(seed, weight):
    d = draw(seed)
    similar = cosines(d.vectors)
    dense = mmr(d.columns, d.scores, similarity=d.vectors, weight=weight, k=12)
    kept = np.where(similar > 0.2, similar, 0)
    sparse = mmr(d.columns, d.scores, similarity=csr_matrix(kept), weight=weight, k=12)
    for row in d.rows:
        given = d.columns[row], d.scores[row]
        assert dense[row].tolist() == oracles.mmr(*given, similar, weight, 12)
        assert sparse[row].tolist() == oracles.mmr(*given, kept, weight, 12)


def test_a_copy_of_the_first_item_goes_last():
    vectors = np.array([[1.0, 0], [1.0, 0], [0, 1.0], [0.6, 0.8]])
    found = mmr([[0, 1, 2, 3]], [[1, 0.9, 0.1, 0]], similarity=vectors, weight=0.9, k=4)
    assert found[0].tolist()[:2] == [0, 2]
    assert found[0].tolist()[-1] == 1


def test_an_item_without_a_vector_resembles_nothing():
    vectors = np.array([[1.0, 0], [0.0, 0], [1.0, 0]])
    found = mmr([[0, 2, 1]], [[1, 0.9, 0.5]], similarity=vectors, weight=0.5, k=2)
    assert found.tolist() == [[0, 2]]


@pytest.mark.parametrize("block", [1, 100, 200])
def test_blocks_of_users_do_not_show(monkeypatch, block):
    d = draw(2, n=20)
    whole = mmr(d.columns, d.scores, similarity=d.vectors, weight=0.6, k=6)
    monkeypatch.setattr("longtail_lib.rerank._mmr._BLOCK", block)
    np.testing.assert_array_equal(
        mmr(d.columns, d.scores, similarity=d.vectors, weight=0.6, k=6), whole
    )


@pytest.mark.parametrize(
    ("similarity", "message"),
    [
        (np.full((40, 2), np.nan), "similarity is NaN in row 0"),
        (csr_matrix(np.full((40, 40), np.nan)), "similarity holds a NaN"),
        (csr_matrix((40, 30)), "must be items x items"),
        (np.ones(40), r"shape \(n_items, d\)"),
    ],
)
def test_bad_similarities_are_refused(drawn, similarity, message):
    with pytest.raises(ValueError, match=message):
        mmr(drawn.columns, drawn.scores, similarity=similarity, weight=0.5, k=3)
