"""Two-tower retrieval: vectors of users and items, trained by the loss and negatives you choose."""

from __future__ import annotations

import os
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import BOOLEAN, WORDS, Constraint, Interval, Nullable, Options
from longtail_lib.models._negative_sampling import NEGATIVES, StreamFrequency
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.models._vector_products import VectorProducts, cosines
from longtail_lib.models.debiased.logit_adjusted import log_prior
from longtail_lib.models.gradient_recommender import GradientRecommender
from longtail_lib.preprocessing import Split

__all__ = ["TwoTower"]

_SIGNS = {"right": 1.0, "none": 0.0, "wrong": -1.0}
# Below this many items every item has a bucket of its own.
_BUCKETS = 2**20


class TwoTower(VectorProducts, GradientRecommender):
    r"""Score items by the similarity of a user's and an item's learned vector.

    Either tower is an embedding of the id, plus a linear map of features where these are asked
    for. The logit of a pair is its cosine (or dot product) over a temperature.

    Parameters
    ----------
    dim : int
        Length of the vectors.
    features : None, str or sequence of str
        Beside ids, "attributes" (text and list columns of the item table), "popularity", or both;
        see `two_tower_features`.
    loss : {"softmax", "sampled-softmax", "bce", "bpr", "mse"}
        "softmax" compares each interaction with the whole catalogue and draws no negatives; its
        batches hold whole users, so that one row of logits serves all interactions of a user. The
        others compare it with negatives: see `retrieval_losses`.
    negatives : {"uniform", "in-batch", "popularity", "mixed"}
        Drawn uniformly or by popularity for each batch; or the items of the batch's other
        interactions, which come by popularity without being drawn; or these and uniform ones.
        An interaction's own item is never its negative.
    n_negatives : int
        Negatives drawn for each batch; they serve all of its interactions.
    logq : {"right", "none", "wrong"}
        For "sampled-softmax": subtract the log probability of being a negative from every logit;
        do not; or add it. Without it, negatives that come by popularity teach how much more than
        its popularity suggests an item suits a user. The wrong sign takes popularity off twice
        and is here to be shown. In-batch probabilities are estimated from the stream, others are
        known.
    temperature : float > 0
        Cosines (or dot products) are divided by it; of no effect with "mse".
    logit_adjustment : float
        tau: for the softmax losses, tau times the log of an item's share of train interactions
        (plus one each) is added to its logits in training, and not when scoring. 0 leaves them.
    similarity : {"cosine", "dot"}
    item_bias : bool
        Give each item a logit of its own, beside the vectors.
    l2 : float
        Penalty on the squared length of a batch's vectors; of use with "dot".
    epochs, batch_size, learning_rate, patience, checkpoint, seed, progress
        As in `GradientRecommender`.

    Attributes
    ----------
    user_vectors_, item_vectors_ : ndarray of float32, shape (n_users, dim), (n_items, dim)
        Their product is the score: the cosine or dot product. With `item_bias` they are one
        longer, and the product is the logit times the temperature.
    history_, best_epoch_, network_
        See `GradientRecommender`.

    Raises
    ------
    ValueError
        From `fit`: a parameter out of range or one that the loss does not use, features that the
        split lacks, or what `GradientRecommender` raises.

    Notes
    -----
    Two fits on one machine give the same vectors. Defaults were chosen on the validation parts of
    shop and MovieLens latest-small.

    keras-rs' `SamplingProbabilityCorrection` corrects the logits. Its `RemoveAccidentalHits`
    (version 0.4.0) adds 1e-40 where it should subtract much, which removes nothing; own items are
    masked here instead.

    References
    ----------
    X. Yi et al., "Sampling-bias-corrected neural modeling for large corpus item recommendations",
    RecSys 2019: in-batch softmax and its correction.
    J. Yang et al., "Mixed Negative Sampling for Learning Two-tower Neural Networks in
    Recommendations", Companion Proceedings of the Web Conference 2020.
    A. K. Menon et al., "Long-tail learning via logit adjustment", ICLR 2021.

    Examples
    --------
    >>> TwoTower(loss="sampled-softmax", negatives="in-batch").get_params()["logq"]
    'right'
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "dim": Interval(Integral, 1),
        "features": Nullable(WORDS, "for ids alone"),
        "loss": Options("softmax", "sampled-softmax", "bce", "bpr", "mse"),
        "negatives": Options(*NEGATIVES),
        "n_negatives": Interval(Integral, 1),
        "logq": Options(*_SIGNS),
        "temperature": Interval(Real, 0, closed="neither"),
        "logit_adjustment": Interval(Real),
        "similarity": Options("cosine", "dot"),
        "item_bias": BOOLEAN,
        "l2": Interval(Real, 0),
    }

    def __init__(
        self,
        dim: int = 64,
        features: str | tuple[str, ...] | None = None,
        loss: str = "softmax",
        negatives: str = "uniform",
        n_negatives: int = 512,
        logq: str = "right",
        temperature: float = 0.2,
        logit_adjustment: float = 0.0,
        similarity: str = "cosine",
        item_bias: bool = False,
        l2: float = 0.0,
        epochs: int = 30,
        batch_size: int = 1024,
        learning_rate: float = 0.01,
        patience: int | None = 3,
        checkpoint: str | os.PathLike[str] | None = None,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.dim = dim
        self.features = features
        self.loss = loss
        self.negatives = negatives
        self.n_negatives = n_negatives
        self.logq = logq
        self.temperature = temperature
        self.logit_adjustment = logit_adjustment
        self.similarity = similarity
        self.item_bias = item_bias
        self.l2 = l2
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.checkpoint = checkpoint
        self.seed = seed
        self.progress = progress

    def _build(self, parts: Split) -> Any:
        from longtail_lib.models._two_tower_network import TwoTowerNetwork, keras, tower_features

        self._frequency = None
        if self._corrected:
            self._frequency = StreamFrequency(
                buckets=min(parts.n_items, _BUCKETS),
                n_items=parts.n_items,
                start=parts.n_items,
                seed=self.seed,
            )
        names = (self.features,) if isinstance(self.features, str) else tuple(self.features or ())
        item, user = tower_features(parts, names) if names else (None, None)
        network = TwoTowerNetwork(
            parts.n_users,
            parts.n_items,
            self.dim,
            item_features=item,
            user_features=user,
            loss=self.loss,
            similarity=self.similarity,
            temperature=self.temperature,
            in_batch=self.negatives in ("in-batch", "mixed"),
            correction=_SIGNS[self.logq] if self._corrected else 0.0,
            log_prior=self._log_prior(parts),
            item_bias=self.item_bias,
            l2=self.l2,
            seed=self.seed,
        )
        network.build()
        network.compile(
            keras.optimizers.Adam(self.learning_rate), steps_per_execution=8, jit_compile=False
        )
        return network

    def _batches(self, parts: Split, epoch: int, rng: np.random.Generator) -> Any:
        from longtail_lib.models._training_batches import interaction_batches, user_batches

        if self.loss == "softmax":
            return user_batches(parts.train, self.batch_size, rng)
        return interaction_batches(
            parts.train,
            self.batch_size,
            rng,
            negatives=self.negatives,
            n_negatives=self.n_negatives,
            frequency=self._frequency,
        )

    def _snapshot(self, network: Any) -> dict[str, np.ndarray]:
        return {"user_vectors": network.vectors("user"), "item_vectors": network.vectors("item")}

    def _snapshot_shapes(self) -> dict[str, Stored]:
        n_users, n_items = self.seen_.shape
        length = self.dim + bool(self.item_bias)
        return {"user_vectors": floats(n_users, length), "item_vectors": floats(n_items, length)}

    def _fold_in(self, known: csr_matrix, columns: np.ndarray, lengths: np.ndarray) -> None:
        super()._fold_in(known, columns, lengths)
        if self.item_bias:
            # The place by which items' biases count.
            self.user_vectors_[:, -1] = 1

    def _similar(self, items: np.ndarray, among: np.ndarray) -> np.ndarray:
        vectors = self.item_vectors_[:, :-1] if self.item_bias else self.item_vectors_
        return cosines(vectors, items, among)

    def _carried(self) -> dict[str, np.ndarray]:
        return {} if self._frequency is None else self._frequency.state()

    def _carry_on(self, carried: Mapping[str, np.ndarray]) -> None:
        if self._frequency is not None:
            self._frequency.restore(carried)

    @property
    def _corrected(self) -> bool:
        return self.loss == "sampled-softmax" and self.logq != "none"

    def _log_prior(self, parts: Split) -> np.ndarray | None:
        if not self.logit_adjustment:
            return None
        return (self.logit_adjustment * log_prior(parts.popularity)).astype(np.float32)

    def _check_parameters(self, parts: Split) -> None:
        super()._check_parameters(parts)
        if self.logit_adjustment and self.loss not in ("softmax", "sampled-softmax"):
            raise ValueError(
                "TwoTower: logit_adjustment changes the softmax losses alone, and loss is "
                f"{self.loss!r}; set it to 0"
            )
