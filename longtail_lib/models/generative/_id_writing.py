"""Write ids after any histories, real ones only or freely, and rank what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from longtail_lib.models._kept import kept
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.models._training_batches import equal_batches
from longtail_lib.models.generative._decoding import beam_search
from longtail_lib.models.sequence._user_sequences import PADDING, left_padded
from longtail_lib.preprocessing._split_matrices import rows_of

__all__ = ["IdWriting", "last_states", "latest_steps", "network_shapes", "window_batches"]


# Histories that the encoder reads at a time.
_BLOCK = 256


class IdWriting:
    """What `GenerativeRetrieval` does with histories, beside being a recommender."""

    def generate(
        self,
        sequences: Sequence[Sequence[Any]],
        k: int = 10,
        constrained: bool = True,
        beams: int = 50,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Write the next item's id after some histories, by beam search."""
        return self._generate(self._read(sequences), k, constrained, beams)

    def invalid_share(self, user_rows: Any, k: int = 10, beams: int = 50) -> float:
        """Return the share of ids that no item has among k written freely for some users."""
        self._check_fitted()
        states = self.user_states_[np.atleast_1d(user_rows)]
        items, _ = self._generate(states, k, constrained=False, beams=beams)
        return float(np.ma.getmaskarray(items).mean())

    def _generate(
        self, states: np.ndarray, k: int, constrained: bool, beams: int
    ) -> tuple[np.ndarray, np.ndarray]:
        self._check_k(beams, np.inf, "")
        self._check_k(k, min(beams, len(self.item_ids_)), "beams and the size of the catalogue")
        columns, found = beam_search(self._decoder, self._trie, states, beams, constrained)
        columns, found = columns[:, :k], found[:, :k]
        return np.ma.masked_array(self.item_ids_[columns], mask=columns < 0), found

    def _read(self, sequences: Sequence[Sequence[Any]]) -> np.ndarray:
        """Return the encoder's last state of each history, shape (n, dim)."""
        self._check_fitted()
        columns = [rows_of(self.item_ids_, list(sequence), "item") for sequence in sequences]
        lengths = np.array([len(own) for own in columns], dtype=np.int64)
        flat = np.concatenate([np.zeros(0, dtype=np.int64), *columns])
        return self._states(left_padded(flat, lengths, self.max_length))

    def _states(self, sequences: np.ndarray) -> np.ndarray:
        return last_states(self._trained_network(), sequences)

    def _trained_network(self) -> Any:
        """Return the network; after loading it is made when it is first needed."""
        if not hasattr(self, "network_"):
            self.network_ = kept(self, "network", (self.weight_0_,), self._network_again)
        return self.network_

    def _network_again(self) -> Any:
        """Make the network with the stored weights."""
        network = self._network()
        places = range(len(network.weights))
        network.set_weights([getattr(self, f"weight_{place}_") for place in places])
        return network

    def _check_k(self, k: int, most: float, what: str) -> None:
        if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= most:
            limit = f" to {most} (the smaller of {what})" if np.isfinite(most) else ""
            raise ValueError(f"GenerativeRetrieval takes a whole number from 1{limit}, got {k!r}")


def last_states(network: Any, sequences: np.ndarray) -> np.ndarray:
    """Return the state after each history, shape (n, dim), float32."""
    rows = latest_steps(sequences, network.n_items, network.max_length)
    states = np.zeros((len(rows), network.dim), dtype=np.float32)
    for first in range(0, len(rows), _BLOCK):
        block = slice(first, first + _BLOCK)
        states[block] = np.asarray(network.last_state(rows[block]))
    return states


def latest_steps(sequences: np.ndarray, start: int, steps: int) -> np.ndarray:
    """Return what the encoder reads to predict the item after a history."""
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
    """Stream windows of histories in random order; every item of a history is predicted once."""
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


def network_shapes(
    sizes: Sequence[int], dim: int, blocks: int, heads: int, max_length: int
) -> tuple[dict[str, Stored], list[Stored]]:
    """What decoder arrays and weights of a `GenerativeNetwork` must be, without making one."""

    def dense(inputs: int, outputs: int) -> dict[str, Stored]:
        return {"_kernel": floats(inputs, outputs), "_bias": floats(outputs)}

    places, share = range(len(sizes)), dim // heads
    norm = [floats(dim)] * 2
    attention = [floats(dim, heads, share), floats(heads, share)] * 3
    attention += [floats(heads, share, dim), floats(dim)]
    forward = [*dense(dim, 2 * dim).values(), *dense(2 * dim, dim).values()]
    block = [*norm, *attention, *norm, *forward]
    # One after the other as Keras lists them: its own weights first, then those of layers.
    named = {
        "code_vectors": [{"": floats(size, dim)} for size in sizes],
        "code_bias": [{"": floats(size)} for size in sizes],
        "tokens": [{"": floats(size + 1, dim)} for size in sizes],
        "project": [dense(dim, dim) for _ in places],
        "hidden": [{}, *(dense(place * dim, 2 * dim) for place in places[1:])],
        "film": [{}, *(dense(2 * dim, 2 * dim) for _ in places[1:])],
    }
    flat = {name: [one for own in rows for one in own.values()] for name, rows in named.items()}
    weights = [floats(max_length, dim), *flat["code_vectors"], *flat["code_bias"], *flat["tokens"]]
    weights += [*block * blocks, *norm, *flat["project"], *flat["hidden"], *flat["film"]]
    decoder = {
        f"{name}{end}_{place}": one
        for name, rows in named.items()
        for place, own in enumerate(rows)
        for end, one in own.items()
    }
    return decoder, weights
