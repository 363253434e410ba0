"""refit: train and validation together, with what validation alone has decided."""

from dataclasses import replace

import numpy as np
import pytest

from longtail_lib.models import (
    EASE,
    MACR,
    Blend,
    ItemKNN,
    Popularity,
    Reranked,
    SASRec,
    TextGate,
    TwoTower,
)
from longtail_lib.preprocessing import Split, prepare
from longtail_lib.preprocessing import split as split_log
from longtail_lib.simulation import PRESETS, simulate


@pytest.fixture(scope="module")
def parts():
    data = simulate(replace(PRESETS["shop"], n_users=80, n_items=500), seed=2)
    return split_log(prepare(data), how="leave-last-out")


def test_a_closed_form_is_fitted_on_both_parts(parts):
    model = EASE(l2=30.0).fit(parts)
    before = model.weights_.copy()
    again = model.refit(parts)
    assert np.array_equal(again.weights_, EASE(l2=30.0).fit(parts.final()).weights_)
    assert (again.seen_ != parts.train + parts.validation).nnz == 0
    # The model itself still knows train alone.
    assert np.array_equal(model.weights_, before)
    assert (model.seen_ != parts.train).nnz == 0


def test_what_needs_no_validation_need_not_be_fitted_before(parts):
    popularity = Popularity().refit(parts)
    both = np.bincount((parts.train + parts.validation).indices, minlength=parts.n_items)
    assert popularity.popularity_.tolist() == both.tolist()


def test_validation_chooses_the_epoch_and_is_learned_from_then(parts):
    model = TwoTower(dim=8, epochs=6, patience=2, learning_rate=0.05).fit(parts)
    again = model.refit(parts)
    assert again.epochs == model.best_epoch_
    assert again.patience is None
    assert len(again.history_["loss"]) == model.best_epoch_
    expected = TwoTower(dim=8, epochs=model.best_epoch_, patience=None, learning_rate=0.05)
    rows = np.arange(5)
    assert np.array_equal(again.score(rows), expected.fit(parts.final()).score(rows))


def test_an_unfitted_model_is_fitted_first_where_validation_decides(parts):
    fitted = TwoTower(dim=8, epochs=5, patience=1, learning_rate=0.05, seed=4).fit(parts)
    fresh = TwoTower(dim=8, epochs=5, patience=1, learning_rate=0.05, seed=4).refit(parts)
    assert fresh.epochs == fitted.best_epoch_
    # Nor does a model that was fitted elsewhere bring its epoch along.
    elsewhere = TwoTower(dim=8, epochs=5, patience=1, learning_rate=0.05, seed=4)
    elsewhere.fit(Split.from_matrices(parts.train[::-1], validation=parts.validation[::-1]))
    assert elsewhere.refit(parts).epochs == fitted.best_epoch_


def test_wrappers_refit_what_they_wrap(parts):
    tower = TwoTower(dim=8, epochs=5, patience=1, learning_rate=0.05)
    wrapped = Reranked(tower, "xquad", weight=0.4, k=5, candidates=40).fit(parts)
    again = wrapped.refit(parts)
    assert again.weight == 0.4
    assert again.model_.epochs == wrapped.model_.best_epoch_
    assert (again.model_.seen_ != parts.final().train).nnz == 0
    plain = Reranked(ItemKNN(), "xquad", weight=0.4, k=5, candidates=40).refit(parts)
    assert (plain.model_.seen_ != parts.final().train).nnz == 0


def test_a_learned_gate_keeps_the_weights_that_validation_chose(parts):
    gate = TextGate(EASE(l2=20.0), Popularity(), gate="learned").fit(parts)
    again = gate.refit(parts)
    assert np.array_equal(again.text_weight_, gate.text_weight_)
    assert np.array_equal(again.model_weight_, gate.model_weight_)
    assert (again.text_.seen_ != parts.final().train).nnz == 0
    assert again.text_.popularity_.sum() == parts.train.nnz + parts.validation.nnz
    # Fitted anew on a split with validation, it decides again.
    assert gate.decides_on_validation


def test_a_blend_keeps_the_weight_that_validation_chose(parts):
    blend = Blend(EASE(l2=20.0), Popularity(), weight=None).fit(parts)
    again = blend.refit(parts)
    assert again.weight_ == blend.weight_
    assert again.weight is None
    assert (again.other_.seen_ != parts.final().train).nnz == 0
    assert blend.decides_on_validation
    assert not Blend(EASE(l2=20.0), Popularity()).decides_on_validation


def test_macr_keeps_its_reference_score(parts):
    model = MACR(dim=8, epochs=2, batch_size=512).fit(parts)
    again = model.refit(parts)
    assert again.c == pytest.approx(model.c_)
    assert again.c_trials_ == {}


def test_histories_of_sequences_end_with_validation(parts):
    settings = {"dim": 8, "blocks": 1, "heads": 1, "max_length": 6, "epochs": 1, "patience": None}
    model = SASRec(**settings).refit(parts)
    for user in range(8):
        row = parts.train[user] + parts.validation[user]
        times = parts.times["train"][user] + parts.times["validation"][user]
        history = [item for _, item in sorted(zip(times.data, times.indices, strict=True))]
        assert len(history) == row.nnz
        query = model.encode([parts.item_ids[history]])
        np.testing.assert_allclose(query[0], model.user_vectors_[user], atol=1e-5)
