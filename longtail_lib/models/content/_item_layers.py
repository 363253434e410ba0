"""How an item's vector is made of its id and its text: one Keras layer for each way.

Each layer is called with rows of the catalogue, or with nothing for all of it, and returns one
vector an item. So two towers and sequence models take any of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib._import_keras import import_keras
from longtail_lib._parameters import Options, constrained
from longtail_lib.models.content._item_vectors import FUSIONS
from longtail_lib.models.generative.semantic_ids import SemanticIds

__all__ = ["FUSIONS", "IdItems", "centred_text", "item_layer", "prefix_groups", "semantic_basis"]


keras = import_keras()
ops = keras.ops

# Of a semantic id: its beginnings of one and of two tokens are shared.
_TOKENS = 2


class IdItems(keras.layers.Layer):
    """A learned vector for each item; nothing else."""

    def __init__(self, n_items: int, dim: int, seed: int, start: np.ndarray | None = None) -> None:
        super().__init__(name="id_items")
        self.n_items, self.dim = n_items, dim
        initial = keras.initializers.RandomNormal(stddev=0.1, seed=seed)
        if start is not None:
            initial = _Given(start)
        self.table = keras.layers.Embedding(n_items, dim, embeddings_initializer=initial)

    def build(self, input_shape: Any = None) -> None:
        self.table.build()
        self.built = True

    def call(self, rows: Any = None) -> Any:
        return ops.convert_to_tensor(self.table.embeddings) if rows is None else self.table(rows)


class TextItems(keras.layers.Layer):
    """A learned linear map of frozen text vectors."""

    def __init__(self, vectors: np.ndarray, dim: int, seed: int) -> None:
        super().__init__(name="text_items")
        self.n_items, self.dim = len(vectors), dim
        self.vectors = ops.convert_to_tensor(vectors)
        self.adapter = keras.layers.Dense(
            dim,
            use_bias=False,
            kernel_initializer=keras.initializers.RandomNormal(stddev=0.1, seed=seed),
        )

    def build(self, input_shape: Any = None) -> None:
        self.adapter.build(self.vectors.shape)
        self.built = True

    def call(self, rows: Any = None) -> Any:
        return self.adapter(_rows(self.vectors, rows))


class SummedItems(keras.layers.Layer):
    """The sum of both."""

    def __init__(self, ids: IdItems, text: TextItems) -> None:
        super().__init__(name="summed_items")
        self.n_items, self.dim, self.ids, self.text = ids.n_items, ids.dim, ids, text

    def build(self, input_shape: Any = None) -> None:
        self.ids.build()
        self.text.build()
        self.built = True

    def call(self, rows: Any = None) -> Any:
        return self.ids(rows) + self.text(rows)


class ConcatenatedItems(SummedItems):
    """One after the other; each has its own half of the dimensions."""

    def __init__(self, ids: Any, text: Any) -> None:
        super().__init__(ids, text)
        self.dim = ids.dim + text.dim

    def call(self, rows: Any = None) -> Any:
        return ops.concatenate([self.ids(rows), self.text(rows)], axis=-1)


class GatedItems(SummedItems):
    """g times the id plus 1 - g times the text, where g is learned from the item's popularity."""

    def __init__(self, ids: IdItems, text: TextItems, popularity: np.ndarray) -> None:
        super().__init__(ids, text)
        self.log_popularity = ops.convert_to_tensor(
            np.log1p(popularity).astype(np.float32)[:, None]
        )

    def build(self, input_shape: Any = None) -> None:
        super().build()
        self.slope = self.add_weight(shape=(), initializer="ones", name="slope")
        self.middle = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(float(np.log(6))), name="middle"
        )

    def call(self, rows: Any = None) -> Any:
        gate = self.gate(rows)
        # Without a common length the gate could be undone by longer vectors.
        ids, text = (ops.normalize(side(rows), axis=-1) for side in (self.ids, self.text))
        return gate * ids + (1 - gate) * text

    def gate(self, rows: Any = None) -> Any:
        """Return the share of the id, shape (n, 1)."""
        return ops.sigmoid(self.slope * (_rows(self.log_popularity, rows) - self.middle))


class PrefixItems(keras.layers.Layer):
    """The sum of a vector for each beginning of the item's semantic id, and of one of its own."""

    def __init__(self, groups: np.ndarray, used: np.ndarray, dim: int, seed: int) -> None:
        super().__init__(name="prefix_items")
        self.n_items, self.dim = len(groups), dim
        self.groups = ops.convert_to_tensor(groups.astype(np.int32))
        self.used = ops.convert_to_tensor(used.astype(np.float32)[..., None])
        self.tables = [
            keras.layers.Embedding(
                int(group.max()) + 1,
                dim,
                embeddings_initializer=keras.initializers.RandomNormal(stddev=0.1, seed=seed + m),
            )
            for m, group in enumerate(groups.T)
        ]

    def build(self, input_shape: Any = None) -> None:
        for table in self.tables:
            table.build()
        self.built = True

    def call(self, rows: Any = None) -> Any:
        groups, used = _rows(self.groups, rows), _rows(self.used, rows)
        return sum(table(groups[..., m]) * used[..., m, :] for m, table in enumerate(self.tables))


class FrozenText(keras.layers.Layer):
    """Text coordinates as they are, with nothing to learn."""

    def __init__(self, basis: np.ndarray) -> None:
        super().__init__(name="frozen_text")
        self.n_items, self.dim = basis.shape
        self.basis = ops.convert_to_tensor(basis)

    def build(self, input_shape: Any = None) -> None:
        self.built = True

    def call(self, rows: Any = None) -> Any:
        return _rows(self.basis, rows)


@constrained(fusion=Options(*FUSIONS))
def item_layer(
    fusion: str,
    n_items: int,
    dim: int,
    *,
    vectors: np.ndarray | None = None,
    popularity: np.ndarray | None = None,
    seed: int = 0,
) -> Any:
    """Make the layer that turns items into vectors."""
    if fusion == "none":
        return IdItems(n_items, dim, seed)
    text = centred_text(vectors)
    if fusion == "prefixes":
        return PrefixItems(*prefix_groups(text, popularity, seed), dim, seed)
    if fusion == "text":
        return TextItems(text, dim, seed + 1)
    if fusion in ("sum", "gate"):
        pair = IdItems(n_items, dim, seed), TextItems(text, dim, seed + 1)
        return SummedItems(*pair) if fusion == "sum" else GatedItems(*pair, popularity)
    if dim < 2:
        raise ValueError(f"fusion={fusion!r} halves dim, which must be at least 2, got {dim}")
    half = min(dim // 2, vectors.shape[1])
    if fusion == "null-space":
        # Of the length that a learned vector starts with.
        frozen = 0.1 * semantic_basis(vectors, half)
        return ConcatenatedItems(IdItems(n_items, dim - half, seed), FrozenText(frozen))
    start = None
    if fusion == "dual-view":
        start = np.zeros((n_items, dim - half), dtype=np.float32)
        start[:, :half] = 0.1 * semantic_basis(vectors, min(half, dim - half))
    return ConcatenatedItems(
        IdItems(n_items, dim - half, seed, start), TextItems(text, half, seed + 1)
    )


class _Given(keras.initializers.Initializer):
    """Start a table from given rows."""

    def __init__(self, rows: np.ndarray) -> None:
        self.rows = rows

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        return ops.convert_to_tensor(self.rows, dtype=dtype)


def _rows(tensor: Any, rows: Any) -> Any:
    return tensor if rows is None else ops.take(tensor, rows, axis=0)


def prefix_groups(
    text: np.ndarray, popularity: np.ndarray, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Number the beginnings of semantic ids, and say which of them speak for an item."""
    # Each token parts its items into as many groups, the second's being as large as their number.
    codes = max(2, round(len(text) ** (1 / (_TOKENS + 1))))
    ids = SemanticIds(_TOKENS, codes, spread=False, seed=seed).fit(text).codes_
    groups = [np.unique(ids[:, :m], axis=0, return_inverse=True)[1] for m in range(1, _TOKENS + 1)]
    groups = np.column_stack([*(group.ravel() for group in groups), np.arange(len(text))])
    # What no interaction has taught is left out, and so is what items without text would share.
    used = np.column_stack([np.bincount(group, popularity)[group] > 0 for group in groups.T])
    used[~text.any(axis=1), :-1] = False
    # An item of which nothing is known is no more than its own vector.
    used[~used.any(axis=1), -1] = True
    return groups, used


def centred_text(vectors: np.ndarray) -> np.ndarray:
    """Take the mean off the vectors of items with text, and give each length 1."""
    told = np.any(vectors != 0, axis=1)
    centred = np.zeros(vectors.shape, dtype=np.float32)
    if told.any():
        centred[told] = vectors[told] - vectors[told].mean(axis=0, dtype=np.float64)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    # A vector equal to the mean says nothing; what is left of it is rounding.
    return np.where(length > 1e-6, centred / np.maximum(length, 1e-6), 0).astype(np.float32)


def semantic_basis(vectors: np.ndarray, dimensions: int) -> np.ndarray:
    """Return text along its directions of largest variance, each scaled to variance 1."""
    if not 1 <= dimensions <= vectors.shape[1]:
        raise ValueError(
            f"semantic_basis: dimensions must lie between 1 and the {vectors.shape[1]} of the "
            f"vectors, got {dimensions}"
        )
    told = np.any(vectors != 0, axis=1)
    centred = vectors[told].astype(np.float64)
    centred -= centred.mean(axis=0)
    variances, directions = np.linalg.eigh(centred.T @ centred / max(len(centred), 1))
    variances, directions = variances[::-1][:dimensions], directions[:, ::-1][:, :dimensions]
    largest = np.take_along_axis(
        directions, np.argmax(np.abs(directions), axis=0, keepdims=True), axis=0
    )
    directions = directions * np.sign(largest)
    real = variances > 1e-12 * max(variances[0], 1e-300)
    scale = np.where(real, 1 / np.sqrt(np.where(real, variances, 1)), 0)
    basis = np.zeros((len(vectors), dimensions), dtype=np.float32)
    basis[told] = centred @ directions * scale
    return basis
