"""Beam search over tokens, with or without the trie of real ids."""

from __future__ import annotations

import numpy as np

from longtail_lib.models.generative.id_trie import IdTrie
from longtail_lib.models.generative.token_decoder import TokenDecoder

__all__ = ["beam_search"]


def beam_search(
    decoder: TokenDecoder,
    trie: IdTrie,
    states: np.ndarray,
    beams: int,
    constrained: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Write the likeliest ids token by token, keeping so many beginnings at each step.

    Parameters
    ----------
    decoder : TokenDecoder
    trie : IdTrie
    states : ndarray of float32, shape (n, dim)
    beams : int
        Beginnings kept, at least 1.
    constrained : bool
        Only tokens compete that go on to an item. False lets all tokens of a place compete, so
        that a beam may end at an id that no item has.

    Returns
    -------
    columns : ndarray of int64, shape (n, b)
        Items, likeliest first, and -1 for an id that no item has. b is `beams`, or the number of
        all ids where there are fewer.
    log_probabilities : ndarray of float32, shape (n, b)
        Of equal ones the earlier id in the order of tokens comes first.
    """
    n = len(states)
    tokens = np.zeros((n, 1, 0), dtype=np.int32)
    nodes = np.zeros((n, 1), dtype=np.int64)
    total = np.zeros((n, 1))
    for level in range(trie.depth):
        size = decoder.size(level)
        logits = decoder.logits(states, tokens)
        # A node of -1 is no beginning of any id; its row below is all -1.
        leads = np.vstack([trie.allowed(level, size), np.full((1, size), -1)])[nodes]
        if constrained:
            logits = np.where(leads >= 0, logits, -np.inf)
        logits -= logits.max(axis=2, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=2, keepdims=True))
        scores = (total[:, :, None] + logits).reshape(n, -1)
        kept = _highest(scores, min(beams, _reachable(trie, decoder, level, constrained)))
        above, token = kept // size, kept % size
        total = np.take_along_axis(scores, kept, axis=1)
        nodes = np.take_along_axis(leads.reshape(n, -1), kept, axis=1)
        tokens = np.concatenate(
            [np.take_along_axis(tokens, above[:, :, None], axis=1), token[:, :, None]],
            axis=2,
        ).astype(np.int32)
    return np.where(nodes >= 0, trie.columns[nodes], -1), total.astype(np.float32)


def _reachable(trie: IdTrie, decoder: TokenDecoder, level: int, constrained: bool) -> int:
    """Return how many different beginnings there are with one token more."""
    if constrained:
        return len(trie.tokens[level])
    return int(np.prod([float(decoder.size(place)) for place in range(level + 1)]))


def _highest(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the places of the k highest of each row, in falling order; ties by place."""
    k = min(k, scores.shape[1])
    if k < scores.shape[1]:
        border = np.partition(scores, scores.shape[1] - k, axis=1)[:, -k, None]
        # What lies below the border cannot be among them; the sort is stable for what is left.
        scores = np.where(scores < border, -np.inf, scores)
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]
