"""A small store with known preferences, whose log favours what is popular."""

from types import SimpleNamespace

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from longtail_lib.preprocessing import Split


def matrix(dense) -> csr_matrix:
    sparse = csr_matrix(np.asarray(dense, dtype=np.float32))
    sparse.sort_indices()
    return sparse


def world(preference, train, *, validation=None, test=None, times=False, order=None) -> Split:
    """A split whose truth is a plain matrix; `order` permutes users everywhere."""
    preference, train = np.asarray(preference, dtype=float), np.asarray(train)
    users = np.arange(len(train)) if order is None else np.asarray(order)
    empty = np.zeros_like(train)
    parts = {
        "train": matrix(train[users]),
        "validation": matrix((empty if validation is None else np.asarray(validation))[users]),
        "test": matrix((empty if test is None else np.asarray(test))[users]),
    }
    item_ids = np.array([f"i{place:03}" for place in range(train.shape[1])])
    own = preference[users]
    moments = None
    if times:
        moments = {
            name: csr_matrix(
                (np.arange(part.nnz, dtype=np.int64) + 1000, part.indices, part.indptr),
                shape=part.shape,
            )
            for name, part in parts.items()
        }
    return Split(
        **parts,
        user_ids=users + 100,
        item_ids=item_ids,
        items=pl.DataFrame(
            {"item_id": item_ids, "maker": [f"m{place % 4}" for place in range(len(item_ids))]}
        ),
        users=pl.DataFrame({"user_id": users + 100}),
        how="random",
        times=moments,
        name="made",
        truth=SimpleNamespace(
            user_ids=users + 100, item_ids=item_ids, preference=lambda rows: own[rows]
        ),
    )


def store(seed=0, n_users=150, n_items=80, **options) -> Split:
    """Taste matters more than appeal, but the log shows mostly what has appeal."""
    rng = np.random.default_rng(seed)
    appeal = np.linspace(1.5, -2.5, n_items)
    taste = rng.normal(size=(n_users, 4)) @ rng.normal(size=(4, n_items))
    preference = 1 / (1 + np.exp(-(appeal + taste)))
    shown = rng.random((n_users, n_items)) < np.linspace(0.4, 0.01, n_items)
    train = shown & (rng.random(shown.shape) < preference)
    train[train.sum(axis=1) == 0, 0] = True
    return world(preference, train, **options)
