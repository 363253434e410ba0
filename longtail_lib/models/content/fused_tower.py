"""Two towers that know items by id, by text, or by both: one class, and the way is a parameter."""

from __future__ import annotations

import os
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._import_keras import import_keras
from longtail_lib._parameters import Constraint, Interval, Options
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.models._vector_products import VectorProducts
from longtail_lib.models.content._item_vectors import FUSIONS, ContentRecommender
from longtail_lib.models.debiased.logit_adjusted import log_prior
from longtail_lib.models.gradient_recommender import GradientRecommender
from longtail_lib.models.retrieval_losses import full_softmax
from longtail_lib.preprocessing import Split

__all__ = ["FusedNetwork", "FusedTower", "similar_users"]


class FusedTower(VectorProducts, ContentRecommender, GradientRecommender):
    r"""Score items by the cosine of a user's vector and an item's, made of its id and its text.

    Everything but the item's vector is as in `TwoTower` with its softmax over the whole
    catalogue, so two fits with different `fusion` differ by the fusion alone.

    Parameters
    ----------
    fusion : str
        "none": a learned vector for each id. "text": a learned linear map of the text vector.
        "sum" of both. "concatenation": half of the dimensions for each. "gate": g times the id
        plus 1 - g times the text, where g is a learned logistic function of log popularity.
        "prefixes": semantic ids as features, that is a learned vector for each beginning of the
        item's `SemanticIds` (one token, two tokens), shared by all items that begin alike, and
        one of its own, summed; those that no train interaction has taught are left out.
        "null-space" (AlphaFuse): half of the coordinates are the text's own directions of largest
        variance, frozen; ids are learned in the rest. "dual-view" (after LLM-ESR): a
        concatenation whose ids start from the text, and users are drawn towards the mean of those
        whose histories read alike.
    vectors : ndarray of float, shape (n_items, d), str or None
        See `ContentRecommender`. A row of zeros is an item without text.
    dim : int
    temperature : float > 0
        Cosines are divided by it in training.
    logit_adjustment : float
        As in `TwoTower`: above 0 popular items are learned less, which favours the tail.
    distillation : float
        For "dual-view": weight of the squared distance between a user's vector and the mean of
        those of similar users.
    similar : int
        For "dual-view": how many similar users.
    epochs, batch_size, learning_rate, patience, checkpoint, seed, progress
        As in `GradientRecommender`.

    Attributes
    ----------
    user_vectors_, item_vectors_ : ndarray of float32, of length 1
        Their product is the score.
    gate_ : ndarray of float32, shape (n_items,)
        With `fusion="gate"`: the learned share of the id in each item's vector.
    history_, best_epoch_, network_
        See `GradientRecommender`.

    Raises
    ------
    ValueError
        From `fit`: a parameter out of range, vectors that do not fit the catalogue or the
        encoder's errors.

    Notes
    -----
    LLM-ESR and AlphaFuse were published for sequence models; here, and in `SASRec`, their item
    sides are taken over. What differs from LLM-ESR: the user has a vector in place of two sequence
    encoders with cross-attention between the views; text has one linear map of half of `dim`, not
    two; similar users are those of a like mean text, for LLM embeddings of written histories.
    `SASRec` has the item side without the distillation. From AlphaFuse: the frozen text takes half
    of `dim` (64 of 128 dimensions in the authors' code); ids start near zero at random and are
    learned against the whole catalogue, cold items too, with a softmax in place of InfoNCE over
    drawn negatives; so what an unknown item's id adds to its text is not nothing.

    "prefixes" sums the prefixes of Zheng et al. Singh et al. put hashed n-grams or word pieces of
    semantic ids in place of the id; both learn the ids by RQ-VAE, for ranking models. On the shop
    it does not help: NDCG@10 is .271 on validation, with shuffled texts and without text .274.

    References
    ----------
    Q. Liu et al., "LLM-ESR: Large Language Models Enhancement for Long-tailed Sequential
    Recommendation", NeurIPS 2024.
    G. Hu et al., "AlphaFuse: Learn ID Embeddings for Sequential Recommendation in Null Space of
    Language Embeddings", SIGIR 2025.
    A. Singh et al., "Better Generalization with Semantic IDs: A Case Study in Ranking for
    Recommendations", RecSys 2024.
    C. Zheng et al., "Enhancing Embedding Representation Stability in Recommendation Systems with
    Semantic ID", arXiv:2504.02137, 2025.

    Examples
    --------
    >>> FusedTower(fusion="null-space").get_params()["dim"]
    64
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "fusion": Options(*FUSIONS),
        "dim": Interval(Integral, 1),
        "temperature": Interval(Real, 0, closed="neither"),
        "logit_adjustment": Interval(Real),
        "distillation": Interval(Real, 0),
        "similar": Interval(Integral, 1),
    }

    def __init__(
        self,
        fusion: str = "gate",
        vectors: np.ndarray | str | None = None,
        dim: int = 64,
        temperature: float = 0.2,
        logit_adjustment: float = 0.0,
        distillation: float = 0.1,
        similar: int = 10,
        epochs: int = 30,
        batch_size: int = 1024,
        learning_rate: float = 0.01,
        patience: int | None = 3,
        checkpoint: str | os.PathLike[str] | None = None,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.fusion = fusion
        self.vectors = vectors
        self.dim = dim
        self.temperature = temperature
        self.logit_adjustment = logit_adjustment
        self.distillation = distillation
        self.similar = similar
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.checkpoint = checkpoint
        self.seed = seed
        self.progress = progress

    def _check_parameters(self, parts: Split) -> None:
        super()._check_parameters(parts)
        if self.dim < 2 and self.fusion in ("concatenation", "null-space", "dual-view"):
            raise ValueError(
                f"FusedTower: dim must be a whole number from 2 for fusion={self.fusion!r}, which "
                f"halves it, got {self.dim}"
            )

    def _build(self, parts: Split) -> Any:
        from longtail_lib.models.content._item_layers import item_layer

        vectors = None if self.fusion == "none" else self._text_vectors(parts)
        similar = None
        if self.fusion == "dual-view":
            n = min(self.similar, parts.n_users - 1)
            similar = similar_users(parts.train, vectors, n) if n else None
        items = item_layer(
            self.fusion,
            parts.n_items,
            self.dim,
            vectors=vectors,
            popularity=parts.popularity,
            seed=4 * self.seed + 1,
        )
        network = FusedNetwork(
            parts.n_users,
            items,
            temperature=self.temperature,
            log_prior=self._log_prior(parts),
            similar=similar,
            distillation=self.distillation,
            seed=4 * self.seed,
        )
        network.build()
        network.compile(
            keras.optimizers.Adam(self.learning_rate), steps_per_execution=8, jit_compile=False
        )
        return network

    def _batches(self, parts: Split, epoch: int, rng: np.random.Generator) -> Any:
        from longtail_lib.models._training_batches import user_batches

        return user_batches(parts.train, self.batch_size, rng)

    def _snapshot(self, network: Any) -> dict[str, np.ndarray]:
        users, items = network.vectors()
        learned = {"user_vectors": users, "item_vectors": items}
        if self.fusion == "gate":
            learned["gate"] = np.array(ops.convert_to_numpy(network.items.gate()))[:, 0]
        return learned

    def _snapshot_shapes(self) -> dict[str, Stored]:
        n_users, n_items = self.seen_.shape
        learned = {
            "user_vectors": floats(n_users, self.dim),
            "item_vectors": floats(n_items, self.dim),
        }
        return learned | ({"gate": floats(n_items)} if self.fusion == "gate" else {})

    def _log_prior(self, parts: Split) -> np.ndarray | None:
        if not self.logit_adjustment:
            return None
        return (self.logit_adjustment * log_prior(parts.popularity)).astype(np.float32)


keras = import_keras()
ops = keras.ops


class FusedNetwork(keras.Model):
    """A learned vector for each user, an item layer, cosines over a temperature."""

    def __init__(
        self,
        n_users: int,
        items: Any,
        *,
        temperature: float,
        log_prior: np.ndarray | None = None,
        similar: np.ndarray | None = None,
        distillation: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__(name="fused")
        self.items, self.temperature, self.distillation = items, temperature, distillation
        self.users = keras.layers.Embedding(
            n_users,
            items.dim,
            embeddings_initializer=keras.initializers.RandomNormal(stddev=0.1, seed=seed),
        )
        self.log_prior = None if log_prior is None else ops.convert_to_tensor(log_prior)
        self.similar = None if similar is None else ops.convert_to_tensor(similar)

    def build(self, input_shape: Any = None) -> None:
        """Make all weights, so that they exist before the first batch."""
        self.users.build()
        self.items.build()
        self.built = True

    def call(self, inputs: Mapping[str, Any]) -> Any:
        """Return the vectors of the batch's users, shape (n, dim), of length 1."""
        return ops.normalize(self.users(inputs["user"]), axis=-1)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:
        """Compare interactions with the whole catalogue; the mean over interactions."""
        items = ops.normalize(self.items(), axis=-1)
        logits = ops.matmul(y_pred / self.temperature, ops.transpose(items))
        if self.log_prior is not None:
            logits = logits + self.log_prior
        loss = full_softmax(logits, x["place"], x["item"], x["weight"])
        if self.similar is not None and self.distillation:
            others = self.users(ops.take(self.similar, x["user"], axis=0))
            # The teacher is not taught: similar users stay where their own interactions put them.
            teacher = ops.stop_gradient(ops.mean(ops.normalize(others, axis=-1), axis=1))
            loss = loss + self.distillation * ops.mean(
                ops.sum(ops.square(y_pred - teacher), axis=-1)
            )
        return loss

    def vectors(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the vectors of all users and of all items, of length 1, float32."""
        both = ops.convert_to_tensor(self.users.embeddings), self.items()
        return tuple(np.array(ops.convert_to_numpy(ops.normalize(side, axis=-1))) for side in both)


# Similarities held at a time: 32 MiB.
_BLOCK = 2**23


def similar_users(train: csr_matrix, vectors: np.ndarray, n: int) -> np.ndarray:
    """Find for each user the n others whose mean text vector is nearest by cosine."""
    profiles = np.asarray(train @ vectors, dtype=np.float32)
    profiles /= np.maximum(np.linalg.norm(profiles, axis=1, keepdims=True), 1e-12)
    n_users = len(profiles)
    found = np.empty((n_users, n), dtype=np.int32)
    step = max(1, _BLOCK // n_users)
    for start in range(0, n_users, step):
        block = profiles[start : start + step] @ profiles.T
        block[np.arange(len(block)), start + np.arange(len(block))] = -np.inf
        found[start : start + step] = np.argpartition(-block, n - 1, axis=1)[:, :n]
    return np.sort(found, axis=1)
