"""Random splits and models with given scores."""

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from longtail_lib.preprocessing import Split


class Scores:
    """A model that is nothing but a matrix of scores."""

    def __init__(self, scores):
        self.scores = np.asarray(scores, dtype=np.float32)

    def score(self, user_rows):
        return self.scores[user_rows]


def build_split(train, validation, test, user_ids=None, item_ids=None, name="made"):
    n_users, n_items = np.shape(train)
    user_ids = np.arange(n_users) if user_ids is None else np.asarray(user_ids)
    item_ids = np.arange(n_items) if item_ids is None else np.asarray(item_ids)
    matrices = {}
    for part, values in (("train", train), ("validation", validation), ("test", test)):
        matrices[part] = csr_matrix(np.asarray(values, dtype=np.float32))
        matrices[part].sort_indices()
    return Split(
        **matrices,
        user_ids=user_ids,
        item_ids=item_ids,
        items=pl.DataFrame({"item_id": item_ids}),
        users=pl.DataFrame({"user_id": user_ids}),
        how="random",
        name=name,
    )


def random_split(n_users, n_items, seed, rates=(0.15, 0.04, 0.06)):
    rng = np.random.default_rng(seed)
    appeal = rng.permutation(1 / np.sqrt(1 + np.arange(n_items)))
    appeal = appeal / appeal.mean()
    draw = rng.random((n_users, n_items)) / appeal
    edges = np.cumsum(rates)
    return build_split(
        draw < edges[0],
        (draw >= edges[0]) & (draw < edges[1]),
        (draw >= edges[1]) & (draw < edges[2]),
    )


@pytest.fixture(scope="session")
def scores_model():
    return Scores


@pytest.fixture(scope="session")
def make_split():
    return build_split


@pytest.fixture(scope="session")
def make_random_split():
    return random_split
