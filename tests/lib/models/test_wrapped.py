"""A recommender around another one: when the inner is fitted anew, and both in one file."""

import numpy as np
import pytest

from longtail_lib.models import (
    EASE,
    ItemKNN,
    Popularity,
    Recommender,
    TwoTower,
    WrappedRecommender,
)
from longtail_lib.models._wrapped_recommender import find_class


class Shifted(WrappedRecommender):
    """Adds its own learned number for each item to the inner model's scores."""

    def __init__(self, model, by=1.0, per_item=None):
        self.model = model
        self.by = by
        self.per_item = per_item

    _array_params = ("per_item",)

    def _fit_around(self, parts):
        own = np.zeros(parts.n_items) if self.per_item is None else np.asarray(self.per_item)
        self.shift_ = (self.by * (own + parts.popularity)).astype(np.float32)

    def _score(self, user_rows):
        return self.model_.score(user_rows) + self.shift_

    def _own_state(self):
        return {"shift": self.shift_}

    def _restore_own(self, state):
        self.shift_ = state["shift"]


@pytest.mark.parametrize("inner", [EASE(l2=5.0), ItemKNN(7, 2.0), EASE(l2=5.0, top_weights=4)])
def test_wrapper_and_inner_come_back_from_one_file(parts, tmp_path, inner):
    wrapper = Shifted(inner, by=0.5, per_item=np.arange(parts.n_items)).fit(parts)
    loaded = Shifted.load(wrapper.save(tmp_path / "model.npz"))
    rows = np.arange(parts.n_users)
    np.testing.assert_array_equal(loaded.score(rows), wrapper.score(rows))
    assert type(loaded.model_) is type(inner)
    assert loaded.model_.get_params() == inner.get_params()
    assert loaded.by == 0.5
    np.testing.assert_array_equal(loaded.model_.recommend([3])[0], wrapper.model_.recommend([3])[0])


def test_a_wrapper_around_a_wrapper_is_saved_too(parts, tmp_path):
    outer = Shifted(Shifted(Popularity(), by=2.0), by=3.0).fit(parts)
    loaded = Shifted.load(outer.save(tmp_path / "model.npz"))
    np.testing.assert_allclose(loaded.score([0])[0], 6.0 * parts.popularity)


def test_ids_and_seen_items_are_stored_once(parts, tmp_path):
    Shifted(EASE(l2=5.0)).fit(parts).save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz") as arrays:
        names = arrays.files
    assert not [name for name in names if "inner" in name and ("ids" in name or "seen" in name)]


def test_a_model_fitted_on_the_same_train_part_is_used_as_it_is(parts):
    inner = EASE(l2=5.0).fit(parts)
    assert Shifted(inner).fit(parts).model_ is inner


def test_a_model_fitted_elsewhere_is_fitted_anew_and_left_alone(parts, make_split):
    dense = parts.train.toarray()
    dense[:, 0] = 0
    inner = EASE(l2=5.0).fit(make_split(dense))
    before = inner.weights_.copy()
    wrapper = Shifted(inner).fit(parts)
    assert wrapper.model_ is not inner
    np.testing.assert_array_equal(inner.weights_, before)
    np.testing.assert_array_equal(wrapper.model_.weights_, EASE(l2=5.0).fit(parts).weights_)


def test_an_inner_model_with_a_checkpoint_is_fitted_anew_on_another_split(
    parts, make_split, tmp_path
):
    inner = TwoTower(dim=4, epochs=1, patience=None, checkpoint=tmp_path).fit(parts)
    wrapper = Shifted(inner).fit(parts)
    assert wrapper.model_ is inner
    dense = parts.train.toarray()
    dense[:, 0] = 1
    other = make_split(dense)
    assert wrapper.fit(other).model_.checkpoint is None
    assert wrapper.model_.seen_ is other.train
    assert inner.checkpoint == tmp_path


def test_models_inside_of_a_wrapped_wrapper_are_used_where_they_are_fitted(parts):
    inside = EASE(l2=5.0).fit(parts)
    assert Shifted(Shifted(inside)).fit(parts).model_.model_ is inside


def test_an_unfitted_model_stays_unfitted(parts):
    inner = EASE(l2=5.0)
    Shifted(inner).fit(parts)
    assert not hasattr(inner, "weights_")


@pytest.mark.parametrize("wrong", [EASE, "EASE", None, 3])
def test_what_is_not_a_model_is_refused(parts, wrong):
    with pytest.raises(TypeError, match="model must be a recommender"):
        Shifted(wrong).fit(parts)


def test_a_class_that_nobody_knows_is_named():
    with pytest.raises(ValueError, match="no recommender named Nonesuch"):
        find_class("Nonesuch")


def test_a_file_cannot_name_what_is_no_recommender():
    with pytest.raises(ValueError, match="no recommender named labelled_pairs"):
        find_class("labelled_pairs")


class Plain(Recommender):
    """A model without a constructor of its own."""

    def _fit(self, parts):
        self.scores_ = parts.popularity.astype(np.float32)

    def _score(self, user_rows):
        return np.tile(self.scores_, (len(user_rows), 1))

    def _state(self):
        return {"scores": self.scores_}

    def _restore(self, state):
        self.scores_ = state["scores"]


def test_a_model_without_a_constructor_has_no_parameters(parts, tmp_path):
    assert Plain().get_params() == {}
    assert repr(Plain()) == "Plain()"
    loaded = Shifted.load(Shifted(Plain()).fit(parts).save(tmp_path / "model.npz"))
    np.testing.assert_array_equal(loaded.score([0])[0], 2 * parts.popularity)
