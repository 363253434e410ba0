"""A two-tower model whose items are known by content, so that cold ones can be scored, too."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from longtail_lib.models.content.content_recommender import ContentRecommender
from longtail_lib.models.content.text_space import TEXT_SPACES, text_space
from longtail_lib.models.gradient_recommender import GradientRecommender
from longtail_lib.preprocessing.item_attributes import attribute_indicators
from longtail_lib.preprocessing.parts import Split

__all__ = ["ContentTower"]

_OBJECTIVES = ("dropoutnet", "contrastive")


class ContentTower(ContentRecommender, GradientRecommender):
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
    vectors : ndarray of float, shape (n_items, dimensions), or None
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
        See `GradientRecommender`. A batch counts interactions. The optimiser is Adam.

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
    over all warm items.

    Examples
    --------
    >>> ContentTower(objective="contrastive").get_params()["dropout"]
    0.5
    """

    def __init__(
        self,
        vectors: np.ndarray | None = None,
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
        self._check_parameters()
        from longtail_lib.models.content.content_network import ContentNetwork, keras

        content = self._content_of(parts)
        self._unknown = parts.cold & ~content.any(axis=1)
        contrastive = self.objective == "contrastive"
        network = ContentNetwork(
            parts.n_users,
            self.dim,
            content,
            parts.cold,
            hidden=self.hidden,
            dropout=self.dropout,
            swap=contrastive,
            contrast=self.contrast if contrastive else 0.0,
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
        from longtail_lib.models.two_tower_batches import user_batches

        return user_batches(parts.train, self.batch_size, rng)

    def _snapshot(self, network: Any) -> dict[str, np.ndarray]:
        return {
            "user_vectors": network.vectors("user"),
            "item_vectors": network.vectors("item"),
            "content_vectors": network.vectors("content"),
            "unknown": self._unknown,
        }

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        scores = self.user_vectors_[user_rows] @ self.item_vectors_.T
        # Below every cosine.
        scores[:, self.unknown_] = -2.0
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

    def _check_parameters(self) -> None:
        for name, known in (("objective", _OBJECTIVES), ("space", TEXT_SPACES)):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"ContentTower: {name} must be one of {', '.join(map(repr, known))}, got "
                    f"{getattr(self, name)!r}"
                )
        for name, least in (("dim", 1), ("hidden", 0)):
            value = getattr(self, name)
            if not isinstance(value, int | np.integer) or value < least:
                raise ValueError(
                    f"ContentTower: {name} must be a whole number from {least}, got {value}"
                )
        if not 0 <= self.dropout <= 1:
            raise ValueError(f"ContentTower: dropout must lie between 0 and 1, got {self.dropout}")
        if not 0 <= self.user_dropout < 1:
            raise ValueError(
                f"ContentTower: user_dropout must be at least 0 and below 1, got "
                f"{self.user_dropout}"
            )
        if not 0 < self.temperature < np.inf:
            raise ValueError(
                f"ContentTower: temperature must be a positive number, got {self.temperature}"
            )
        if not 0 <= self.contrast < np.inf:
            raise ValueError(f"ContentTower: contrast must be a number from 0, got {self.contrast}")
