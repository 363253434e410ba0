import numpy as np
import pytest

from longtail_lib.evaluation import evaluate
from longtail_lib.models import EASE, ItemKNN, LogitAdjusted, Popularity
from longtail_lib.models.debiased.logit_adjusted import log_prior
from tests.lib.models.conftest import clusters


@pytest.fixture(scope="module")
def parts():
    return clusters()


def test_score_by_hand(parts):
    inner = EASE(l2=5.0).fit(parts)
    model = LogitAdjusted(inner, strength=0.2, smoothing=2.0).fit(parts)
    smoothed = parts.popularity + 2.0
    wanted = inner.score([3, 7]) - 0.2 * np.log(smoothed / smoothed.sum())
    np.testing.assert_allclose(model.score([3, 7]), wanted, rtol=1e-5)
    assert model.score([3]).dtype == np.float32


def test_strength_zero_changes_nothing(parts):
    inner = EASE(l2=5.0).fit(parts)
    model = LogitAdjusted(inner, strength=0.0).fit(parts)
    assert np.array_equal(model.score([0, 1]), inner.score([0, 1]))


def test_with_strength_one_a_softmax_over_popularity_becomes_even(parts):
    # Scores that know nothing but the prior: what remains is the same for all items.
    scores = log_prior(parts.popularity)
    adjusted = scores - log_prior(parts.popularity)
    assert np.ptp(adjusted) == 0


def test_the_tail_is_shown_more_with_growing_strength(parts):
    shares = [
        evaluate(LogitAdjusted(EASE(l2=5.0), strength).fit(parts), parts, resamples=10)[
            "overall", "ARP@10"
        ].value
        for strength in (0.0, 0.05, 0.2)
    ]
    assert shares[0] > 1.02 * shares[1] > 1.04 * shares[2]


def test_it_beats_popularity(parts):
    def ndcg(model):
        return evaluate(model.fit(parts), parts, resamples=10)["overall", "NDCG@10"].value

    assert ndcg(LogitAdjusted(EASE(l2=5.0), 0.02)) > 1.3 * ndcg(Popularity())


def test_a_fitted_model_is_not_fitted_again_and_an_unfitted_one_is_left_alone(parts):
    fitted = ItemKNN(n_neighbors=9).fit(parts)
    assert LogitAdjusted(fitted).fit(parts).model_ is fitted
    unfitted = ItemKNN(n_neighbors=9)
    model = LogitAdjusted(unfitted).fit(parts)
    assert not hasattr(unfitted, "item_ids_")
    assert model.model_ is not unfitted


def test_save_and_load(parts, tmp_path):
    model = LogitAdjusted(LogitAdjusted(EASE(l2=5.0), 0.1), 0.05).fit(parts)
    loaded = LogitAdjusted.load(model.save(tmp_path / "model.npz"))
    assert np.array_equal(loaded.score([0, 5]), model.score([0, 5]))
    assert loaded.strength == 0.05
    assert loaded.model.strength == 0.1
    assert isinstance(loaded.model.model, EASE)
