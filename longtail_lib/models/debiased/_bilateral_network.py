"""Two branches in Keras: one vector a user, a head a branch, and the item side of BBN or CDN."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from longtail_lib._import_keras import import_keras
from longtail_lib._parameters import Interval, constrained

__all__ = [
    "BilateralNetwork",
    "ClassifierItems",
    "ExpertItems",
    "bilateral_cross_entropy",
    "cumulative_weight",
    "frequency_feature",
    "gated_mixture",
]


keras = import_keras()
ops = keras.ops


class BilateralNetwork(keras.Model):
    """User vectors, two heads, and logits mixed by a weight that the batch brings along."""

    def __init__(
        self,
        n_users: int,
        dim: int,
        items: Any,
        *,
        temperature: float,
        dropout: float,
        l2: float,
        seed: int,
    ) -> None:
        super().__init__(name="bilateral")
        self.n_users, self.dim, self.l2, self.temperature = n_users, dim, l2, temperature
        self.users = keras.layers.Embedding(n_users, dim, embeddings_initializer=start(seed, 0))
        self.heads = [
            keras.layers.Dense(dim, use_bias=False, kernel_initializer="identity", name=name)
            for name in ("conventional_head", "balanced_head")
        ]
        self.dropout = keras.layers.Dropout(dropout, seed=100 * seed + 50)
        self.items = items

    def build(self, input_shape: Any = None) -> None:
        """Make all weights, so that they exist before the first batch."""
        self.users.build()
        for head in self.heads:
            head.build((None, self.dim))
        self.items.build((None, self.dim))
        self.built = True

    def call(self, batch: Mapping[str, Any], training: bool = False) -> Any:
        """Return mixed logits, shape (n, n_items)."""
        own, other = (
            ops.normalize(head(self.dropout(self.users(batch[name]), training=training)), axis=-1)
            for head, name in zip(self.heads, ("user", "balanced_user"), strict=True)
        )
        return self.items(own, other, batch["alpha"]) / self.temperature

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:
        """Compare with the items of both branches."""
        alpha = x["alpha"][0, 0]
        loss = bilateral_cross_entropy(y_pred, x["targets"], x["balanced_targets"], alpha)
        if self.l2:
            tables = [self.users.embeddings, *self.items.tables()]
            squares = sum(ops.sum(ops.square(table)) for table in tables)
            loss = loss + self.l2 / self.n_users * squares
        return loss

    def user_vectors(self, branch: int) -> np.ndarray:
        """Return all users' unit vectors behind the head of branch 0 (conventional) or 1."""
        vectors = ops.normalize(
            ops.matmul(self.users.embeddings, self.heads[branch].kernel), axis=-1
        )
        return np.array(ops.convert_to_numpy(vectors))


class ClassifierItems(keras.layers.Layer):
    """A vector for each item, in each branch its own."""

    def __init__(self, n_items: int, dim: int, seed: int) -> None:
        super().__init__(name="items")
        self.n_items, self.dim, self.seed = n_items, dim, seed

    def build(self, input_shape: Any) -> None:
        """Make the vectors."""
        self.weight = [
            self.add_weight((self.n_items, self.dim), initializer=start(self.seed, 1 + branch))
            for branch in range(2)
        ]

    def vectors(self) -> Any:
        """Return unit vectors of both branches side by side, shape (n_items, 2 dim)."""
        return ops.concatenate([ops.normalize(weight, axis=-1) for weight in self.weight], axis=1)

    def call(self, own: Any, other: Any, alpha: Any) -> Any:
        """Mix the cosines of both branches; one product of vectors side by side is enough."""
        users = ops.concatenate([alpha * own, (1.0 - alpha) * other], axis=1)
        return ops.matmul(users, ops.transpose(self.vectors()))

    def tables(self) -> list[Any]:
        """Return the weights that a penalty counts."""
        return list(self.weight)


class ExpertItems(keras.layers.Layer):
    """One vector for each item, mixed from its id and its attributes, for both branches."""

    def __init__(self, indicators: np.ndarray, frequency: np.ndarray, dim: int, seed: int) -> None:
        super().__init__(name="items")
        self.indicators, self.frequency = indicators, frequency
        self.dim, self.seed = dim, seed

    def build(self, input_shape: Any) -> None:
        """Make ids' vectors, the attributes' weights and the gate."""
        n_items, n_values = self.indicators.shape
        drawn = keras.initializers.GlorotUniform
        self.ids = self.add_weight((n_items, self.dim), initializer=start(self.seed, 1))
        self.expert = self.add_weight((n_values, self.dim), initializer=drawn(100 * self.seed + 2))
        self.offset = self.add_weight((self.dim,), initializer="zeros")
        self.gate = self.add_weight((1, 2), initializer=drawn(100 * self.seed + 3))
        self.gate_offset = self.add_weight((2,), initializer="zeros")

    def vectors_and_shares(self) -> tuple[Any, Any]:
        """Return unit vectors (n_items, dim), and the shares of both experts (n_items, 2)."""
        general = ops.relu(ops.matmul(self.indicators, self.expert) + self.offset)
        gate = ops.matmul(self.frequency, self.gate) + self.gate_offset
        mixed = gated_mixture(self.ids, general, gate)
        return ops.normalize(mixed, axis=-1), ops.softmax(gate, axis=-1)

    def call(self, own: Any, other: Any, alpha: Any) -> Any:
        """Mix users instead of logits: both branches have the same items."""
        users = alpha * own + (1.0 - alpha) * other
        return ops.matmul(users, ops.transpose(self.vectors_and_shares()[0]))

    def tables(self) -> list[Any]:
        """Return the weights that a penalty counts."""
        return [self.ids, self.expert]


def start(seed: int, place: int) -> Any:
    """Initialiser of a table of vectors, at a place of its own."""
    return keras.initializers.RandomNormal(stddev=0.1, seed=100 * seed + place)


@constrained(epoch=Interval(Integral, 0), epochs=Interval(Integral, 1), rate=Interval(Real, 1))
def cumulative_weight(epoch: int, epochs: int, rate: float = 1.0) -> float:
    r"""Weight of the conventional branch, :math:`\alpha = 1 - (T / (\gamma T_{max}))^2`."""
    if epoch > epochs:
        raise ValueError(f"cumulative_weight: epoch must be at most epochs, {epochs}, got {epoch}")
    return 1.0 - (epoch / (rate * epochs)) ** 2


def bilateral_cross_entropy(logits: Any, targets: Any, balanced_targets: Any, alpha: Any) -> Any:
    r"""Cross-entropy of mixed logits against the items of both branches."""
    ops = import_keras().ops
    logits, targets, balanced_targets = (
        ops.convert_to_tensor(value, dtype="float32")
        for value in (logits, targets, balanced_targets)
    )
    # What each cell counts in L, so that one pass over the logits serves both branches.
    weight = alpha * targets / ops.sum(targets)
    weight = weight + (1.0 - alpha) * balanced_targets / ops.maximum(ops.sum(balanced_targets), 1.0)
    each = ops.sum(weight, axis=1) * ops.logsumexp(logits, axis=1)
    return ops.sum(each - ops.sum(weight * logits, axis=1))


def frequency_feature(popularity: np.ndarray) -> np.ndarray:
    """Scale popularity for a gate: its logarithm, 0 for a cold item and 1 for the most popular."""
    logs = np.log1p(np.asarray(popularity, dtype=np.float32))
    return (logs / max(float(logs.max()), 1.0))[:, None].astype(np.float32)


def gated_mixture(memorised: Any, generalised: Any, gate: Any) -> Any:
    r"""Mix two experts' item vectors, :math:`y_i = g_{i1} m_i + g_{i2} a_i`."""
    ops = import_keras().ops
    shares = ops.softmax(ops.convert_to_tensor(gate, dtype="float32"), axis=-1)
    return shares[:, :1] * memorised + shares[:, 1:] * generalised
