"""The lists that `recommend` serves are those that `evaluate` measures, for every recommender."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from longtail_lib import models
from longtail_lib.evaluation import rank_users
from longtail_lib.models import Recommender
from longtail_lib.preprocessing import Split
from tests.lib.models.every_model import BASES, BUILD, fitted, world


def assert_served_is_measured(model, parts, k, fallback):
    measured = rank_users(
        model, parts, np.arange(parts.n_users), k=k, seen=[parts.train], fallback=fallback
    )
    served, scores = model.recommend(parts.user_ids, k=k, fallback=fallback)
    columns = parts.item_rows(served.ravel()).reshape(served.shape)
    there = measured >= 0
    np.testing.assert_array_equal(columns[there], measured[there])
    # Where evaluate has run out of candidates, recommend goes on with what has no score.
    np.testing.assert_array_equal(scores == -np.inf, ~there)
    assert all(len(set(row)) == len(row) for row in columns.tolist())


def test_every_public_recommender_is_here():
    public = {
        name
        for name in models.__all__
        if inspect.isclass(getattr(models, name)) and issubclass(getattr(models, name), Recommender)
    }
    assert public - BASES == set(BUILD)


@pytest.mark.parametrize("fallback", ["popularity", "none"])
@pytest.mark.parametrize("name", BUILD)
def test_what_is_served_is_what_is_measured(name, fallback):
    for k in (10, world().n_items):
        assert_served_is_measured(fitted(name), world(), k, fallback)


class Given(Recommender):
    """A matrix of scores."""

    def __init__(self, scores):
        self.scores = scores

    def _fit(self, parts):
        pass

    def _score(self, user_rows):
        return self.scores[user_rows].copy()

    def _state(self):
        return {}

    def _restore(self, state):
        pass


@settings(max_examples=80)
@given(
    seed=st.integers(0, 10_000),
    levels=st.integers(1, 4),
    closed=st.floats(0, 1),
    text=st.booleans(),
    data=st.data(),
)
def test_equal_scores_and_closed_items_are_served_as_measured(seed, levels, closed, text, data):
    rng = np.random.default_rng(seed)
    shape = n_users, n_items = rng.integers(2, 8), rng.integers(2, 12)
    train = (rng.random(shape) < rng.random((n_users, 1))).astype(np.float32)
    train[0, 0] = 1
    scores = rng.integers(levels, size=shape).astype(np.float32)
    scores[rng.random(shape) < closed / 3] = -np.inf
    ids = rng.permutation(1000)[: n_users + n_items]
    ids = np.array([f"n{one}" for one in ids], dtype=object) if text else ids
    ids = np.sort(ids[:n_users]), np.sort(ids[n_users:])
    none = csr_matrix(shape, dtype=np.float32)
    parts = Split(csr_matrix(train), none, none, *ids, None, None, "random")
    k = data.draw(st.integers(1, int(n_items)))
    fallback = data.draw(st.sampled_from(["popularity", "none"]))
    assert_served_is_measured(Given(scores).fit(parts), parts, k, fallback)


def test_a_constant_scorer_favours_no_place_in_the_catalogue():
    parts = world()
    model = Given(np.zeros((parts.n_users, parts.n_items), dtype=np.float32)).fit(parts)
    items, _ = model.recommend(parts.user_ids, k=5, exclude_seen=False)
    assert len(set(items.ravel())) > parts.n_items / 2


def test_what_comes_next_depends_on_the_history_and_not_on_its_row():
    model, parts = fitted("SASRec"), world()
    one, other = parts.item_ids[:3], parts.item_ids[[9, 4]]
    both, _ = model.recommend_for([one, other], k=parts.n_items)
    alone, _ = model.recommend_for([other.tolist()], k=parts.n_items)
    assert both[1].tolist() == alone[0].tolist()
    assert set(both[0, -3:]) == set(one)
