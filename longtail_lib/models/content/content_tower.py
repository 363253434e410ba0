"""A two-tower model whose items are known by content, so that cold ones can be scored, too."""

from __future__ import annotations

import os
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np

from longtail_lib._import_keras import import_keras
from longtail_lib._parameters import BOOLEAN, Constraint, Interval, Options
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.models._vector_products import VectorProducts
from longtail_lib.models.content._item_vectors import TEXT_SPACES, ContentRecommender, text_space
from longtail_lib.models.gradient_recommender import GradientRecommender
from longtail_lib.models.retrieval_losses import full_softmax
from longtail_lib.preprocessing import Split
from longtail_lib.preprocessing._id_codes import attribute_indicators

__all__ = ["ContentNetwork", "ContentTower"]


class ContentTower(VectorProducts, ContentRecommender, GradientRecommender):
    r"""Score by cosines of users with items, known by their content and, where warm, their id.

    A content tower f turns text vectors (and attributes) into vectors of length `dim`; each item
    has a learned id vector z besides. In every training batch the ids of a share `dropout` of
    items are dropped, so that the content has to do without them. The loss is the softmax over
    all warm items; cold ones are left out of it, for a catalogue would otherwise teach that
    nobody wants what nobody has seen.

    objective="dropoutnet": a warm item is f + z, one whose id is dropped is f, as a cold item is
    at the end. objective="contrastive": a warm item is z, one whose id is dropped is f, and an
    InfoNCE term of weight `contrast` makes f of an item more like its own z than like others'.

    Parameters
    ----------
    vectors : ndarray of float, shape (n_items, d), str or None
        See `ContentRecommender`. An item without text has the content of its attributes; without
        these too, its content vector is the same as that of all such items, and its id tells it
        apart if it is warm. A cold one with neither scores lowest.
    attributes : bool
        Add the attributes of the split's item table to the content, see `attribute_indicators`.
    objective : {"dropoutnet", "contrastive"}
    dropout : float
        From 0 to 1. With 1 ids are never used in training, and not for scores.
    contrast : float
        0 or more; for "contrastive".
    dim : int
    hidden : int
        Width of the hidden layer of the content tower; 0 for a linear map.
    space : {"whiten", "centre", "raw"}
        What is done to the vectors first, see `text_space`.
    user_dropout : float
        Share of a user vector's places set to zero in training.
    temperature : float > 0
    epochs, batch_size, learning_rate, patience, checkpoint, seed, progress
        As in `GradientRecommender`.

    Attributes
    ----------
    user_vectors_ : ndarray of float32, shape (n_users, dim)
    item_vectors_ : ndarray of float32, shape (n_items, dim)
        Content and id; content alone for cold items.
    content_vectors_ : ndarray of float32, shape (n_items, dim)
        Content alone, of all items.
    unknown_ : ndarray of bool, shape (n_items,)
        Cold items without content.

    Raises
    ------
    ValueError
        From `fit`: a parameter out of range, vectors that do not fit, attributes of a table that
        has none, or what `GradientRecommender` raises.

    References
    ----------
    Volkovs, Yu and Poutanen (2017), "DropoutNet: Addressing Cold Start in Recommender Systems",
    NIPS 2017. It drops the vectors of a factorisation that is trained beforehand, and regresses
    its scores; here ids and content are trained together, and users by their ids alone.
    Wei, Wang, Li, Nie, Li, Li and Chua (2021), "Contrastive Learning for Cold-Start
    Recommendation", ACM Multimedia 2021 (CLCRec). Its terms use sampled negatives; here they run
    over all warm items, for the first 256 interactions of each batch.

    Examples
    --------
    >>> ContentTower(objective="contrastive").get_params()["dropout"]
    0.5
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "space": Options(*TEXT_SPACES),
        "attributes": BOOLEAN,
        "objective": Options("dropoutnet", "contrastive"),
        "dropout": Interval(Real, 0, 1),
        "contrast": Interval(Real, 0),
        "dim": Interval(Integral, 1),
        "hidden": Interval(Integral, 0),
        "user_dropout": Interval(Real, 0, 1, closed="left"),
        "temperature": Interval(Real, 0, closed="neither"),
    }

    def __init__(
        self,
        vectors: np.ndarray | str | None = None,
        attributes: bool = False,
        objective: str = "dropoutnet",
        dropout: float = 0.5,
        contrast: float = 0.1,
        dim: int = 64,
        hidden: int = 0,
        space: str = "whiten",
        user_dropout: float = 0.0,
        temperature: float = 0.2,
        epochs: int = 30,
        batch_size: int = 1024,
        learning_rate: float = 0.01,
        patience: int | None = 3,
        checkpoint: str | os.PathLike[str] | None = None,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.vectors = vectors
        self.attributes = attributes
        self.objective = objective
        self.dropout = dropout
        self.contrast = contrast
        self.dim = dim
        self.hidden = hidden
        self.space = space
        self.user_dropout = user_dropout
        self.temperature = temperature
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.checkpoint = checkpoint
        self.seed = seed
        self.progress = progress

    def _build(self, parts: Split) -> Any:
        content = self._content_of(parts)
        self._unknown = parts.cold & ~content.any(axis=1)
        network = ContentNetwork(
            parts.n_users,
            self.dim,
            content,
            parts.cold,
            hidden=self.hidden,
            dropout=self.dropout,
            swap=self.objective == "contrastive",
            contrast=self.contrast if self.objective == "contrastive" else 0.0,
            user_dropout=self.user_dropout,
            temperature=self.temperature,
            seed=self.seed,
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
        return {
            "user_vectors": network.vectors("user"),
            "item_vectors": network.vectors("item"),
            "content_vectors": network.vectors("content"),
            "unknown": self._unknown,
        }

    def _snapshot_shapes(self) -> dict[str, Stored]:
        users, items = (floats(n, self.dim) for n in self.seen_.shape)
        learned = {"user_vectors": users, "item_vectors": items, "content_vectors": items}
        return learned | {"unknown": Stored("bool", (len(self.item_ids_),))}

    def _products(self, user_rows: np.ndarray, columns: Any) -> np.ndarray:
        scores = super()._products(user_rows, columns)
        scores[:, self.unknown_[columns]] = -2.0  # Below every cosine.
        return scores

    def _content_of(self, parts: Split) -> np.ndarray:
        content = text_space(self._text_vectors(parts), self.space)
        if not self.attributes:
            return content
        indicators, _ = attribute_indicators(parts.items)
        if not indicators.size:
            raise ValueError(
                f"ContentTower: attributes=True, and the item table of {parts!r} has no column of "
                "text or lists beside title and text, or no value that 5 items share"
            )
        lengths = np.linalg.norm(indicators, axis=1, keepdims=True)
        return np.hstack([content, indicators / np.maximum(lengths, 1)]).astype(np.float32)


keras = import_keras()
ops = keras.ops

_MASKED = -1e9
# Interactions of a batch whose items enter the contrastive term: each costs a row of logits.
_CONTRASTED = 256


class ContentNetwork(keras.Model):
    """Cosines of user vectors with item vectors made of content, or of content and id."""

    def __init__(
        self,
        n_users: int,
        dim: int,
        content: np.ndarray,
        cold: np.ndarray,
        *,
        hidden: int,
        dropout: float,
        swap: bool,
        contrast: float,
        user_dropout: float,
        temperature: float,
        seed: int,
    ) -> None:
        super().__init__(name="content_tower")
        self.n_items, self.dropout, self.swap = len(content), dropout, swap
        self.contrast, self.temperature = contrast, temperature
        self.content = ops.convert_to_tensor(content)
        self.warm = ops.convert_to_tensor(~cold[:, None], dtype="float32")
        self.mask = ops.convert_to_tensor(np.where(cold, _MASKED, 0).astype(np.float32))

        def start(place: int) -> Any:
            return keras.initializers.RandomNormal(stddev=0.1, seed=5 * seed + place)

        self.user_table = keras.layers.Embedding(n_users, dim, embeddings_initializer=start(0))
        self.item_table = keras.layers.Embedding(self.n_items, dim, embeddings_initializer=start(1))
        first = {"activation": "relu", "kernel_initializer": start(2)}
        self.hidden = keras.layers.Dense(hidden, **first) if hidden else None
        self.projection = keras.layers.Dense(dim, use_bias=False, kernel_initializer=start(3))
        self.drop_user = keras.layers.Dropout(user_dropout, seed=5 * seed + 4)
        self.random = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Any = None) -> None:
        """Make all weights, so that they exist before the first batch."""
        self.user_table.build()
        self.item_table.build()
        shape = tuple(self.content.shape)
        if self.hidden is not None:
            self.hidden.build(shape)
            shape = self.hidden.compute_output_shape(shape)
        self.projection.build(shape)
        self.built = True

    def call(self, inputs: Mapping[str, Any], training: bool = False) -> Any:
        """Return the vectors of the batch's users, shape (n, dim), of length 1."""
        users = self.drop_user(self.user_table(inputs["user"]), training=training)
        return ops.normalize(users, axis=-1)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:
        """Compare interactions with all warm items; hold content and id together if asked to."""
        keep = self.warm
        if self.dropout:
            drawn = keras.random.uniform((self.n_items, 1), seed=self.random)
            keep = keep * ops.cast(drawn >= self.dropout, "float32")
        content, ids = self._content(), ops.convert_to_tensor(self.item_table.embeddings)
        items = ops.normalize(self._joined(content, ids, keep), axis=-1)
        logits = ops.matmul(y_pred / self.temperature, ops.transpose(items)) + self.mask
        loss = full_softmax(logits, x["place"], x["item"], x["weight"])
        if self.contrast:
            loss = loss + self.contrast * self._contrastive(content, ids, x)
        return loss

    def vectors(self, which: str) -> np.ndarray:
        """Return vectors of length 1: of users, of items, or of items by content alone."""
        if which == "user":
            found = ops.convert_to_tensor(self.user_table.embeddings)
        else:
            ids = ops.convert_to_tensor(self.item_table.embeddings)
            keep = self.warm if which == "item" and self.dropout < 1 else 0.0
            found = self._joined(self._content(), ids, keep)
        return np.array(ops.convert_to_numpy(ops.normalize(found, axis=-1)))

    def _content(self) -> Any:
        return self.projection(self.hidden(self.content) if self.hidden else self.content)

    def _joined(self, content: Any, ids: Any, keep: Any) -> Any:
        """Return item vectors; `keep` says whose id counts."""
        return content * (1.0 - keep) + ids * keep if self.swap else content + ids * keep

    def _contrastive(self, content: Any, ids: Any, x: Mapping[str, Any]) -> Any:
        """InfoNCE: an item's content must tell its own id from those of all warm items."""
        content, ids = ops.normalize(content, axis=-1), ops.normalize(ids, axis=-1)
        items, weight = x["item"][:_CONTRASTED], x["weight"][:_CONTRASTED]
        rows = ops.take(content, items, axis=0) / self.temperature
        logits = ops.matmul(rows, ops.transpose(ids)) + self.mask
        own = ops.sum(rows * ops.take(ids, items, axis=0), axis=1)
        return ops.sum((ops.logsumexp(logits, axis=1) - own) * weight) / ops.sum(weight)
