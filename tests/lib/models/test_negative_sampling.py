import numpy as np
import pytest
from scipy.stats import chisquare

from longtail_lib.models._negative_sampling import NEGATIVES, draw, mixed_proposal, proposal

POPULARITY = np.array([50, 0, 20, 5, 25])


@pytest.mark.parametrize("kind", ["uniform", "popularity", "mixed"])
def test_draws_follow_the_proposal(kind):
    distribution = proposal(kind, POPULARITY)
    assert distribution.sum() == pytest.approx(1)
    drawn = draw(distribution, (100, 200), np.random.default_rng(1))
    counts = np.bincount(drawn.ravel(), minlength=5)
    possible = distribution > 0
    assert (counts[~possible] == 0).all()
    assert chisquare(counts[possible], 20_000 * distribution[possible]).pvalue > 0.001
    assert drawn.shape == (100, 200)
    assert drawn.dtype == np.int32


def test_kinds_differ_where_they_should():
    assert proposal("in-batch", POPULARITY) is None
    assert proposal("popularity", POPULARITY).tolist() == [0.5, 0, 0.2, 0.05, 0.25]
    assert proposal("uniform", POPULARITY).tolist() == [0.2] * 5
    assert NEGATIVES == ("uniform", "in-batch", "popularity", "mixed")


def test_the_mixed_proposal_is_how_often_an_item_is_a_negative():
    rng = np.random.default_rng(2)
    in_batch = proposal("popularity", POPULARITY)
    pools = np.hstack([draw(in_batch, (4000, 6), rng), rng.integers(5, size=(4000, 2))])
    frequency = np.bincount(pools.ravel()) / pools.size
    np.testing.assert_allclose(mixed_proposal(in_batch, 0.2, 6, 2), frequency, atol=0.01)
