import dataclasses

import numpy as np
import pytest
from scipy.special import expit

from longtail_lib.evaluation import evaluate
from longtail_lib.models import MACR, Popularity
from tests.lib.models.conftest import clusters, recall_at

SMALL = {
    "dim": 16,
    "epochs": 30,
    "batch_size": 512,
    "learning_rate": 0.03,
    "c": 0.0,
    "item_weight": 1.0,
}


@pytest.fixture(scope="module")
def parts():
    """Give the clusters, with a part of test as validation."""
    split = clusters()
    test = split.test.tocoo()
    rng = np.random.default_rng(0)
    kept = rng.random(test.nnz) < 0.5
    halves = []
    for chosen in (kept, ~kept):
        half = split.test.copy()
        half.data = half.data * chosen
        half.eliminate_zeros()
        halves.append(half)
    return dataclasses.replace(split, validation=halves[0], test=halves[1])


@pytest.fixture(scope="module")
def fitted(parts):
    return MACR(**SMALL).fit(parts)


def test_it_beats_popularity_and_the_counterfactual_beats_the_fused_score():
    whole = clusters()
    model = MACR(**SMALL).fit(whole)
    fused = recall_at(model, whole)
    assert fused > 1.2 * recall_at(Popularity().fit(whole), whole)
    model.c_ = 5.0
    assert recall_at(model, whole) > 1.05 * fused


def test_scores_against_numpy(fitted, parts):
    network = fitted.network_
    users, items = (network.get_layer(side).get_weights()[0] for side in ("user", "item"))
    item = expit(items @ network.get_layer("item_branch").get_weights()[0])[:, 0]
    user = expit(users @ network.get_layer("user_branch").get_weights()[0])[:, 0]
    for c in (0.0, 3.0):
        fitted.c_ = c
        wanted = (users @ items.T - c) * item * user[:, None]
        np.testing.assert_allclose(fitted.score([2, 8]), wanted[[2, 8]], rtol=1e-4, atol=1e-5)
    fitted.c_ = 0.0


def test_the_item_branch_learns_popularity(fitted, parts):
    warm = parts.popularity > 0
    order = np.argsort(np.argsort(parts.popularity[warm]))
    effect = np.argsort(np.argsort(fitted.item_effect_[warm]))
    assert np.corrcoef(order, effect)[0, 1] > 0.8


def test_a_larger_c_shows_less_popular_items(fitted, parts):
    def popularity_of_lists(c):
        fitted.c_ = c
        return evaluate(fitted, parts, resamples=10)["overall", "ARP@10"].value

    match = float((fitted.user_vectors_ @ fitted.item_vectors_.T).max())
    found = [popularity_of_lists(c) for c in (0.0, 0.5 * match, match)]
    fitted.c_ = 0.0
    assert found[0] > found[1] > found[2]


def test_c_is_chosen_on_validation(parts):
    model = MACR(**{**SMALL, "c": None, "epochs": 15}).fit(parts)
    tried = model.c_trials_
    assert tried["c"][0] == 0
    assert model.c_ == tried["c"][np.argmax(tried["validation NDCG@10"])]
    measured = evaluate(model, parts, part="validation", resamples=10)["overall", "NDCG@10"].value
    assert measured == pytest.approx(tried["validation NDCG@10"].max(), abs=0.01)


def test_save_and_load(parts, tmp_path):
    model = MACR(**{**SMALL, "c": None, "epochs": 2}).fit(parts)
    loaded = MACR.load(model.save(tmp_path / "model.npz"))
    assert np.array_equal(loaded.score([3, 1]), model.score([3, 1]))
    assert loaded.c_ == model.c_
    assert loaded.c is None
    assert np.array_equal(loaded.c_trials_["c"], model.c_trials_["c"])


def test_the_same_seed_gives_the_same_scores(parts):
    first, second, other = (
        MACR(**{**SMALL, "epochs": 2}, seed=seed).fit(parts).score([0, 5]) for seed in (4, 4, 5)
    )
    assert np.array_equal(first, second)
    assert not np.allclose(first, other)


def test_no_validation_to_choose_c_on():
    with pytest.raises(ValueError, match=r"c=None chooses c on validation, and .* is empty"):
        MACR(**{**SMALL, "c": None}).fit(clusters())
