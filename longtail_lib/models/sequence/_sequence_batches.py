"""The batches that sequence models are trained on: what comes next, or what a mask hides."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._stored_entries import owners
from longtail_lib.models._training_batches import equal_batches
from longtail_lib.models.sequence._user_sequences import (
    MASK,
    PADDING,
    ordered_items,
    packed_histories,
    packed_pairs,
)
from longtail_lib.preprocessing import Split

__all__ = ["masked_batches", "masked_places", "next_item_batches", "unseen_items"]

# Losses with `n_negatives` items drawn for each place.
SAMPLED = ("sampled-cross-entropy", "gbce")


def next_item_batches(
    parts: Split,
    max_length: int,
    rows: int,
    rng: np.random.Generator,
    *,
    loss: str,
    n_negatives: int,
    dealt: bool = False,
) -> Any:
    """Stream packed histories in random order."""
    items, lengths = ordered_items(parts, deal=rng if dealt else None)
    packed = packed_pairs(items, lengths, max_length, owner=_owners(lengths))
    order, count, size = _dealt_rows(packed, rows, rng)
    batches = {
        name: array[order].reshape(count, size, max_length) for name, array in packed.items()
    }
    return _streamed(batches, parts, rng, loss, n_negatives)


def _owners(lengths: np.ndarray) -> np.ndarray:
    return np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)


def _dealt_rows(
    packed: dict[str, np.ndarray], rows: int, rng: np.random.Generator
) -> tuple[np.ndarray, int, int]:
    """Draw the order of packed rows; return it with the number of batches and the size of each."""
    n_rows = len(packed["item"])
    count, size = equal_batches(n_rows, rows)
    return rng.permutation(n_rows)[: count * size], count, size


def _streamed(
    batches: dict[str, np.ndarray],
    parts: Split,
    rng: np.random.Generator,
    loss: str,
    n_negatives: int,
) -> Any:
    """Stream batches, each with the negatives of its targets, drawn by their owners' histories."""
    import tensorflow as tf

    owner = batches.pop("owner")
    if loss == "bce":
        batches["negative"] = unseen_items(parts.train, owner, rng)
    if loss not in SAMPLED:
        return tf.data.Dataset.from_tensor_slices(batches).prefetch(tf.data.AUTOTUNE)
    n_drawn, n_items = n_negatives * owner[0].size, parts.n_items
    batches["seed"] = rng.integers(2**31, size=(len(batches["item"]), 2), dtype=np.int32)

    def with_drawn(batch: dict[str, Any]) -> dict[str, Any]:
        # All of an epoch at once would be a matrix of places and negatives.
        drawn = tf.random.stateless_uniform(
            (n_drawn,), batch.pop("seed"), maxval=n_items, dtype=tf.int32
        )
        return batch | {"negative": drawn}

    stream = tf.data.Dataset.from_tensor_slices(batches).map(with_drawn)
    return stream.prefetch(tf.data.AUTOTUNE)


def unseen_items(train: csr_matrix, users: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw uniformly for each user an item that he has not chosen."""
    n_items = train.shape[1]
    seen = owners(train) * n_items
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
    last_share: float,
    loss: str,
    n_negatives: int,
    dealt: bool = False,
) -> Any:
    """Stream packed histories in random order, each time with other items masked."""
    items, lengths = ordered_items(parts, deal=rng if dealt else None)
    packed = packed_histories(items, lengths, max_length, owner=_owners(lengths))
    order, count, size = _dealt_rows(packed, rows, rng)
    masked = masked_places(packed["segment"][order], share, last_share, rng).reshape(count, -1)
    batches = {name: array[order].reshape(count, -1) for name, array in packed.items()}
    # As many places in each batch, so that all have one shape; those too many have no target.
    n_places = int(masked.sum(axis=1).max())
    place = np.argsort(~masked, axis=1, kind="stable")[:, :n_places].astype(np.int32)
    chosen = np.take_along_axis(masked, place, axis=1)
    target, owner = (
        np.where(chosen, np.take_along_axis(batches[name], place, axis=1), PADDING)
        for name in ("item", "owner")
    )
    batches["item"][masked] = MASK
    for name in ("item", "position", "segment"):
        batches[name] = batches[name].reshape(count, size, max_length)
    batches |= {"place": place, "target": target, "owner": owner}
    return _streamed(batches, parts, rng, loss, n_negatives)


def masked_places(
    segment: np.ndarray, share: float, last_share: float, rng: np.random.Generator
) -> np.ndarray:
    """Choose what is masked: of most histories a share, at least one, of others the last alone."""
    real = segment > 0
    keys = np.where(real, rng.random(segment.shape), 1.0)
    # One number for each history, which is a run of one segment in a row.
    begins = np.ones(segment.shape, dtype=bool)
    begins[:, 1:] = segment[:, 1:] != segment[:, :-1]
    history = np.cumsum(begins).reshape(segment.shape) - 1
    ends = np.ones(segment.shape, dtype=bool)
    ends[:, :-1] = begins[:, 1:]
    lowest = np.minimum.reduceat(keys.ravel(), np.flatnonzero(begins.ravel()))
    last_only = (rng.random(len(lowest)) < last_share)[history]
    return real & np.where(last_only, ends, (keys < share) | (keys == lowest[history]))
