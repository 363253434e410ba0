"""The penalty on popularity against a plain sort."""

import numpy as np
import pytest

from longtail_lib.rerank import popularity_penalty
from tests.lib.rerank import oracles
from tests.lib.rerank.conftest import draw


@pytest.mark.parametrize("weight", [0.1, 0.5, 1.0, 4.0])
@pytest.mark.parametrize("seed", range(4))
def test_equals_a_plain_sort(seed, weight):
    d = draw(seed)
    found = popularity_penalty(d.columns, d.scores, popularity=d.popularity, weight=weight, k=5)
    for row in d.rows:
        relevance = oracles.scaled(d.scores[row])
        logs = np.log(1 + d.popularity) / np.log(1 + d.popularity.max())
        worth = [
            relevance[place] - weight * logs[d.columns[row, place]]
            for place in range(len(relevance))
            if np.isfinite(d.scores[row, place])
        ]
        chosen = [worth[place] for place in found[row]]
        np.testing.assert_allclose(chosen, sorted(worth, reverse=True)[:5], atol=1e-6)


def test_a_large_weight_sorts_by_popularity():
    popularity = np.array([9, 0, 5, 2])
    found = popularity_penalty(
        [[0, 1, 2, 3]], [[1, 0.5, 0.2, 0.1]], popularity=popularity, weight=100, k=4
    )
    assert found[0].tolist() == [1, 3, 2, 0]


def test_a_catalogue_without_interactions_keeps_the_order():
    found = popularity_penalty([[2, 0, 1]], [[1, 0.5, 0.2]], popularity=np.zeros(3), weight=1, k=3)
    assert found[0].tolist() == [0, 1, 2]


@pytest.mark.parametrize("popularity", [np.full(40, -1.0), np.full(40, np.nan), np.ones((40, 2))])
def test_bad_popularity_is_refused(drawn, popularity):
    with pytest.raises(ValueError, match="popularity"):
        popularity_penalty(drawn.columns, drawn.scores, popularity=popularity, weight=0.5, k=3)
