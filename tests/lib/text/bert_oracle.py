"""BERT in plain NumPy, read from safetensors by hand: nothing here is shared with the library."""

import json
import struct
from pathlib import Path

import numpy as np
from scipy.special import erf


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    raw = Path(path).read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    found = {}
    for name, entry in json.loads(raw[8 : 8 + size]).items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        start, stop = (8 + size + place for place in entry["data_offsets"])
        values = np.frombuffer(raw[start:stop], "<f4").reshape(entry["shape"])
        found[name] = values.astype(np.float64)
    return found


def layer_norm(x, gain, bias, epsilon):
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + epsilon) * gain + bias


def bert_vector(folder: Path, ids: list[int], pooling: str = "mean") -> np.ndarray:
    """One text, no batch, no padding, float64, the exact GELU."""
    config = json.loads((Path(folder) / "config.json").read_text())
    w = read_safetensors(Path(folder) / "model.safetensors")
    heads, epsilon = config["num_attention_heads"], config["layer_norm_eps"]

    def dense(x, name):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def norm(x, name):
        return layer_norm(x, w[f"{name}.LayerNorm.weight"], w[f"{name}.LayerNorm.bias"], epsilon)

    x = w["embeddings.word_embeddings.weight"][ids]
    x = x + w["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings")
    for number in range(config["num_hidden_layers"]):
        block = f"encoder.layer.{number}"
        q, k, v = (
            dense(x, f"{block}.attention.self.{part}").reshape(len(ids), heads, -1).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = q @ k.swapaxes(1, 2) / np.sqrt(q.shape[2])
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True) @ v).swapaxes(0, 1).reshape(len(ids), -1)
        output = f"{block}.attention.output"
        x = norm(x + dense(mixed, f"{output}.dense"), output)
        inner = dense(x, f"{block}.intermediate.dense")
        inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
        x = norm(x + dense(inner, f"{block}.output.dense"), f"{block}.output")
    vector = x.mean(0) if pooling == "mean" else x[0]
    return vector / np.linalg.norm(vector)
