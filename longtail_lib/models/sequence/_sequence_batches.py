"""The batches that SASRec trains on: packed histories, next items, and drawn negatives."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.models._training_batches import equal_batches
from longtail_lib.models.sequence._sequence_network import MASK
from longtail_lib.models.sequence._user_sequences import (
    ordered_items,
    packed_histories,
    packed_pairs,
)
from longtail_lib.preprocessing import Split

__all__ = ["masked_batches", "masked_places", "next_item_batches", "unseen_items"]


def next_item_batches(
    parts: Split,
    max_length: int,
    rows: int,
    rng: np.random.Generator,
    *,
    loss: str,
    n_negatives: int,
) -> Any:
    """Stream packed histories in random order."""
    import tensorflow as tf

    items, lengths = ordered_items(parts)
    packed = packed_pairs(items, lengths, max_length)
    if loss == "bce":
        owners, _ = ordered_items(parts, owners=True)
        packed["negative"] = packed_pairs(owners, lengths, max_length)["item"]
    n_rows = len(packed["item"])
    count, size = equal_batches(n_rows, rows)
    order = rng.permutation(n_rows)[: count * size]
    batches = {
        name: array[order].reshape(count, size, max_length) for name, array in packed.items()
    }
    if loss == "bce":
        batches["negative"] = unseen_items(parts.train, batches["negative"], rng)
    elif loss != "cross-entropy":
        batches["negative"] = rng.integers(parts.n_items, size=(count, n_negatives), dtype=np.int32)
    return tf.data.Dataset.from_tensor_slices(batches).prefetch(tf.data.AUTOTUNE)


def unseen_items(train: csr_matrix, users: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw uniformly for each user an item that he has not chosen."""
    n_items = train.shape[1]
    seen = np.repeat(np.arange(train.shape[0], dtype=np.int64), np.diff(train.indptr)) * n_items
    seen = np.append(seen + train.indices, -1)
    drawn = rng.integers(n_items, size=users.shape, dtype=np.int32)
    for _ in range(20):
        pairs = users.astype(np.int64) * n_items + drawn
        hits = (users >= 0) & (seen[np.searchsorted(seen[:-1], pairs)] == pairs)
        if not hits.any():
            break
        drawn[hits] = rng.integers(n_items, size=int(hits.sum()), dtype=np.int32)
    return drawn


def masked_batches(
    parts: Split,
    max_length: int,
    rows: int,
    rng: np.random.Generator,
    *,
    share: float,
    loss: str,
    n_negatives: int,
) -> Any:
    """Stream packed histories in random order, each time with other items masked."""
    import tensorflow as tf

    items, lengths = ordered_items(parts)
    packed = packed_histories(items, lengths, max_length)
    owners, _ = ordered_items(parts, owners=True)
    packed["owner"] = packed_histories(owners, lengths, max_length)["item"]
    n_rows = len(packed["item"])
    count, size = equal_batches(n_rows, rows)
    order = rng.permutation(n_rows)[: count * size]
    batches = {name: array[order].reshape(count, -1) for name, array in packed.items()}
    real = batches["segment"] > 0
    # As many in each batch, so that all have one shape.
    n_masked = max(1, min(round(share * real.mean() * real.shape[1]), int(real.sum(axis=1).min())))
    place = masked_places(real, n_masked, rng)
    batches["target"] = np.take_along_axis(batches["item"], place, axis=1)
    owner = np.take_along_axis(batches.pop("owner"), place, axis=1)
    np.put_along_axis(batches["item"], place, MASK, axis=1)
    for name in ("item", "position", "segment"):
        batches[name] = batches[name].reshape(count, size, max_length)
    batches["place"] = place
    if loss == "bce":
        batches["negative"] = unseen_items(parts.train, owner, rng)
    elif loss != "cross-entropy":
        batches["negative"] = rng.integers(parts.n_items, size=(count, n_negatives), dtype=np.int32)
    return tf.data.Dataset.from_tensor_slices(batches).prefetch(tf.data.AUTOTUNE)


def masked_places(real: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Choose n different places of each row at random among the real ones."""
    keys = np.where(real, rng.random(real.shape), 2.0)
    return np.sort(np.argsort(keys, axis=1)[:, :n], axis=1).astype(np.int32)
