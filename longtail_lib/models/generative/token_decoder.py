"""The decoder in NumPy: next-token logits from a user's state and the tokens so far."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from longtail_lib.models.generative.id_trie import IdTrie

__all__ = ["TokenDecoder"]


class TokenDecoder:
    r"""Decode ids from states, with the arrays of a trained `GenerativeNetwork`.

    At place l the state h becomes a query, which the tokens so far scale and shift:
    q = (W_l h + b_l) (1 + g_l(prefix)) + r_l(prefix). Its products with the code vectors of that
    place are the logits. Scale and shift do not depend on the user. So the logit of a node of the
    id trie is the product of W_l h + b_l with a vector of the node, plus a constant, and the log
    probability of every item comes exactly from one matrix product for each place.

    It counts in float64. The two ways multiply in another order, and a log probability is a small
    difference of logits, which may be a thousand times as large: float32 would leave three digits.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        From `GenerativeNetwork.decoder_arrays`.
    """

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
        """Return the logits of all next tokens of the place.

        Parameters
        ----------
        states : ndarray of float32, shape (n, dim)
        prefixes : ndarray of int, shape (n, b, level)
            Of b beams for each state.

        Returns
        -------
        ndarray of float64, shape (n, b, size)
        """
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
            constant += own[f"code_bias_{level}"][trie.tokens[level]]
            nodes.append((scale[parents] * codes, constant))
        return nodes

    def log_probabilities(
        self,
        states: np.ndarray,
        trie: IdTrie,
        nodes: list[tuple[np.ndarray, np.ndarray]] | None = None,
    ) -> np.ndarray:
        """Return the exact log probability of every item under constrained decoding.

        At every step only tokens compete that go on to an item, so the probabilities of the
        catalogue add up to 1.

        Parameters
        ----------
        states : ndarray of float32, shape (n, dim)
        trie : IdTrie
        nodes : list
            From `node_vectors`, where they are at hand.

        Returns
        -------
        ndarray of float32, shape (n, n_items)
        """
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
