"""The batches that `TwoTower` trains on: whole users, or interactions with negatives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.models._negative_sampling import StreamFrequency, draw, mixed_proposal, proposal

__all__ = ["batches_of", "equal_batches", "interaction_batches", "shuffled_pairs", "user_batches"]


def user_batches(train: csr_matrix, batch_size: int, rng: np.random.Generator) -> Any:
    """Stream users in random order, each with all his train interactions."""
    import tensorflow as tf

    lengths = np.diff(train.indptr)
    users = rng.permutation(np.flatnonzero(lengths).astype(np.int32))
    count, size = equal_batches(len(users), max(1, round(batch_size * len(users) / train.nnz)))
    users = users[: count * size].reshape(count, size)
    totals = lengths[users].sum(axis=1)
    weight = (np.arange(totals.max()) < totals[:, None]).astype(np.float32)
    place, item = (np.zeros(weight.shape, dtype=np.int32) for _ in range(2))
    filled = weight > 0
    place[filled] = np.repeat(np.tile(np.arange(size), count), lengths[users.ravel()])
    item[filled] = train[users.ravel()].indices
    batches = {"user": users, "place": place, "item": item, "weight": weight}
    return tf.data.Dataset.from_tensor_slices(batches).prefetch(tf.data.AUTOTUNE)


def interaction_batches(
    train: csr_matrix,
    batch_size: int,
    rng: np.random.Generator,
    *,
    negatives: str,
    n_negatives: int,
    frequency: StreamFrequency | None = None,
) -> Any:
    """Stream interactions in random order, with negatives that serve the whole batch."""
    import tensorflow as tf

    users, items = shuffled_pairs(train, rng)
    count, size = equal_batches(len(users), batch_size)
    items = items[: count * size].reshape(count, size)
    batches = {"user": users[: count * size].reshape(count, size), "item": items}
    popularity = np.bincount(train.indices, minlength=train.shape[1])
    drawn_from = proposal(negatives, popularity)
    if drawn_from is not None:
        batches["negative"] = draw(drawn_from, (count, n_negatives), rng)
    if frequency is not None:
        batches |= _probabilities(negatives, batches, drawn_from, frequency)
    return tf.data.Dataset.from_tensor_slices(batches).prefetch(tf.data.AUTOTUNE)


def _probabilities(
    negatives: str,
    batches: Mapping[str, np.ndarray],
    drawn_from: np.ndarray | None,
    frequency: StreamFrequency,
) -> dict[str, np.ndarray]:
    """Return "item_q" and, where negatives are drawn, "negative_q", batch by batch."""
    items, drawn = batches["item"], batches.get("negative")
    if negatives in ("uniform", "popularity"):
        q = drawn_from.astype(np.float32)
        return {"item_q": q[items], "negative_q": q[drawn]}
    item_q, negative_q = np.empty(items.shape), None if drawn is None else np.empty(drawn.shape)
    for place, batch in enumerate(items):
        item_q[place] = frequency.update(batch)
        if drawn is not None:
            sizes = len(batch), drawn.shape[1]
            negative_q[place] = mixed_proposal(
                frequency.probability(drawn[place]), drawn_from[0], *sizes
            )
            item_q[place] = mixed_proposal(item_q[place], drawn_from[0], *sizes)
    found = {"item_q": item_q.astype(np.float32)}
    if drawn is not None:
        found["negative_q"] = negative_q.astype(np.float32)
    return found


def shuffled_pairs(train: csr_matrix, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the user row and item column of every interaction, in random order."""
    users = np.repeat(np.arange(train.shape[0], dtype=np.int32), np.diff(train.indptr))
    order = rng.permutation(train.nnz)
    return users[order], train.indices[order].astype(np.int32, copy=False)


def equal_batches(n: int, batch_size: int) -> tuple[int, int]:
    """Return how many batches of which equal size n rows make, near the size asked for."""
    count = max(1, round(n / batch_size))
    return count, n // count


def batches_of(arrays: Any, batch_size: int) -> Any:
    """Stream arrays in batches of equal size, in the order of their rows."""
    import tensorflow as tf

    first = tf.nest.flatten(arrays)[0]
    count, size = equal_batches(len(first), batch_size)
    stacked = tf.nest.map_structure(
        lambda array: np.reshape(array[: count * size], (count, size, *array.shape[1:])), arrays
    )
    return tf.data.Dataset.from_tensor_slices(stacked).prefetch(tf.data.AUTOTUNE)
