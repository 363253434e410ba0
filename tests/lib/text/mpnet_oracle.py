"""MPNet in plain NumPy, its buckets by the formula of its authors: nothing of it is the library's.

The formula is `relative_position_bucket` of the transformers package (Apache-2.0), which follows
Raffel et al. (2020), in float32 as there.
"""

import json
import math
from pathlib import Path

import numpy as np
from scipy.special import erf

from tests.lib.text.bert_oracle import layer_norm, read_safetensors


def bucket(distance: int) -> int:
    """Bucket of one distance, token read minus token that reads; 32 buckets, 128 the farthest."""
    offset = 16 if distance > 0 else 0
    distance = abs(distance)
    if distance < 8:
        return offset + distance
    log = np.log(np.float32(distance) / np.float32(8))
    wide = 8 + int(log / np.float32(math.log(128 / 8)) * np.float32(8))
    return offset + min(wide, 15)


def mpnet_vector(folder: Path, ids: list[int]) -> np.ndarray:
    """One text, no batch, no padding, float64, the exact GELU, the mean of all tokens."""
    config = json.loads((Path(folder) / "config.json").read_text())
    w = read_safetensors(Path(folder) / "model.safetensors")
    heads, epsilon, n = config["num_attention_heads"], config["layer_norm_eps"], len(ids)

    def dense(x, name):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def norm(x, name):
        return layer_norm(x, w[f"{name}.LayerNorm.weight"], w[f"{name}.LayerNorm.bias"], epsilon)

    table = w["encoder.relative_attention_bias.weight"]
    bias = np.array([[table[bucket(j - i)] for j in range(n)] for i in range(n)])
    x = w["embeddings.word_embeddings.weight"][ids]
    # Position 1 is that of padding; texts begin behind it.
    x = norm(x + w["embeddings.position_embeddings.weight"][2 : 2 + n], "embeddings")
    for number in range(config["num_hidden_layers"]):
        block = f"encoder.layer.{number}"
        q, k, v = (dense(x, f"{block}.attention.attn.{part}") for part in "qkv")
        mixed = []
        for head, (own, key, value) in enumerate(
            zip(*(np.split(part, heads, axis=1) for part in (q, k, v)), strict=True)
        ):
            scores = own @ key.T / math.sqrt(own.shape[1]) + bias[:, :, head]
            scores = np.exp(scores - scores.max(axis=1, keepdims=True))
            mixed.append(scores / scores.sum(axis=1, keepdims=True) @ value)
        attended = dense(np.concatenate(mixed, axis=1), f"{block}.attention.attn.o")
        x = norm(x + attended, f"{block}.attention")
        inner = dense(x, f"{block}.intermediate.dense")
        inner = inner * (1 + erf(inner / math.sqrt(2))) / 2
        x = norm(x + dense(inner, f"{block}.output.dense"), f"{block}.output")
    vector = x.mean(axis=0)
    return vector / np.linalg.norm(vector)
