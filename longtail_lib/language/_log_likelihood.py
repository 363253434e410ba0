"""How likely texts are after prompts, with each prompt computed once for all that follows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from longtail_lib.text._text_encoder import batches_by_length, padded

__all__ = ["LogLikelihood", "likelihoods", "packed"]

# States whose successors are weighed at once: each takes a row as wide as the vocabulary.
_AT_ONCE = 256


class LogLikelihood(NamedTuple):
    """Natural logarithms of the probabilities of n continuations.

    Parameters
    ----------
    total : ndarray of float64, shape (n,)
        Of the whole continuation.
    n_tokens : ndarray of int64, shape (n,)
        Its length.

    Examples
    --------
    >>> LogLikelihood(np.array([-6.0, -2.0]), np.array([3, 1])).per_token.tolist()
    [-2.0, -2.0]
    """

    total: np.ndarray
    n_tokens: np.ndarray

    @property
    def per_token(self) -> np.ndarray:
        """The mean over a continuation's tokens, shape (n,)."""
        return self.total / self.n_tokens


class Row(NamedTuple):
    """A prompt, and the numbers and ids of the continuations that stand behind it."""

    prompt: Sequence[int]
    numbers: Sequence[int]
    continuations: Sequence[Sequence[int]]

    @property
    def ids(self) -> list[int]:
        return [*self.prompt, *(token for part in self.continuations for token in part)]


def packed(
    prompts: Sequence[Sequence[int]], continuations: Sequence[Sequence[int]], most: int
) -> list[Row]:
    """Put continuations of one prompt into rows of at most so many of their tokens."""
    behind: dict[tuple[int, ...], list[int]] = {}
    for number, prompt in enumerate(prompts):
        behind.setdefault(tuple(prompt), []).append(number)
    rows = []
    for prompt, numbers in behind.items():
        start, size = 0, 0
        for place, number in enumerate(numbers):
            size += len(continuations[number])
            if place > start and size > most:
                rows.append(Row(prompt, *_chosen(numbers[start:place], continuations)))
                start, size = place, len(continuations[number])
        rows.append(Row(prompt, *_chosen(numbers[start:], continuations)))
    return rows


def _chosen(
    numbers: Sequence[int], continuations: Sequence[Sequence[int]]
) -> tuple[Sequence[int], list[Sequence[int]]]:
    return numbers, [continuations[number] for number in numbers]


def likelihoods(
    network: Any, rows: Sequence[Row], n: int, batch_tokens: int
) -> tuple[np.ndarray, int]:
    """Return the log-likelihood of each of n continuations, and how many tokens were computed."""
    total = np.zeros(n)
    lengths = np.array([len(row.ids) for row in rows])
    for batch in batches_by_length(lengths, batch_tokens):
        some = [rows[place] for place in batch]
        ids, positions, mask = _laid_out(some)
        states = np.asarray(network.read(ids, positions, mask).states)
        line, place, wanted, number = (np.array(part) for part in zip(*_wanted(some), strict=True))
        for start in range(0, len(line), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            found, _ = network.following(states[line[part], place[part]], wanted[part])
            np.add.at(total, number[part], found.astype(np.float64))
    return total, int(lengths.sum())


def _laid_out(rows: Sequence[Row]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ids and positions, (n, t), and who sees whom: a continuation its prompt and itself alone."""
    ids, real = padded([row.ids for row in rows])
    positions, owners = np.zeros_like(ids), np.full_like(ids, -1)
    for line, row in enumerate(rows):
        at = len(row.prompt)
        positions[line, :at], owners[line, :at] = np.arange(at), 0
        for owner, part in enumerate(row.continuations, start=1):
            stop = at + len(part)
            # Each begins where the prompt ends, as if it stood there by itself.
            positions[line, at:stop] = len(row.prompt) + np.arange(len(part))
            owners[line, at:stop] = owner
            at = stop
    same = owners[:, :, None] == owners[:, None, :]
    earlier = np.tri(ids.shape[1], dtype=bool)
    mask = (same | (owners[:, None, :] == 0)) & earlier & real[:, None, :].astype(bool)
    return ids, positions, mask


def _wanted(rows: Sequence[Row]) -> Iterable[tuple[int, int, int, int]]:
    """For each token of a continuation: its row, who foretells it, its id, whose it is."""
    for line, row in enumerate(rows):
        last = len(row.prompt) - 1
        at = len(row.prompt)
        for number, part in zip(row.numbers, row.continuations, strict=True):
            for place, token in enumerate(part):
                yield line, at + place - 1 if place else last, token, number
            at += len(part)
