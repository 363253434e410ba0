"""What SASRec and BERT4Rec share: item layer, encoder, scores, and new sequences after loading."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import Constraint, Interval, Nullable, Options
from longtail_lib.models._kept import kept
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.models._vector_products import VectorProducts
from longtail_lib.models.content._item_vectors import (
    FUSIONS,
    VECTORS,
    ContentRecommender,
    text_vectors,
)
from longtail_lib.models.gradient_recommender import GradientRecommender
from longtail_lib.models.sequence._sequence_network import gbce_exponent
from longtail_lib.models.sequence._user_sequences import left_padded, user_sequences
from longtail_lib.models.sequence.pretrained import MOST_BLOCKS, encoder_shapes
from longtail_lib.preprocessing import Split
from longtail_lib.preprocessing._split_matrices import rows_of
from longtail_lib.text._encoder import unit_rows

__all__ = ["LOSSES", "SequenceRecommender"]

LOSSES = ("cross-entropy", "sampled-cross-entropy", "bce", "gbce")


class SequenceRecommender(VectorProducts, ContentRecommender, GradientRecommender):
    """Base class of models that read a history in its order."""

    _causal = True

    _constraints: ClassVar[dict[str, Constraint]] = {
        "dim": Interval(Integral, 1),
        "blocks": Interval(Integral, 1, MOST_BLOCKS),
        "heads": Interval(Integral, 1),
        "max_length": Interval(Integral, 1),
        "dropout": Interval(Real, 0, 0.99),
        "loss": Options(*LOSSES),
        "n_negatives": Interval(Integral, 1),
        "calibration": Interval(Real, 0, 1),
        "order": Options("time", "dealt"),
        "similarity": Options("dot", "cosine"),
        "temperature": Interval(Real, 0, closed="neither"),
        "fusion": Nullable(Options(*FUSIONS), "for ids alone"),
        "vectors": VECTORS,
    }

    def _build(self, parts: Split) -> Any:
        from longtail_lib.models.sequence._sequence_network import SequenceNetwork, keras

        self._sequences = user_sequences(parts, self.max_length)
        items = self._item_layer(parts)
        exponent = 1.0
        if self.loss == "gbce":
            exponent = gbce_exponent(self.n_negatives, parts.n_items, self.calibration)
        network = SequenceNetwork(
            items, self._encoder(items.dim), self.loss, exponent, self._temperature()
        )
        network.build()
        self._start(network, parts)
        network.compile(
            keras.optimizers.Adam(self.learning_rate), steps_per_execution=4, jit_compile=False
        )
        return network

    def _item_layer(self, parts: Split) -> Any:
        """Return the layer that turns items into vectors, with `n_items` and `dim`."""
        from longtail_lib.models.content._item_layers import item_layer

        self._text_encoder = None
        return item_layer(
            self.fusion or "none",
            parts.n_items,
            self.dim,
            vectors=None if self.fusion is None else self._text_vectors(parts),
            popularity=parts.popularity,
            seed=10 * self.seed,
        )

    def _encoded_texts(self, parts: Split, source: str | None = None) -> np.ndarray:
        # Pretrained weights fit the vectors of one encoder only.
        vectors, self._text_encoder = text_vectors(parts, source)
        return vectors

    def _start(self, network: Any, parts: Split) -> None:
        """Set weights that do not start at random."""

    def _encoder(self, dim: int) -> Any:
        from longtail_lib.models.sequence._sequence_network import SequenceEncoder

        return SequenceEncoder(
            dim,
            self.max_length,
            self.blocks,
            self.heads,
            dropout=self.dropout,
            causal=self._causal,
            seed=self.seed + 1,
        )

    def _temperature(self) -> float | None:
        return self.temperature if self.similarity == "cosine" else None

    def _states(self, encoder: Any, vectors: np.ndarray, sequences: np.ndarray) -> np.ndarray:
        """Return the vectors of left-padded histories, as they are multiplied with items'."""
        states = encoder.encode(vectors, self._query(sequences))
        temperature = self._temperature()
        return states if temperature is None else unit_rows(states) / np.float32(temperature)

    def _query(self, sequences: np.ndarray) -> np.ndarray:
        """Return what the encoder reads of left-padded histories; its last place answers."""
        return sequences

    def _snapshot(self, network: Any) -> dict[str, np.ndarray]:
        from longtail_lib._import_keras import import_keras

        convert = import_keras().ops.convert_to_numpy
        vectors = np.array(convert(network.item_vectors()))
        weights = [np.array(convert(value)) for value in network.encoder.weights]
        return {
            "user_vectors": self._states(network.encoder, vectors, self._sequences),
            "item_vectors": vectors,
            **{f"encoder_{place}": value for place, value in enumerate(weights)},
        }

    def _snapshot_shapes(self) -> dict[str, Stored]:
        self._check_heads()
        n_users, n_items = self.seen_.shape
        return {
            "user_vectors": floats(n_users, self.dim),
            "item_vectors": floats(n_items, self.dim),
            **encoder_shapes(self.dim, self.blocks, self.max_length, self._causal),
        }

    def encode(self, sequences: Sequence[Any]) -> np.ndarray:
        """Return the vectors of histories, whose products with `item_vectors_` are the scores."""
        self._check_fitted()
        lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
        if not len(lengths) or not lengths.all():
            what = f"sequence {int(np.argmin(lengths))} is empty" if len(lengths) else "none given"
            raise ValueError(
                f"{type(self).__name__} reads sequences of at least one item, {what}; recommend "
                "popular items to someone without a history"
            )
        items = rows_of(
            self.item_ids_, np.concatenate([np.asarray(one) for one in sequences]), "item"
        )
        return self._encode(left_padded(items, lengths, self.max_length))

    def for_users(self, parts: Split) -> Self:
        """Return a copy that scores the users of another split, by their train items there."""
        self._check_fitted()
        return self._reread_copy(parts)

    def _reread(self, parts: Split) -> None:
        self.user_vectors_ = self._encode(user_sequences(parts, self.max_length))

    def _fold_in(self, known: csr_matrix, columns: np.ndarray, lengths: np.ndarray) -> None:
        self.user_vectors_ = self._encode(left_padded(columns, lengths, self.max_length))

    def _encode(self, rows: np.ndarray) -> np.ndarray:
        """Encode left-padded histories by the stored weights."""
        # To make it takes longer than to read.
        encoder = kept(self, "encoder", (self.encoder_0_,), self._trained_encoder)
        return self._states(encoder, self.item_vectors_, rows)

    def _trained_encoder(self) -> Any:
        """Make the encoder with the stored weights."""
        encoder = self._encoder(self.item_vectors_.shape[1])
        encoder.build()
        for place, variable in enumerate(encoder.weights):
            variable.assign(getattr(self, f"encoder_{place}_"))
        return encoder

    def _rows_a_batch(self) -> int:
        return max(1, round(self.batch_size / self.max_length))

    def _check_heads(self) -> None:
        if self.dim % self.heads:
            raise ValueError(
                f"{type(self).__name__}: heads must divide dim, got {self.heads} heads and dim "
                f"{self.dim}"
            )

    def _check_parameters(self, parts: Split) -> None:
        super()._check_parameters(parts)
        name = type(self).__name__
        self._check_heads()
        if parts.n_items < 2:
            raise ValueError(f"{name}: the catalogue of {parts!r} must hold at least two items")
        if parts.times is None:
            raise ValueError(
                f"{name} reads items in the order of time, and {parts!r} has no times; read the "
                "log with its timestamp column"
            )
        if np.diff(parts.train.indptr).max() < 2:
            raise ValueError(
                f"{name}: no user of {parts!r} has two train interactions, so nothing ever comes "
                "next"
            )
        given = self.vectors
        if not (given is None or isinstance(given, str)) and len(given) != parts.n_items:
            raise ValueError(
                f"{name}: vectors has {len(given)} rows, the catalogue of {parts!r} has "
                f"{parts.n_items} items; pass one row for each, in the order of item_ids"
            )
