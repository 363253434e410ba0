"""The batches that `TwoTower` trains on: whole users, or interactions with negatives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.models.negative_sampling import draw, mixed_proposal, proposal
from longtail_lib.models.stream_frequency import StreamFrequency
from longtail_lib.models.training_batches import equal_batches, shuffled_pairs

__all__ = ["interaction_batches", "user_batches"]


def user_batches(train: csr_matrix, batch_size: int, rng: np.random.Generator) -> Any:
    """Stream users in random order, each with all his train interactions.

    A batch holds so many users that they have about `batch_size` interactions.

    Parameters
    ----------
    train : csr_matrix, shape (n_users, n_items)
    batch_size : int
        Interactions.
    rng : numpy.random.Generator

    Returns
    -------
    tf.data.Dataset
        Dicts of "user", int32 of shape (n,), and for each interaction "place" (which of these
        users) and "item", int32, and "weight", float32, of shape (m,). All batches have the same
        m; what fills up the shorter ones has weight 0.
    """
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
    """Stream interactions in random order, with negatives that serve the whole batch.

    Parameters
    ----------
    train : csr_matrix, shape (n_users, n_items)
    batch_size : int
        Interactions.
    rng : numpy.random.Generator
    negatives : {"uniform", "in-batch", "popularity", "mixed"}
    n_negatives : int
        Drawn for each batch; none for "in-batch".
    frequency : StreamFrequency or None
        Adds "item_q" and "negative_q", the probability of each item to be a given negative.
        Those of in-batch negatives are what it estimates as the interactions go by.

    Returns
    -------
    tf.data.Dataset
        Dicts of "user" and "item", int32 of shape (n,), "negative", int32 of shape
        (n_negatives,), where any are drawn, and of the probabilities, float32.
    """
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
