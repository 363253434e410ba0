"""A BERT of KerasHub with one vector for each text, computed as its authors trained it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from longtail_lib._import_keras import import_keras
from longtail_lib.text._encoder_config import GELU, encoder_config, pooling_of

__all__ = ["pooled", "pooled_bert", "refuse_weights"]


def pooled_bert(folder: Path) -> Any:
    """Load a BERT and put pooling and division by length on top of it."""
    config, keras = encoder_config(folder), import_keras()
    import keras_hub

    try:
        backbone = keras_hub.models.BertBackbone.from_preset(str(folder), dropout=0.0)
    except Exception as error:
        raise refuse_weights(folder, error) from error
    _as_trained(backbone, config, keras)
    ids, mask = (keras.Input((None,), dtype="int32", name=n) for n in ("token_ids", "padding_mask"))
    inputs = {"token_ids": ids, "padding_mask": mask, "segment_ids": keras.ops.zeros_like(ids)}
    return pooled(ids, mask, backbone(inputs)["sequence_output"], pooling_of(folder))


def pooled(ids: Any, mask: Any, states: Any, pooling: str) -> Any:
    """Make a model of the states of tokens (n, length, width): vectors of length 1 (n, width)."""
    keras = import_keras()
    ops = keras.ops

    class Pooling(keras.layers.Layer):
        def call(self, states, mask):
            if pooling == "cls":
                vectors = states[:, 0]
            else:
                weights = ops.expand_dims(ops.cast(mask, states.dtype), -1)
                vectors = ops.sum(states * weights, axis=1) / ops.sum(weights, axis=1)
            return ops.normalize(vectors, axis=-1)

    model = keras.Model({"token_ids": ids, "padding_mask": mask}, Pooling()(states, mask))
    # XLA would compile each new shape for seconds; the plain graph serves all shapes.
    model.compile(jit_compile=False)
    return model


def refuse_weights(folder: Path, error: Exception) -> ValueError:
    """Word what went wrong when weights were read."""
    first = (str(error).splitlines() or [""])[0]
    return ValueError(
        f"{folder / 'model.safetensors'} does not hold the weights that config.json describes "
        f"({type(error).__name__}: {first}); get both files again"
    )


def _as_trained(backbone: Any, config: dict[str, Any], keras: Any) -> None:
    epsilon = config.get("layer_norm_eps", 1e-12)
    backbone.get_layer("embeddings_layer_norm").epsilon = epsilon
    for place in range(backbone.num_layers):
        layer = backbone.get_layer(f"transformer_layer_{place}")
        layer._self_attention_layer_norm.epsilon = epsilon
        layer._feedforward_layer_norm.epsilon = epsilon
        if not GELU[config["hidden_act"]]:
            layer._feedforward_intermediate_dense.activation = keras.activations.gelu
