"""The decoder in NumPy: next-token logits from a user's state and the tokens so far."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

__all__ = ["IdTrie", "TokenDecoder", "beam_search", "places_with_cold_share"]


class TokenDecoder:
    r"""Decode ids from states, with the arrays of a trained `GenerativeNetwork`."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self.arrays = {name: array.astype(np.float64) for name, array in arrays.items()}
        self.depth = sum(name.startswith("project_kernel_") for name in arrays)

    def size(self, level: int) -> int:
        """Return the number of tokens of a place."""
        return len(self.arrays[f"code_bias_{level}"])

    def query(self, states: np.ndarray, level: int) -> np.ndarray:
        """Project states, shape (n, dim), for one place, shape (n, dim)."""
        own = self.arrays
        return states @ own[f"project_kernel_{level}"] + own[f"project_bias_{level}"]

    def condition(self, prefixes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return scale and shift, shape (m, dim) each, of prefixes, shape (m, level)."""
        own, level = self.arrays, prefixes.shape[1]
        dim = own["project_kernel_0"].shape[1]
        if level == 0:
            flat = np.zeros((len(prefixes), dim))
            return flat + 1, flat
        tokens = np.concatenate(
            [own[f"tokens_{place}"][prefixes[:, place]] for place in range(level)], axis=1
        )
        hidden = np.maximum(tokens @ own[f"hidden_kernel_{level}"] + own[f"hidden_bias_{level}"], 0)
        both = hidden @ own[f"film_kernel_{level}"] + own[f"film_bias_{level}"]
        return 1 + both[:, :dim], both[:, dim:]

    def logits(self, states: np.ndarray, prefixes: np.ndarray) -> np.ndarray:
        """Return the logits of all next tokens of the place."""
        n, beams, level = prefixes.shape
        scale, shift = self.condition(prefixes.reshape(n * beams, level))
        query = np.repeat(self.query(states, level), beams, axis=0) * scale + shift
        own = self.arrays
        logits = query @ own[f"code_vectors_{level}"].T + own[f"code_bias_{level}"]
        return logits.reshape(n, beams, -1)

    def node_vectors(self, trie: IdTrie) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return vectors and constants of the trie's nodes, for each place."""
        own, nodes = self.arrays, []
        for level in range(self.depth):
            scale, shift = self.condition(trie.prefixes(level))
            codes = own[f"code_vectors_{level}"][trie.tokens[level]]
            parents = trie.parents[level]
            constant = (shift[parents] * codes).sum(axis=1)
            constant += own[f"code_bias_{level}"][trie.tokens[level]] + trie.adjustment[level]
            nodes.append((scale[parents] * codes, constant))
        return nodes

    def log_probabilities(
        self,
        states: np.ndarray,
        trie: IdTrie,
        nodes: list[tuple[np.ndarray, np.ndarray]] | None = None,
    ) -> np.ndarray:
        """Return the exact log probability of every item under constrained decoding."""
        nodes = self.node_vectors(trie) if nodes is None else nodes
        total = np.zeros((len(states), 1))
        for level, (vectors, constant) in enumerate(nodes):
            parents, first = trie.parents[level], trie.first_child[level]
            if len(first) == len(parents):
                # Each node has one child: nothing competes.
                continue
            logits = self.query(states, level) @ vectors.T + constant
            logits -= np.maximum.reduceat(logits, first, axis=1)[:, parents]
            sums = np.log(np.add.reduceat(np.exp(logits), first, axis=1))
            total = (total - sums)[:, parents] + logits
        scores = np.empty((len(states), len(trie.columns)), dtype=np.float32)
        scores[:, trie.columns] = total
        return scores


def beam_search(
    decoder: TokenDecoder,
    trie: IdTrie,
    states: np.ndarray,
    beams: int,
    constrained: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Write the likeliest ids token by token, keeping so many beginnings at each step."""
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
            logits = np.where(leads >= 0, logits + trie.adjustment[level][leads], -np.inf)
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


class IdTrie:
    """Which tokens may follow which, so that every path ends at an item.

    With a log prior of the items, every node's logit is adjusted by minus `strength` times the
    logarithm of what lies below it.
    """

    def __init__(
        self, codes: np.ndarray, log_prior: np.ndarray | None = None, strength: float = 0.0
    ) -> None:
        codes = np.asarray(codes)
        if codes.ndim != 2 or not codes.size:
            raise ValueError(f"IdTrie takes ids as rows of a matrix, got shape {codes.shape}")
        order = np.lexsort(codes.T[::-1])
        ranked = codes[order]
        self.depth = codes.shape[1]
        self.tokens: list[np.ndarray] = []
        self.parents: list[np.ndarray] = []
        self.first_child: list[np.ndarray] = []
        self.adjustment: list[np.ndarray] = []
        node = np.zeros(len(codes), dtype=np.int64)
        starts = np.ones(len(codes), dtype=bool)
        starts[1:] = False
        for level in range(self.depth):
            starts = starts.copy()
            starts[1:] |= ranked[1:, level] != ranked[:-1, level]
            first = np.flatnonzero(starts)
            self.tokens.append(ranked[first, level].astype(np.int32))
            self.parents.append(node[first])
            self.first_child.append(np.unique(self.parents[-1], return_index=True)[1])
            self.adjustment.append(np.zeros(len(first)))
            if log_prior is not None:
                below = np.logaddexp.reduceat(log_prior[order].astype(np.float64), first)
                self.adjustment[-1] -= strength * below
            node = np.cumsum(starts) - 1
        if not starts.all():
            twice = ranked[int(np.flatnonzero(~starts)[0])]
            raise ValueError(
                f"ids must be unique, and {'-'.join(map(str, twice.tolist()))} stands for more "
                "than one item; SemanticIds adds a last token for this"
            )
        self.columns = order

    def allowed(self, level: int, size: int) -> np.ndarray:
        """Say which tokens may come next."""
        leads = np.full((len(self.first_child[level]), size), -1, dtype=np.int64)
        leads[self.parents[level], self.tokens[level]] = np.arange(len(self.tokens[level]))
        return leads

    def prefixes(self, level: int) -> np.ndarray:
        """Return the tokens of every node with `level` tokens, shape (nodes, level), int32."""
        node = np.arange(len(self.tokens[level - 1]) if level else 1)
        columns = []
        for above in reversed(range(level)):
            columns.append(self.tokens[above][node])
            node = self.parents[above][node]
        if not columns:
            return np.zeros((1, 0), dtype=np.int32)
        return np.stack(columns[::-1], axis=1)


def places_with_cold_share(
    scores: np.ndarray, cold: np.ndarray, share: float, masked: np.ndarray
) -> np.ndarray:
    """Rank items anew, so that the best cold ones have a place they do not fall below."""
    places = np.empty(scores.shape, dtype=np.float32)
    for row, (own, seen) in enumerate(zip(scores, masked, strict=True)):
        order = np.argsort(-own, kind="stable")
        last, order = order[seen[order]], order[~seen[order]]
        is_cold = cold[order]
        # How many warm items stand before each cold one by score, and at most by share.
        before = np.cumsum(~is_cold)[is_cold]
        rank = np.arange(1, len(before) + 1)
        # The small push down keeps 3 / 0.3 from rounding up to 11.
        slot = np.ceil(rank / share - 1e-9).astype(np.int64) - rank
        ranked = np.insert(order[~is_cold], np.minimum(before, slot), order[is_cold])
        places[row, np.concatenate([ranked, last])] = -np.arange(1, len(own) + 1)
    return places
