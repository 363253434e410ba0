"""A BERT of KerasHub with one vector for each text, computed as its authors trained it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from longtail_lib._import_keras import import_keras

__all__ = ["bert_config", "pooled_bert", "pooling_of"]

# What transformers call these functions, and whether it is the tanh approximation.
_GELU = {"gelu": False, "gelu_new": True, "gelu_pytorch_tanh": True}


def bert_config(folder: Path) -> dict[str, Any]:
    """Read config.json, and refuse what is not a BERT that `pooled_bert` computes exactly."""
    path = folder / "config.json"
    config = _settings(path)
    # Keras would take a config with a registered name for a recipe of objects to make.
    if "registered_name" in config:
        raise ValueError(
            f"{path} is a recipe for Keras objects; choose a folder from the model hub"
        )
    expected: dict[str, tuple[str | None, ...]] = {
        "model_type": ("bert",),
        "hidden_act": tuple(_GELU),
        "position_embedding_type": ("absolute", None),
    }
    for key, allowed in expected.items():
        if config.get(key) not in allowed:
            names = " or ".join(repr(name) for name in allowed if name) or "no entry"
            raise ValueError(
                f"{path}: {key} is {config.get(key)!r}, expected {names}; choose a model of the "
                "BERT family"
            )
    numbers = ("hidden_size", "max_position_embeddings", "vocab_size", "num_hidden_layers")
    for key in (*numbers, "num_attention_heads", "intermediate_size"):
        if not isinstance(config.get(key), int) or config[key] < 1:
            raise ValueError(f"{path}: {key} must be a positive integer, got {config.get(key)!r}")
    return config


def _settings(path: Path) -> dict[str, Any]:
    """Read a JSON file that names settings."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError(f"it holds a {type(found).__name__} and no settings by name")
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is no JSON of a model ({error}); get the file again") from error
    return found


def pooling_of(folder: Path) -> str:
    """Return "mean", or "cls" where sentence-transformers' settings in the folder say so."""
    path = folder / "1_Pooling" / "config.json"
    if not path.is_file():
        return "mean"
    settings = _settings(path)
    wanted = sorted(k.removeprefix("pooling_mode_") for k, v in settings.items() if v is True)
    wanted = [name for name in wanted if name != "include_prompt"]
    if wanted not in (["mean_tokens"], ["cls_token"]):
        raise ValueError(
            f"{path} asks for {wanted}; mean_tokens or cls_token alone are known here, so choose "
            "another model"
        )
    return "mean" if wanted == ["mean_tokens"] else "cls"


def pooled_bert(folder: Path) -> Any:
    """Load a BERT and put pooling and division by length on top of it."""
    config, pooling, keras = bert_config(folder), pooling_of(folder), import_keras()
    import keras_hub

    try:
        backbone = keras_hub.models.BertBackbone.from_preset(str(folder), dropout=0.0)
    except Exception as error:
        raise ValueError(
            f"{folder / 'model.safetensors'} does not hold the weights that config.json describes "
            f"({type(error).__name__}: {str(error).splitlines()[0]}); get both files again"
        ) from error
    _as_trained(backbone, config, keras)
    ops = keras.ops

    class Pooling(keras.layers.Layer):
        def call(self, states, mask):
            if pooling == "cls":
                vectors = states[:, 0]
            else:
                weights = ops.expand_dims(ops.cast(mask, states.dtype), -1)
                vectors = ops.sum(states * weights, axis=1) / ops.sum(weights, axis=1)
            return ops.normalize(vectors, axis=-1)

    ids, mask = (keras.Input((None,), dtype="int32", name=n) for n in ("token_ids", "padding_mask"))
    states = backbone({"token_ids": ids, "padding_mask": mask, "segment_ids": ops.zeros_like(ids)})
    model = keras.Model(
        {"token_ids": ids, "padding_mask": mask}, Pooling()(states["sequence_output"], mask)
    )
    # XLA would compile each new shape for seconds; the plain graph serves all shapes.
    model.compile(jit_compile=False)
    return model


def _as_trained(backbone: Any, config: dict[str, Any], keras: Any) -> None:
    epsilon = config.get("layer_norm_eps", 1e-12)
    backbone.get_layer("embeddings_layer_norm").epsilon = epsilon
    for place in range(backbone.num_layers):
        layer = backbone.get_layer(f"transformer_layer_{place}")
        layer._self_attention_layer_norm.epsilon = epsilon
        layer._feedforward_layer_norm.epsilon = epsilon
        if not _GELU[config["hidden_act"]]:
            layer._feedforward_intermediate_dense.activation = keras.activations.gelu
