"""Texts that tell the taste clusters of the small split apart, and the shop with cold items."""

from dataclasses import replace

import numpy as np
import pytest

N_CLUSTERS = 5


@pytest.fixture(scope="session")
def texts(parts):
    """One vector an item: its cluster's direction, a direction that all share, and noise."""
    rng = np.random.default_rng(3)
    vectors = rng.normal(scale=0.4, size=(parts.n_items, 12))
    vectors[np.arange(parts.n_items), np.arange(parts.n_items) % N_CLUSTERS] += 1
    vectors[:, -1] += 1
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session")
def cold_parts(parts):
    """Thirty cold items: a third of all, from every cluster and of every popularity."""
    cold = np.random.default_rng(8).permutation(parts.n_items)[:30]
    held = np.zeros(parts.n_items, dtype=bool)
    held[cold] = True
    train = parts.train.toarray() * ~held
    train[train.sum(axis=1) == 0, np.flatnonzero(~held)[0]] = 1
    return replace(
        parts,
        train=type(parts.train)(train.astype(np.float32)),
        test=type(parts.train)((parts.train.toarray() * held).astype(np.float32)),
    )


@pytest.fixture(scope="session")
def shop():
    from longtail_lib import load_dataset, prepare, split

    data = prepare(load_dataset("shop", truth=False), min_rating=4, min_user_interactions=5)
    return split(data, how="random")


@pytest.fixture(scope="session")
def shop_texts(shop):
    """Vectors without a pretrained encoder: words of the catalogue's own texts."""
    from longtail_lib.models import item_vectors
    from longtail_lib.text import TfidfSvd

    return item_vectors(shop, TfidfSvd(dimensions=128).fit(shop.items["text"].to_list()))


@pytest.fixture(scope="session")
def cold_shop(shop):
    from longtail_lib.preprocessing import hold_out_items

    return hold_out_items(shop)
