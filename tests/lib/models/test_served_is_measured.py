"""The lists that `recommend` serves are those that `evaluate` measures, for every recommender."""

import inspect
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from longtail_lib import models
from longtail_lib.evaluation import rank_users
from longtail_lib.models import Recommender
from longtail_lib.preprocessing import Split
from tests.lib.models.generative.conftest import clustered_vectors, walks

VECTORS = clustered_vectors()
SHORT = {"dim": 4, "epochs": 1}

BUILD = {
    "BBN": lambda: models.BBN(**SHORT),
    "BERT4Rec": lambda: models.BERT4Rec(**SHORT, patience=None),
    "BPR": lambda: models.BPR(factors=4, iterations=2),
    "CDN": lambda: models.CDN(**SHORT),
    "ContentKNN": lambda: models.ContentKNN(vectors=VECTORS),
    "ContentTower": lambda: models.ContentTower(vectors=VECTORS, **SHORT, patience=None),
    "EASE": lambda: models.EASE(l2=5.0),
    "EaseText": lambda: models.EaseText(l2=5.0, vectors=VECTORS),
    "FusedTower": lambda: models.FusedTower(vectors=VECTORS, **SHORT, patience=None),
    "GenerativeRetrieval": lambda: models.GenerativeRetrieval(
        vectors=VECTORS, codes=8, cold_share=0.3, **SHORT
    ),
    "ImplicitALS": lambda: models.ImplicitALS(factors=4, iterations=2),
    "ItemKNN": lambda: models.ItemKNN(),
    "LogitAdjusted": lambda: models.LogitAdjusted(models.EASE(l2=5.0)),
    "MACR": lambda: models.MACR(**SHORT),
    "Oracle": lambda: models.Oracle(),
    "Popularity": lambda: models.Popularity(),
    "Random": lambda: models.Random(seed=3),
    "RelevanceMF": lambda: models.RelevanceMF(**SHORT),
    "Reranked": lambda: models.Reranked(models.ItemKNN(), "xquad", 0.4),
    "SASRec": lambda: models.SASRec(**SHORT, patience=None),
    "TextGate": lambda: models.TextGate(
        models.EASE(l2=5.0), models.ContentTower(vectors=VECTORS, **SHORT, patience=None)
    ),
    "TwoTower": lambda: models.TwoTower(**SHORT, patience=None),
}
# Their classes are abstract.
BASES = {"Recommender", "GradientRecommender", "WrappedRecommender"}


@pytest.fixture(scope="module")
def world():
    """Histories in clusters; two users without any, and one who has seen all but one item."""
    parts = walks(n_users=60)
    train, times = parts.train.tolil(), parts.times["train"].tolil()
    for row in (7, 31):
        train[row], times[row] = 0, 0
    train[20, :-1], times[20, :-1] = 1, np.arange(1, parts.n_items)
    train, times = csr_matrix(train), csr_matrix(times)
    train.eliminate_zeros(), times.eliminate_zeros()
    liked = np.round(np.random.default_rng(5).random((parts.n_users, parts.n_items)), 1)
    truth = SimpleNamespace(
        user_ids=parts.user_ids,
        item_ids=parts.item_ids,
        preference=lambda rows: liked[rows],
        propensity=lambda rows: np.full_like(liked[rows], 0.5),
    )
    return replace(parts, train=train.astype(np.float32), times={"train": times}, truth=truth)


def assert_served_is_measured(model, parts, k):
    measured = rank_users(model, parts, np.arange(parts.n_users), k=k, seen=[parts.train])
    served, scores = model.recommend(parts.user_ids, k=k)
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


@pytest.mark.parametrize("name", BUILD)
def test_what_is_served_is_what_is_measured(name, world):
    model = BUILD[name]().fit(world)
    for k in (10, world.n_items):
        assert_served_is_measured(model, world, k)


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


@settings(max_examples=80, deadline=None)
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
    assert_served_is_measured(Given(scores).fit(parts), parts, k)


def test_a_constant_scorer_favours_no_place_in_the_catalogue(world):
    model = Given(np.zeros((world.n_users, world.n_items), dtype=np.float32)).fit(world)
    items, _ = model.recommend(world.user_ids, k=5, exclude_seen=False)
    assert len(set(items.ravel())) > world.n_items / 2


def test_what_comes_next_depends_on_the_history_and_not_on_its_row(world):
    model = models.SASRec(**SHORT, patience=None).fit(world)
    one, other = world.item_ids[:3], world.item_ids[[9, 4]]
    both, _ = model.recommend_next([one, other], k=world.n_items)
    assert (
        both[1].tolist() == model.recommend_next([other.tolist()], k=world.n_items)[0][0].tolist()
    )
    assert set(both[0, -3:]) == set(one)
