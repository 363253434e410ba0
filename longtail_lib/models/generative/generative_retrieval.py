"""TIGER-like generative retrieval: read a user's items as tokens, write the next item's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._import_keras import import_keras
from longtail_lib._parameters import Constraint, Interval
from longtail_lib.models._network_variables import named
from longtail_lib.models._stored_arrays import Stored, StoredArrays, floats
from longtail_lib.models._vector_products import cosines
from longtail_lib.models.content._item_vectors import ContentRecommender
from longtail_lib.models.debiased.logit_adjusted import log_prior
from longtail_lib.models.generative._decoding import IdTrie, TokenDecoder, places_with_cold_share
from longtail_lib.models.generative._id_writing import (
    IdWriting,
    last_states,
    network_shapes,
    window_batches,
)
from longtail_lib.models.generative.semantic_ids import SemanticIds
from longtail_lib.models.gradient_recommender import GradientRecommender
from longtail_lib.models.sequence._user_sequences import left_padded, user_sequences
from longtail_lib.models.sequence.pretrained import MOST_BLOCKS
from longtail_lib.preprocessing import Split

__all__ = ["GenerativeRetrieval"]


class GenerativeRetrieval(IdWriting, ContentRecommender, GradientRecommender):
    r"""TIGER-like generative retrieval: write the next item's id, token by token.

    `SemanticIds` turns text vectors into ids. A causal transformer reads a history, each item as
    the sum of its tokens' embeddings; a small decoder writes the next item's tokens from coarse to
    fine, each given those before it. No item has a vector of its own: what is learned about a
    token serves all items that carry it, also those without any interaction.

    The score of an item is the log probability of writing its id when at every step only tokens
    compete that go on to a real item. It is exact for the whole catalogue, not the outcome of a
    beam search, and its exponentials add up to 1 (with `cold_share` it is minus the place).

    Parameters
    ----------
    vectors : ndarray of float, shape (n_items, d), str or None
        See `ContentRecommender`.
    levels, codes, method, spread
        See `SemanticIds`.
    dim : int
        Width of embeddings and states; a multiple of `heads`.
    blocks, heads : int
        Of the encoder's self-attention.
    max_length : int
        Latest items that a prediction reads; longer histories are cut.
    dropout : float in [0, 1)
    cold_share : float in [0, 1]
        Share of every list that is kept for cold items, best first, as TIGER does; 0 lets them
        compete by probability alone, in which they rarely win, because in training no history
        ever went on with them.
    logit_adjustment : float
        tau: at every step a token's logit loses tau times the logarithm of the share of train
        interactions that lie below it (one is added to each item), so that a beginning is not
        preferred for its popularity. 0 leaves probabilities as they were learned.
    epochs, batch_size, learning_rate, patience, checkpoint, seed, progress
        As in `GradientRecommender`; a batch counts windows of at most `max_length` interactions.
        The learning rate falls to nothing over `epochs`, so the last weights are as a rule the
        best and `patience` is off by default.

    Attributes
    ----------
    ids_ : SemanticIds
    user_states_ : ndarray of float32, shape (n_users, dim)
        After each user's last train interaction.
    cold_ : ndarray of bool, shape (n_items,)
        Items without train interactions.
    history_, best_epoch_, network_
        See `GradientRecommender`.

    Raises
    ------
    ValueError
        From `fit`: a parameter out of range, vectors that do not fit the catalogue, a split
        without times, or what `GradientRecommender` raises.

    Notes
    -----
    What differs from TIGER: each item is one step, the sum of its tokens, and all next items of a
    history are predicted in one pass (Lee et al.'s RQ-Transformer), some hundred times less work.
    The decoder does not attend to the history; each place has a linear map of its last state,
    scaled and shifted (FiLM) by the tokens before. There is no token for the user. Codebooks come
    from k-means unless `method="rq-vae"`, with 64 codes for 256, and `spread` gives most items a
    last code of their own, where TIGER tells them apart by a fourth token.

    `logit_adjustment` corrects one step after another, each within the tokens that compete there;
    `LogitAdjusted` around this model corrects whole items by the same tau, and an item's place
    does not depend on what its beginning promised. D3 (Bao et al.) takes other biases out of
    decoding, those of length normalisation and of a language model's favourite tokens; here ids
    are equally long, and a token without rivals costs nothing anyway. On the shop neither
    adjustment helps: at tau 1 NDCG@10 falls from .218 to .060 while the tail's rises to .007.

    On shop, leave-last-out with vectors of all-MiniLM-L6-v2, NDCG@10 is .150 (tail .000); with
    shuffled vectors .105, Popularity .100, EASE .166. Of 374 items made cold none came into any
    top 50 by probability; `cold_share=0.2` gave them a Recall@50 of .077, `ContentKNN` .106, and
    chance .012.

    References
    ----------
    S. Rajput et al., "Recommender systems with generative retrieval", NeurIPS 2023 (TIGER).
    D. Lee, C. Kim, S. Kim, M. Cho and W.-S. Han, "Autoregressive image generation using residual
    quantization", CVPR 2022.
    K. Bao et al., "Decoding matters: addressing amplification bias and homogeneity issue in
    recommendations for large language models", EMNLP 2024 (D3).
    A. K. Menon et al., "Long-tail learning via logit adjustment", ICLR 2021.
    E. Perez et al., "FiLM: visual reasoning with a general conditioning layer", AAAI 2018: the
    scale and shift by which tokens act on the decoder.

    Examples
    --------
    >>> GenerativeRetrieval(levels=2, codes=16).get_params()["method"]
    'residual-k-means'
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        **SemanticIds._constraints,
        "dim": Interval(Integral, 1),
        "blocks": Interval(Integral, 1, MOST_BLOCKS),
        "heads": Interval(Integral, 1),
        "max_length": Interval(Integral, 1),
        "dropout": Interval(Real, 0, 1, closed="left"),
        "cold_share": Interval(Real, 0, 1),
        "logit_adjustment": Interval(Real),
    }

    # What comes first of all is learned, too.
    _scores_without_history = True

    def __init__(
        self,
        vectors: np.ndarray | str | None = None,
        levels: int = 3,
        codes: int = 64,
        method: str = "residual-k-means",
        spread: bool = True,
        dim: int = 64,
        blocks: int = 1,
        heads: int = 2,
        max_length: int = 50,
        dropout: float = 0.2,
        cold_share: float = 0.0,
        logit_adjustment: float = 0.0,
        epochs: int = 12,
        batch_size: int = 32,
        learning_rate: float = 4e-3,
        patience: int | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.vectors = vectors
        self.levels = levels
        self.codes = codes
        self.method = method
        self.spread = spread
        self.dim = dim
        self.blocks = blocks
        self.heads = heads
        self.max_length = max_length
        self.dropout = dropout
        self.cold_share = cold_share
        self.logit_adjustment = logit_adjustment
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.checkpoint = checkpoint
        self.seed = seed
        self.progress = progress

    def _build(self, parts: Split) -> Any:
        self._sequences = user_sequences(parts, int(np.diff(parts.train.indptr).max()))
        self._popularity = parts.popularity
        self.ids_ = SemanticIds(
            levels=self.levels,
            codes=self.codes,
            method=self.method,
            spread=self.spread,
            seed=self.seed,
        ).fit(self._text_vectors(parts))
        network = self._network()
        windows = np.ceil(np.diff(parts.train.indptr) / self.max_length).sum()
        steps = self.epochs * max(1, round(windows / self.batch_size))
        optimizers = import_keras().optimizers
        # Falling to nothing at the end: what one token learns moves all items that carry it, and
        # at a constant rate they never settle.
        rate = optimizers.schedules.CosineDecay(self.learning_rate, steps)
        network.compile(optimizers.Adam(rate), jit_compile=False)
        return network

    def _network(self) -> Any:
        from longtail_lib.models.generative._generative_network import GenerativeNetwork

        tokens = self._tokens()
        network = GenerativeNetwork(
            tokens,
            self.ids_.sizes_[: tokens.shape[1]],
            dim=self.dim,
            blocks=self.blocks,
            heads=self.heads,
            max_length=self.max_length,
            dropout=self.dropout,
            seed=self.seed,
        )
        network.build()
        return network

    def _tokens(self) -> np.ndarray:
        """Return what is read and written of each id: a last token that is always 0 is not."""
        return self.ids_.codes_ if self.ids_.sizes_[-1] > 1 else self.ids_.codes_[:, :-1]

    def _batches(self, parts: Split, epoch: int, rng: np.random.Generator) -> Any:
        return window_batches(self._sequences, parts.n_items, self.max_length, self.batch_size, rng)

    def _snapshot(self, network: Any) -> dict[str, np.ndarray]:
        decoder = network.decoder_arrays()
        prior = log_prior(self._popularity).astype(np.float32)
        return {
            "user_states": last_states(network, self._sequences),
            "cold": self._popularity == 0,
            **({"log_prior": prior} if self.logit_adjustment else {}),
            **{f"decoder_{name}": value for name, value in decoder.items()},
            **{f"weight_{place}": value for place, value in enumerate(network.get_weights())},
        }

    def _snapshot_shapes(self) -> dict[str, Stored]:
        self._check_heads()
        n_users, n_items = self.seen_.shape
        sizes = self.ids_.sizes_[: self._tokens().shape[1]]
        decoder, weights = network_shapes(sizes, self.dim, self.blocks, self.heads, self.max_length)
        return {
            "user_states": floats(n_users, self.dim),
            "cold": Stored("bool", (n_items,)),
            **({"log_prior": floats(n_items)} if self.logit_adjustment else {}),
            **{f"decoder_{name}": one for name, one in decoder.items()},
            **{f"weight_{place}": one for place, one in enumerate(weights)},
        }

    def _learn(self, snapshot: Mapping[str, np.ndarray]) -> None:
        self._decoder = TokenDecoder(named(snapshot, "decoder"))
        self._trie = IdTrie(self._tokens(), snapshot.get("log_prior"), self.logit_adjustment)
        self._nodes = self._decoder.node_vectors(self._trie)
        super()._learn(snapshot)

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        scores = self._log_probabilities(self.user_states_[user_rows])
        if not self.cold_share or not self.cold_.any():
            return scores
        seen = self.seen_[user_rows].toarray() != 0
        return places_with_cold_share(scores, self.cold_, self.cold_share, seen)

    def _fold_in(self, known: csr_matrix, columns: np.ndarray, lengths: np.ndarray) -> None:
        self.user_states_ = self._states(left_padded(columns, lengths, self.max_length))

    def _reread(self, parts: Split) -> None:
        self.user_states_ = self._states(user_sequences(parts, self.max_length))

    def _similar(self, items: np.ndarray, among: np.ndarray) -> np.ndarray:
        return cosines(self.ids_.decode(self.ids_.codes_), items, among)

    def _log_probabilities(self, states: np.ndarray) -> np.ndarray:
        return self._decoder.log_probabilities(states, self._trie, self._nodes)

    def _to_file(self) -> dict[str, np.ndarray]:
        ids = {f"ids_{name}": value for name, value in self.ids_.state().items()}
        return super()._to_file() | ids

    def _from_file(self, stored: StoredArrays) -> None:
        ids = SemanticIds(self.levels, self.codes, self.method, self.spread, self.seed)
        self.ids_ = ids.restore(stored.within("ids_"))
        if len(self.ids_.codes_) != len(self.item_ids_):
            raise ValueError(f"{len(self.ids_.codes_)} ids for {len(self.item_ids_)} items")
        super()._from_file(stored)

    def _check_parameters(self, parts: Split) -> None:
        super()._check_parameters(parts)
        self._check_heads()

    def _check_heads(self) -> None:
        if self.dim % self.heads:
            raise ValueError(
                f"GenerativeRetrieval: dim must be a multiple of heads, got {self.dim} and "
                f"{self.heads}"
            )
