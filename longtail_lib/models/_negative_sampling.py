"""How often each item comes by in a stream, estimated from the gaps between its appearances."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import ClassVar

import numpy as np

from longtail_lib._parameters import (
    SEED,
    Constraint,
    Interval,
    Nullable,
    Options,
    check_parameters,
    constrained,
)

__all__ = ["NEGATIVES", "StreamFrequency", "draw", "mixed_proposal", "proposal"]


class StreamFrequency:
    """Estimate item probabilities from a stream that is read once, in fixed memory.

    An item of probability p appears every 1/p draws on average, so the mean gap between its
    appearances says how likely it is. For each bucket of a hash table three numbers are kept: the
    time of its last appearance, its mean gap and how many gaps were averaged. The first gaps are
    averaged plainly; from `1 / rate` gaps on, the mean forgets at this rate and so follows a
    drifting stream. Items that share a bucket seem more frequent than they are; of several hashes
    the lowest estimate is taken.

    Yi et al. count time in batches. Here it is counted in draws, so an item that comes several
    times a batch has its own frequency and not that of "in every batch".

    Parameters
    ----------
    buckets : int
        Size of each hash table. With at least as many buckets as items, items are their own hash.
    hashes : int
        Number of tables.
    rate : float in (0, 1]
        Weight of a new gap in a long-run mean.
    start : float
        Least gap supposed of an item that has not appeared, in draws; it grows with the stream.
        The catalogue's size supposes that all items are alike.
    n_items : int or None
        Size of the catalogue, to see whether hashing is needed.
    seed : int
        For the hashes.

    References
    ----------
    X. Yi et al., "Sampling-bias-corrected neural modeling for large corpus item recommendations",
    RecSys 2019, section 4.

    Examples
    --------
    >>> stream = np.random.default_rng(0).choice(3, size=5000, p=[0.7, 0.2, 0.1])
    >>> frequency = StreamFrequency(buckets=3, n_items=3, rate=0.01, start=3)
    >>> for batch in stream.reshape(50, 100):
    ...     _ = frequency.update(batch)
    >>> frequency.probability(np.arange(3)).round(2)
    array([0.71, 0.19, 0.1 ])
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "buckets": Interval(Integral, 1),
        "hashes": Interval(Integral, 1),
        "rate": Interval(Real, 0, 1, closed="right"),
        "start": Interval(Real, 1),
        "n_items": Nullable(Interval(Integral, 1)),
        "seed": SEED,
    }

    def __init__(
        self,
        buckets: int,
        *,
        hashes: int = 1,
        rate: float = 0.02,
        start: float = 1000.0,
        n_items: int | None = None,
        seed: int = 0,
    ) -> None:
        check_parameters("StreamFrequency", locals(), self._constraints)
        self.buckets, self.hashes, self.rate, self.start = buckets, hashes, rate, start
        self._identity = n_items is not None and n_items <= buckets
        # Odd multipliers and offsets of a multiply-shift hash.
        self._salts = np.random.default_rng(seed).integers(
            2**63, size=(hashes, 2), dtype=np.uint64
        ) | np.uint64(1)
        self.restore({})

    def update(self, items: np.ndarray) -> np.ndarray:
        """Read the next draws of the stream, in order; give the probability of each thereafter."""
        times = self.time + 1 + np.arange(len(items))
        self.time += len(items)
        for table in range(self.hashes):
            self._update_table(table, self._bucket(table, items), times)
        return self.probability(items)

    def probability(self, items: np.ndarray) -> np.ndarray:
        """Estimate the probability of items, shape (n,), float64 in (0, 1]."""
        items = np.asarray(items)
        longest = np.zeros(items.shape)
        for table in range(self.hashes):
            own = self._bucket(table, items)
            # What has not appeared in so many draws comes more seldom than that.
            unseen = self.counts[table, own] == 0
            gaps = np.where(unseen, max(self.start, self.time), self.gaps[table, own])
            longest = np.maximum(longest, gaps)
        return 1 / np.maximum(longest, 1)

    def state(self) -> dict[str, np.ndarray]:
        """Return everything that was learned, for `restore`."""
        return {
            "time": np.array(self.time),
            "last": self.last.copy(),
            "gaps": self.gaps.copy(),
            "counts": self.counts.copy(),
        }

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Take back a state; an empty one starts anew."""
        shape = self.hashes, self.buckets
        self.time = int(state.get("time", 0))
        self.last = np.array(state.get("last", np.zeros(shape, dtype=np.int64)))
        self.gaps = np.array(state.get("gaps", np.full(shape, float(self.start))))
        self.counts = np.array(state.get("counts", np.zeros(shape, dtype=np.int64)))

    def _bucket(self, table: int, items: np.ndarray) -> np.ndarray:
        if self._identity:
            return items
        factor, offset = self._salts[table]
        words = items.astype(np.uint64) * factor + offset
        return (words >> np.uint64(32)).astype(np.int64) % self.buckets

    def _update_table(self, table: int, buckets: np.ndarray, times: np.ndarray) -> None:
        """Take in appearances one round after another, a bucket at most once in a round."""
        last, gaps, counts = self.last[table], self.gaps[table], self.counts[table]
        order = np.argsort(buckets, kind="stable")
        buckets, times = buckets[order], times[order]
        first = np.flatnonzero(np.r_[True, buckets[1:] != buckets[:-1]])
        lengths = np.diff(np.r_[first, len(buckets)])
        for turn in range(int(lengths.max(initial=0))):
            places = first[lengths > turn] + turn
            own, now = buckets[places], times[places]
            counts[own] += 1
            weight = np.maximum(self.rate, 1 / counts[own])
            gaps[own] += weight * (now - last[own] - gaps[own])
            last[own] = now


NEGATIVES = ("uniform", "in-batch", "popularity", "mixed")


@constrained(negatives=Options(*NEGATIVES))
def proposal(negatives: str, popularity: np.ndarray) -> np.ndarray | None:
    """Return the distribution that negatives are drawn from."""
    if negatives == "in-batch":
        return None
    if negatives == "popularity":
        return popularity / popularity.sum()
    return np.full(len(popularity), 1 / len(popularity))


def draw(distribution: np.ndarray, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Draw items from a distribution, with replacement."""
    edges = np.cumsum(distribution)
    drawn = np.searchsorted(edges, rng.random(shape) * edges[-1], side="right")
    return drawn.astype(np.int32)


def mixed_proposal(
    in_batch: np.ndarray, uniform: float, n_in_batch: int, n_uniform: int
) -> np.ndarray:
    """Return how likely an item is to be a given negative, with some in-batch, some uniform."""
    return (n_in_batch * in_batch + n_uniform * uniform) / (n_in_batch + n_uniform)
