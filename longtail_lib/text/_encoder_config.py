"""What the files of an encoder's folder say about it: family, sizes, pooling and prompt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = [
    "GELU",
    "POOLING",
    "PROMPTS",
    "count_parameters",
    "encoder_config",
    "pooling_of",
    "prompt_of",
]

POOLING = "1_Pooling/config.json"
PROMPTS = "config_sentence_transformers.json"
# What transformers call these functions, and whether it is the tanh approximation.
GELU = {"gelu": False, "gelu_new": True, "gelu_pytorch_tanh": True}
_ACTIVATION = {"hidden_act": tuple(GELU)}
# Each family, with the settings that its network here computes exactly.
_FAMILIES: dict[str, dict[str, tuple[Any, ...]]] = {
    "bert": {**_ACTIVATION, "position_embedding_type": ("absolute", None)},
    "mpnet": {**_ACTIVATION, "relative_attention_num_buckets": (32,)},
    "static": {},
}
_SIZES = ("hidden_size", "vocab_size")
_LAYERS = (
    "max_position_embeddings",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
)
# Positions of MPNet start behind that of the padding.
_UNUSED = {"mpnet": 2}


def encoder_config(folder: Path) -> dict[str, Any]:
    """Read config.json, and refuse what is of no family that is computed exactly here.

    "positions" is added: how many tokens a text may have, None where their places do not matter.
    """
    path = folder / "config.json"
    config = _settings(path)
    # Keras would take a config with a registered name for a recipe of objects to make.
    if "registered_name" in config:
        raise ValueError(
            f"{path} is a recipe for Keras objects; choose a folder from the model hub"
        )
    family = config.get("model_type")
    expected = {"model_type": tuple(_FAMILIES)} | _FAMILIES.get(str(family), {})
    for key, allowed in expected.items():
        if config.get(key) not in allowed:
            names = " or ".join(repr(name) for name in allowed if name) or "no entry"
            raise ValueError(
                f"{path}: {key} is {config.get(key)!r}, expected {names}; choose a model of the "
                "BERT or MPNet family"
            )
    for key in _SIZES if family == "static" else (*_SIZES, *_LAYERS):
        if not isinstance(config.get(key), int) or config[key] < 1:
            raise ValueError(f"{path}: {key} must be a positive integer, got {config.get(key)!r}")
    longest = config.get("max_position_embeddings")
    config["positions"] = longest and longest - _UNUSED.get(family, 0)
    return config


def count_parameters(config: dict[str, Any]) -> int:
    """Count the numbers of the network that `encoder_config` describes, without unused poolers."""
    width, family = config["hidden_size"], config["model_type"]
    if family == "static":
        return config["vocab_size"] * width
    inner = config["intermediate_size"]
    tables = config["vocab_size"] + config["max_position_embeddings"]
    tables += config.get("type_vocab_size", 2) if family == "bert" else 0
    shared = 32 * config["num_attention_heads"] if family == "mpnet" else 0
    block = 4 * (width * width + width) + 2 * width * inner + inner + width + 4 * width
    return tables * width + 2 * width + shared + config["num_hidden_layers"] * block


def pooling_of(folder: Path) -> str:
    """Return "mean", or "cls" where sentence-transformers' settings in the folder say so."""
    path = folder / POOLING
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


def prompt_of(folder: Path) -> str:
    """Return what sentence-transformers' settings in the folder put before each text by default."""
    path = folder / PROMPTS
    settings = _settings(path) if path.is_file() else {}
    name, prompts = settings.get("default_prompt_name"), settings.get("prompts")
    if name is None:
        return ""
    if not isinstance(prompts, dict) or not isinstance(prompts.get(name), str):
        raise ValueError(
            f"{path} names the default prompt {name!r} and does not hold it; get the file again"
        )
    return prompts[name]


def _settings(path: Path) -> dict[str, Any]:
    """Read a JSON file that names settings."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError(f"it holds a {type(found).__name__} and no settings by name")
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is no JSON of a model ({error}); get the file again") from error
    return found
