"""A small simulated split, and models whose validation values are known by construction."""

from dataclasses import replace

import numpy as np
import pytest

from longtail_lib import prepare, split
from longtail_lib.evaluation import Value
from longtail_lib.models import Recommender
from longtail_lib.simulation import PRESETS, simulate
from longtail_lib.tuning import Trial

OVERALL, TAIL = ("overall", "NDCG@10"), ("tail", "NDCG@10")


class Peaked(Recommender):
    """Ranks validation best at x = .3 and y = "good": noise grows with the distance."""

    fits = 0

    def __init__(self, x=0.9, y="bad"):
        self.x = x
        self.y = y

    def _fit(self, parts):
        type(self).fits += 1
        if self.x > 0.97:
            raise ValueError(f"x={self.x:.3f} is too large")
        wanted = parts.validation.toarray()
        noise = np.random.default_rng(0).normal(size=wanted.shape)
        distance = abs(self.x - 0.3) + 0.2 * (self.y == "bad")
        self.scores_ = (wanted + 2 * distance * noise).astype(np.float32)

    def _score(self, user_rows):
        return self.scores_[user_rows]

    def _state(self):
        return {"scores": self.scores_}

    def _restore(self, state):
        self.scores_ = state["scores"]


@pytest.fixture(scope="session")
def parts():
    data = simulate(replace(PRESETS["shop"], n_users=200, n_items=600), seed=3)
    return split(prepare(data, min_rating=3), how="random")


@pytest.fixture
def peaked():
    """The class of the model, its count of fits at 0."""
    Peaked.fits = 0
    return Peaked


@pytest.fixture(scope="session")
def made_trial():
    """A trial with given values overall and in the tail; None makes it a failed one."""

    def make(number, overall, tail=0.0, **parameters):
        if overall is None:
            return Trial(number, parameters, "failed", {}, 0.1, "no luck")
        values = {
            OVERALL: Value(overall, overall / 2, 1.0, 50),
            TAIL: Value(tail, tail / 2, 1.0, 50),
        }
        return Trial(number, parameters, "complete", values, 0.1)

    return make
