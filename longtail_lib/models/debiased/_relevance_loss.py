"""Pointwise losses over the whole user-item matrix, corrected for what was never shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._import_keras import import_keras
from longtail_lib._parameters import Options, constrained
from longtail_lib.debias import popularity_propensity
from longtail_lib.models._training_batches import equal_batches
from longtail_lib.preprocessing import Split
from longtail_lib.simulation import true_propensity

__all__ = [
    "RELEVANCE_ESTIMATORS",
    "RELEVANCE_LOSSES",
    "RelevanceCells",
    "inverse_propensity",
    "pointwise_loss",
    "relevance_weights",
]


RELEVANCE_ESTIMATORS = ("naive", "ips", "snips", "doubly-robust")
RELEVANCE_LOSSES = ("bounded-log", "log", "squared")


def inverse_propensity(propensity: Any, clip: float = 0.0, scale: float = 1.0) -> np.ndarray:
    """Weights `scale / max(propensity, clip)`."""
    propensity = np.asarray(propensity, dtype=np.float32)
    low, high = float(propensity.min()), float(propensity.max())
    if not (low >= 0 and high <= 1):
        raise ValueError(f"propensities are probabilities in [0, 1], got {low:.3g} to {high:.3g}")
    if low == 0 and clip <= 0:
        raise ValueError("a propensity is 0, so its weight is infinite; choose a clip above 0")
    return np.float32(scale) / np.maximum(propensity, np.float32(clip))


@constrained(estimator=Options(*RELEVANCE_ESTIMATORS))
def relevance_weights(
    estimator: str,
    chosen: Any,
    weight: Any = 1.0,
    *,
    propensity: Any = None,
    shown: Any = None,
    imputed: Any = None,
) -> tuple[Any, Any]:
    r"""Weights (a, b) of a cell's loss :math:`a\,\delta^{(1)} + b\,\delta^{(0)}`."""
    if estimator == "naive":
        return chosen, (1.0 if shown is None else shown) - chosen
    if estimator == "doubly-robust":
        observed = propensity if shown is None else shown
        if imputed is None or observed is None:
            raise ValueError(
                "estimator='doubly-robust' needs imputed, and either shown or propensity"
            )
        positive = (1.0 - weight * observed) * imputed + weight * chosen
        return positive, 1.0 - positive
    positive = weight * chosen
    return positive, 1.0 - positive if shown is None else weight * shown - positive


@constrained(loss=Options(*RELEVANCE_LOSSES))
def pointwise_loss(log_odds: Any, positive: Any, negative: Any, loss: str = "squared") -> Any:
    r"""Loss :math:`a\,\delta^{(1)} + b\,\delta^{(0)}` of each cell."""
    ops = import_keras().ops
    log_odds = ops.convert_to_tensor(log_odds, dtype="float32")
    if loss == "squared":
        # sigmoid(-z) is 1 - sigmoid(z) without the rounding of the difference.
        return positive * ops.square(ops.sigmoid(-log_odds)) + negative * ops.square(
            ops.sigmoid(log_odds)
        )
    if loss == "bounded-log":
        negative = ops.maximum(negative, 0.0)
    return positive * ops.softplus(-log_odds) + negative * ops.softplus(log_odds)


class RelevanceCells:
    """Choices, weights and what was observed, in dense blocks of users."""

    def __init__(
        self,
        parts: Split,
        estimator: str,
        propensity: Any,
        exponent: float = 0.5,
        clip: float = 0.0,
        shown: Any = None,
    ) -> None:
        self.chosen = parts.train.astype(bool).astype(np.float32)
        self.clip = clip
        self.shown = None if shown is None else _impressions(shown, parts)
        if estimator == "naive":
            self.propensity = np.ones((1, parts.n_items), dtype=np.float32)
        else:
            self.propensity = _propensities(propensity, exponent, parts)
        # Refuses what cannot be divided by, before training begins.
        inverse_propensity(self.propensity, clip)
        self.scale = 1.0
        if estimator == "snips":
            counted = self.chosen if self.shown is None else self.shown
            total = sum(float((block[1] * block[3]).sum()) for block in self._with(counted))
            target = counted.nnz if self.shown is None else parts.n_users * parts.n_items
            self.scale = target / total

    def block(self, rows: np.ndarray) -> np.ndarray:
        """Return chosen, weight and observed of some users, shape (n, 3, n_items), float32."""
        propensity = self.propensity if len(self.propensity) == 1 else self.propensity[rows]
        block = np.empty((len(rows), 3, self.chosen.shape[1]), dtype=np.float32)
        block[:, 0] = self.chosen[rows].toarray()
        block[:, 1] = inverse_propensity(propensity, self.clip, self.scale)
        block[:, 2] = propensity if self.shown is None else self.shown[rows].toarray()
        return block

    def batches(self, batch_size: int, rng: np.random.Generator) -> Any:
        """Stream user rows and their blocks, users in random order."""
        import tensorflow as tf

        n_users, n_items = self.chosen.shape
        count, size = equal_batches(n_users, batch_size)
        order = rng.permutation(n_users)[: count * size].astype(np.int32).reshape(count, size)

        def blocks() -> Iterator[tuple[np.ndarray, np.ndarray]]:
            for rows in order:
                yield rows, self.block(rows)

        return (
            tf.data.Dataset.from_generator(
                blocks,
                output_signature=(
                    tf.TensorSpec((size,), tf.int32),
                    tf.TensorSpec((size, 3, n_items), tf.float32),
                ),
            )
            .apply(tf.data.experimental.assert_cardinality(count))
            .prefetch(2)
        )

    def _with(self, matrix: csr_matrix, step: int = 256) -> Iterator[np.ndarray]:
        """Yield blocks of all users, transposed, with another matrix as a fourth part."""
        for start in range(0, matrix.shape[0], step):
            rows = np.arange(start, min(start + step, matrix.shape[0]))
            block = np.moveaxis(self.block(rows), 1, 0)
            yield np.concatenate([block, matrix[rows].toarray()[None]])


def _impressions(shown: Any, parts: Split) -> csr_matrix:
    shown = csr_matrix(shown).astype(bool)
    shown.eliminate_zeros()
    if shown.shape != parts.train.shape:
        raise ValueError(
            f"shown has shape {shown.shape}, the split {parts.train.shape}; rows and columns must "
            "be those of the split"
        )
    if parts.train.astype(bool).multiply(shown).nnz < parts.train.nnz:
        raise ValueError(
            "some interactions of train are not in shown; what was chosen must have been shown, "
            "so the impressions are of another log or in another order"
        )
    return shown.astype(np.float32)


def _propensities(propensity: Any, exponent: float, parts: Split) -> np.ndarray:
    if isinstance(propensity, str):
        if propensity == "popularity":
            return popularity_propensity(parts, exponent).astype(np.float32)[None]
        if propensity == "true":
            return true_propensity(parts)
    values = np.asarray(propensity, dtype=np.float32)
    if values.shape not in ((parts.n_items,), parts.train.shape):
        raise ValueError(
            f"propensity has shape {values.shape}; pass one value an item, ({parts.n_items},), or "
            f"one a pair, {parts.train.shape}"
        )
    return np.atleast_2d(values)
