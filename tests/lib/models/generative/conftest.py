"""Clustered vectors, and histories that walk within a cluster."""

import numpy as np
import polars as pl
import pytest

from longtail_lib.preprocessing import Split

N_CLUSTERS = 6


def clustered_vectors(n_items=60, dim=12, seed=0):
    """Items of a cluster lie around one centre; cluster = column modulo N_CLUSTERS."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(N_CLUSTERS, dim))
    vectors = centres[np.arange(n_items) % N_CLUSTERS] + 0.35 * rng.normal(size=(n_items, dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def walks(n_users=150, n_items=60, seed=0, cold=6):
    """Each user stays in one cluster; the last `cold` columns are in no train history."""
    rng = np.random.default_rng(seed)
    train, times = np.zeros((n_users, n_items)), np.zeros((n_users, n_items), dtype=np.int64)
    validation, test = np.zeros((n_users, n_items)), np.zeros((n_users, n_items))
    for user in range(n_users):
        own = np.arange(user % N_CLUSTERS, n_items, N_CLUSTERS)
        warm, cold_ones = own[own < n_items - cold], own[own >= n_items - cold]
        chosen = rng.permutation(warm)[: rng.integers(4, 8)]
        train[user, chosen[:-2]] = 1
        times[user, chosen[:-2]] = np.arange(1, len(chosen) - 1) * 100
        validation[user, chosen[-2]] = 1
        test[user, chosen[-1]] = 1
        test[user, cold_ones] = 1
    ids = np.array([f"i{column:03d}" for column in range(n_items)])
    items = pl.DataFrame(
        {
            "item_id": ids,
            "title": [f"Title {column}" for column in range(n_items)],
            "category": [f"c{column % N_CLUSTERS}" for column in range(n_items)],
        }
    )
    return Split.from_matrices(
        train,
        test,
        validation,
        item_ids=ids,
        items=items,
        how="leave-last-out",
        times={"train": times},
        name="walks",
    )


@pytest.fixture(scope="session")
def vectors():
    return clustered_vectors()


@pytest.fixture(scope="session")
def histories():
    return walks()
