"""Items, encoder and loss of a sequence model as one Keras model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from longtail_lib._import_keras import import_keras
from longtail_lib.models.retrieval_losses import keep_other_items, sampled_softmax
from longtail_lib.models.sequence._sequence_encoder import SequenceEncoder

__all__ = ["SequenceNetwork", "catalogue_cross_entropy", "gbce", "gbce_exponent", "weighted_mean"]


keras = import_keras()
ops = keras.ops


class SequenceNetwork(keras.Model):
    """Predict items from the history vector at their place; one item layer serves both ends."""

    def __init__(
        self, items: Any, encoder: SequenceEncoder, loss: str, exponent: float = 1.0
    ) -> None:
        super().__init__(name="sequence_network")
        self.items, self.encoder = items, encoder
        self.loss_name, self.exponent = loss, exponent

    def build(self, input_shape: Any = None) -> None:
        """Make all weights, so that they exist before the first batch."""
        if not self.items.built:
            self.items.build(None)
        if not self.encoder.built:
            self.encoder.build()
        self.built = True

    def call(self, inputs: Mapping[str, Any], training: bool = False) -> Any:
        """Return the vectors of places with targets, shape (m, dim)."""
        tokens = self.items(ops.maximum(inputs["item"], 0))
        found = self.encoder(
            tokens, inputs["item"], inputs["position"], inputs["segment"], training=training
        )
        found = ops.reshape(found, (-1, self.encoder.dim))
        return ops.take(found, inputs["place"], axis=0) if "place" in inputs else found

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:
        """Return the mean loss over the batch's targets."""
        target = ops.reshape(x["target"], (-1,))
        weight = ops.cast(target >= 0, y_pred.dtype)
        target = ops.maximum(target, 0)
        if self.loss_name == "cross-entropy":
            logits = ops.matmul(y_pred, ops.transpose(self.items(x.get("catalogue"))))
            return weighted_mean(catalogue_cross_entropy(logits, target), weight)
        positive = ops.sum(y_pred * self.items(target), axis=1)
        rows = x["negative"]
        if self.loss_name == "bce":
            rows = ops.reshape(rows, (-1,))
            negative = ops.sum(y_pred * self.items(rows), axis=1, keepdims=True)
            loss = gbce(positive, negative, ops.expand_dims(rows != target, 1))
            return weighted_mean(loss, weight)
        negative = ops.matmul(y_pred, ops.transpose(self.items(rows)))
        keep = keep_other_items(target, rows)
        if self.loss_name == "gbce":
            return weighted_mean(gbce(positive, negative, keep, self.exponent), weight)
        return weighted_mean(sampled_softmax(positive, negative, keep), weight)


def catalogue_cross_entropy(logits: Any, target: Any) -> Any:
    """Compute the cross-entropy of picking the target among the whole catalogue."""
    ops = import_keras().ops
    return ops.sparse_categorical_crossentropy(target, logits, from_logits=True)


def gbce(positive: Any, negative: Any, keep: Any, exponent: float = 1.0) -> Any:
    r"""Compute generalised binary cross-entropy: that of an item against k drawn negatives."""
    ops = import_keras().ops
    weights = ops.cast(keep, negative.dtype)
    others = ops.sum(weights * ops.softplus(negative), axis=1)
    return (exponent * ops.softplus(-positive) + others) / (negative.shape[1] + 1)


def gbce_exponent(n_negatives: int, n_items: int, calibration: float) -> float:
    r"""Return the exponent that undoes the overconfidence which negative sampling brings."""
    share = min(1.0, n_negatives / (n_items - 1))
    return share * (calibration * (1 - 1 / share) + 1 / share)


def weighted_mean(loss: Any, weight: Any) -> Any:
    """Return the mean over places of weight 1; padding has weight 0."""
    ops = import_keras().ops
    return ops.sum(loss * weight) / ops.maximum(ops.sum(weight), 1.0)
