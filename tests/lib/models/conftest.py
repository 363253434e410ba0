"""Small splits with clusters of taste, so that a model that works beats popularity by far."""

import numpy as np
import pytest

from longtail_lib.preprocessing import Split


def split_of(train, test=None, user_ids=None, item_ids=None) -> Split:
    return Split.from_matrices(
        train, test, user_ids=user_ids, item_ids=item_ids, how="random", name="clusters"
    )


def clusters(seed=0, n_users=120, n_items=90, n_clusters=5) -> Split:
    """Users mostly choose items of their own cluster; the last three items are cold."""
    rng = np.random.default_rng(seed)
    taste = rng.integers(n_clusters, size=n_users)
    kind = np.arange(n_items) % n_clusters
    popularity = 1 / np.arange(1, n_items + 1) ** 0.7
    chance = popularity * np.where(taste[:, None] == kind, 1.0, 0.04)
    chance[:, -3:] = 0
    chosen = rng.random((n_users, n_items)) < np.minimum(0.9, 2.8 * chance)
    held_out = chosen & (rng.random(chosen.shape) < 0.25)
    train = chosen & ~held_out
    train[train.sum(axis=1) == 0, 0] = True
    return split_of(train, held_out & ~train)


@pytest.fixture(scope="session")
def parts() -> Split:
    return clusters()


@pytest.fixture
def make_split():
    return split_of


def recall_at(model, parts, k=10) -> float:
    """Mean recall by a plain loop, the oracle that a model's usefulness is judged by."""
    values = []
    for row in range(parts.n_users):
        wanted = set(parts.item_ids[parts.test[row].indices])
        if wanted:
            items, _ = model.recommend(parts.user_ids[row], k=k)
            values.append(len(wanted & set(items[0])) / min(k, len(wanted)))
    return float(np.mean(values))


@pytest.fixture
def recall():
    return recall_at
