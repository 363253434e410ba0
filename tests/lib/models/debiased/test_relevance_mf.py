import dataclasses

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from longtail_course.worlds import fresh_feedback
from longtail_lib.models import Popularity, RelevanceMF
from longtail_lib.models.debiased._relevance_loss import RelevanceCells
from tests.lib.models.conftest import clusters, recall_at

SMALL = {"dim": 16, "epochs": 12, "batch_size": 30, "learning_rate": 0.03, "l2": 1.0}


@pytest.fixture(scope="module")
def parts():
    return clusters()


@pytest.fixture(scope="module")
def shown(parts):
    """Give what was chosen and as much again."""
    rng = np.random.default_rng(0)
    return csr_matrix((parts.train.toarray() + (rng.random(parts.train.shape) < 0.1)) > 0)


@pytest.mark.parametrize("estimator", ["naive", "ips", "snips", "doubly-robust"])
def test_it_beats_popularity(parts, estimator):
    model = RelevanceMF(estimator=estimator, clip=0.3, **SMALL).fit(parts)
    assert recall_at(model, parts) > 1.3 * recall_at(Popularity().fit(parts), parts)


def test_the_same_seed_gives_the_same_scores_and_another_one_others(parts):
    first, second, other = (
        RelevanceMF(**{**SMALL, "epochs": 3}, estimator="doubly-robust", seed=seed)
        .fit(parts)
        .score([0, 5])
        for seed in (4, 4, 5)
    )
    assert np.array_equal(first, second)
    assert not np.allclose(first, other)


def test_save_and_load(parts, shown, tmp_path):
    model = RelevanceMF(shown=shown, propensity=np.full(parts.n_items, 0.5), epochs=2, dim=4)
    model.fit(parts)
    loaded = RelevanceMF.load(model.save(tmp_path / "model.npz"))
    assert np.array_equal(loaded.score([1, 2]), model.score([1, 2]))
    assert loaded.shown is None
    assert loaded.dim == 4


def test_preference_is_the_sigmoid_of_the_score(parts):
    model = RelevanceMF(epochs=1, dim=4).fit(parts)
    found = model.preference([0])
    np.testing.assert_allclose(np.log(found / (1 - found)), model.score([0]), rtol=1e-3, atol=1e-4)


def test_predicted_preferences_have_the_level_of_the_true_ones_only_with_ips(small_store):
    parts, preference, _ = small_store
    settings = {**SMALL, "epochs": 40, "dim": 4, "l2": 0.1, "clip": 0.05, "loss": "squared"}
    rows = np.arange(parts.n_users)
    naive = RelevanceMF(estimator="naive", **settings).fit(parts).preference(rows)
    ips = RelevanceMF(estimator="ips", propensity="true", **settings).fit(parts).preference(rows)
    assert naive.mean() < 0.5 * preference.mean()
    assert 0.75 * preference.mean() < ips.mean() < 1.25 * preference.mean()


def test_cells_of_snips_have_weights_that_average_one(parts, shown):
    rows = np.arange(parts.n_users)
    block = RelevanceCells(parts, "snips", "popularity", clip=0.1).block(rows)
    assert (block[:, 1] * block[:, 0]).sum() / parts.train.nnz == pytest.approx(1, rel=1e-5)
    block = RelevanceCells(parts, "snips", "popularity", clip=0.1, shown=shown).block(rows)
    assert (block[:, 1] * block[:, 2]).sum() / block[:, 0].size == pytest.approx(1, rel=1e-5)


def test_cells_hold_choices_and_the_true_propensities_in_the_order_of_the_split(small_store):
    parts, _, propensity = small_store
    block = RelevanceCells(parts, "ips", "true").block(np.array([7, 3]))
    assert np.array_equal(block[:, 0], parts.train[[7, 3]].toarray())
    np.testing.assert_allclose(block[:, 2], propensity[[7, 3]], rtol=1e-6)
    np.testing.assert_allclose(block[:, 1], 1 / propensity[[7, 3]], rtol=1e-6)


def test_fresh_impressions_can_be_passed(small_store):
    parts, *_ = small_store
    log = fresh_feedback(parts, seed=3)
    fresh = dataclasses.replace(parts, train=log.chosen)
    model = RelevanceMF(
        estimator="doubly-robust", propensity="true", shown=log.shown, **{**SMALL, "epochs": 3}
    ).fit(fresh)
    assert np.isfinite(model.score([0])).all()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"propensity": np.ones(3)}, r"propensity has shape \(3,\)"),
        ({"propensity": np.full(90, 2.0)}, "probabilities in"),
        ({"propensity": "true"}, "needs the truth of a simulated dataset"),
        ({"clip": 0.0, "propensity": np.zeros(90)}, "a propensity is 0"),
        ({"shown": np.ones((2, 2))}, r"shown has shape \(2, 2\)"),
        ({"shown": csr_matrix((120, 90))}, "some interactions of train are not in shown"),
    ],
)
def test_wrong_parameters(parts, parameters, message):
    with pytest.raises(ValueError, match=message):
        RelevanceMF(**parameters).fit(parts)
