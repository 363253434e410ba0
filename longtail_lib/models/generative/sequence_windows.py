"""Users' histories cut into windows, for training on every next item at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.models.sequence.user_sequences import PADDING
from longtail_lib.models.training_batches import equal_batches

__all__ = ["latest_steps", "window_batches"]


def latest_steps(sequences: np.ndarray, start: int, steps: int) -> np.ndarray:
    """Return what the encoder reads to predict the item after a history.

    Parameters
    ----------
    sequences : ndarray of int, shape (n, length)
        Item columns, oldest first, -1 before them.
    start : int
        The code of a sequence's start, which stands before the oldest item.
    steps : int
        The latest so many are kept.

    Returns
    -------
    ndarray of int32, shape (n, steps)

    Examples
    --------
    >>> latest_steps(np.array([[-1, -1, 4], [5, 6, 7], [-1, -1, -1]]), start=9, steps=3).tolist()
    [[-1, 9, 4], [5, 6, 7], [-1, -1, 9]]
    """
    sequences = np.asarray(sequences, dtype=np.int32)
    wide = np.full((len(sequences), max(sequences.shape[1] + 1, steps)), PADDING, dtype=np.int32)
    if sequences.shape[1]:
        wide[:, -sequences.shape[1] :] = sequences
    before = wide.shape[1] - 1 - (sequences != PADDING).sum(axis=1)
    wide[np.arange(len(wide)), before] = start
    return wide[:, -steps:]


def window_batches(
    sequences: np.ndarray, start: int, steps: int, batch_size: int, rng: np.random.Generator
) -> Any:
    """Stream windows of histories in random order; every item of a history is predicted once.

    A history longer than a window is cut at places that differ from epoch to epoch.

    Parameters
    ----------
    sequences : ndarray of int, shape (n_users, length)
        Item columns, oldest first, -1 before them.
    start : int
        The code of a sequence's start.
    steps : int
        Length of a window.
    batch_size : int
        Windows.
    rng : numpy.random.Generator

    Returns
    -------
    tf.data.Dataset
        Dicts of "rows", int32 of shape (n, steps), what is read at each step; and, for each item
        to predict, "step" (its place in the flattened rows) and "item", int32, and "weight",
        float32, of shape (m,). All batches have the same m; what fills up has weight 0.
    """
    import tensorflow as tf

    batches = _batches(sequences, start, steps, batch_size, rng)
    return tf.data.Dataset.from_tensor_slices(batches).prefetch(tf.data.AUTOTUNE)


def _batches(
    sequences: np.ndarray, start: int, steps: int, batch_size: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    lengths = (sequences != PADDING).sum(axis=1)
    targets = sequences[sequences != PADDING]
    first = np.cumsum(lengths) - lengths
    read = np.empty_like(targets)
    read[1:] = targets[:-1]
    read[first[lengths > 0]] = start
    begins, ends = _cuts(first, lengths, steps, rng)
    order = rng.permutation(len(begins))
    count, size = equal_batches(len(order), batch_size)
    chosen = order[: count * size]
    begins, sizes = begins[chosen], (ends - begins)[chosen]
    place = np.arange(steps) - (steps - sizes)[:, None]
    inside = place >= 0
    flat = (begins[:, None] + place)[inside]
    rows = np.full(inside.shape, PADDING, dtype=np.int32)
    rows[inside] = read[flat]
    inside = inside.reshape(count, size * steps)
    totals = inside.sum(axis=1)
    weight = (np.arange(totals.max()) < totals[:, None]).astype(np.float32)
    step, item = (np.zeros(weight.shape, dtype=np.int32) for _ in range(2))
    step[weight > 0] = np.nonzero(inside)[1]
    item[weight > 0] = targets[flat]
    return {
        "rows": rows.reshape(count, size, steps),
        "step": step,
        "item": item,
        "weight": weight,
    }


def _cuts(
    first: np.ndarray, lengths: np.ndarray, steps: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return begin and end of each window in the flattened histories."""
    # Only a history that does not fit is cut at random: a short one loses context by it.
    shift = np.where(lengths > steps, rng.integers(steps, size=len(lengths)), 0)
    pieces = -(-(lengths + shift) // steps)
    owner = np.repeat(np.arange(len(lengths)), pieces)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    begin = number * steps - shift[owner]
    end = np.minimum(begin + steps, lengths[owner])
    return first[owner] + np.maximum(begin, 0), first[owner] + end
