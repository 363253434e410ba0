"""Write ids after any histories, real ones only or freely, and rank what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from longtail_lib.models.generative.beam_search import beam_search
from longtail_lib.models.generative.sequence_windows import latest_steps
from longtail_lib.models.sequence.user_sequences import left_padded
from longtail_lib.preprocessing.parts import rows_of

__all__ = ["IdWriting", "last_states"]

# Histories that the encoder reads at a time.
_BLOCK = 256


class IdWriting:
    """What `GenerativeRetrieval` does with histories, beside being a recommender.

    A class that derives from it has `user_states_`, the decoder and trie in `_decoder` and
    `_trie`, and makes an untrained network with `_network()`, whose weights are `weight_0_` and
    so on.
    """

    def generate(
        self,
        sequences: Sequence[Sequence[Any]],
        k: int = 10,
        constrained: bool = True,
        beams: int = 50,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Write the next item's id after some histories, by beam search.

        Parameters
        ----------
        sequences : sequence of sequences of source item ids
            Oldest first, also empty ones; of a longer one the latest `max_length` items count.
            They need not be histories of the split's users. Their own items may be written again.
        k : int
            Ids for each history, at most `beams` and the size of the catalogue.
        constrained : bool
            Only tokens compete that go on to a real item. False lets the network write what it
            likes.
        beams : int
            Beginnings kept at each step. The more, the nearer to the exact order of `score`.

        Returns
        -------
        items : masked array of source item ids, shape (n, k)
            Masked where no item has the id that was written; never so if constrained.
        log_probabilities : ndarray of float32, shape (n, k)

        Raises
        ------
        NotFittedError
            `fit` or `load` has not run.
        KeyError, TypeError
            Ids that the catalogue does not hold.
        ValueError
            k or beams out of range.
        """
        return self._generate(self._read(sequences), k, constrained, beams)

    def invalid_share(self, user_rows: Any, k: int = 10, beams: int = 50) -> float:
        """Return the share of ids that no item has among k written freely for some users.

        Parameters
        ----------
        user_rows : array of int, shape (n,)
            Rows of the split.
        k, beams : int
            See `generate`.
        """
        self._check_fitted()
        states = self.user_states_[np.atleast_1d(user_rows)]
        items, _ = self._generate(states, k, constrained=False, beams=beams)
        return float(np.ma.getmaskarray(items).mean())

    def recommend_next(
        self, sequences: Sequence[Sequence[Any]], k: int = 10
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the k items that most likely come after some histories, exactly.

        Parameters
        ----------
        sequences : sequence of sequences of source item ids
            As in `generate`; all their items are left out of the lists.
        k : int

        Returns
        -------
        items : ndarray of source item ids, shape (n, k)
        scores : ndarray of float32, shape (n, k)
            Log probabilities, -inf where a history leaves fewer than k items.
        """
        states = self._read(sequences)
        self._check_k(k, len(self.item_ids_), "the size of the catalogue")
        scores = self._log_probabilities(states)
        for row, sequence in enumerate(sequences):
            scores[row, rows_of(self.item_ids_, list(sequence), "item")] = -np.inf
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return self.item_ids_[best], np.take_along_axis(scores, best, axis=1)

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
        if not hasattr(self, "network_"):
            self.network_ = self._network()
            weights = self.network_.weights
            self.network_.set_weights(
                [getattr(self, f"weight_{place}_") for place in range(len(weights))]
            )
        return last_states(self.network_, left_padded(flat, lengths, self.max_length))

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
