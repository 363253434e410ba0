"""An MPNet of random weights, with the tokenizer of the tiny BERT."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from tests.lib.text.tiny_bert import BLOCKS, CONFIG, INNER, WIDTH, make_bert

HEADS, LONGEST = 2, 130


def make_mpnet(folder: Path, seed: int = 0, **changes: object) -> Path:
    """Write config.json, model.safetensors and tokenizer.json."""
    make_bert(folder)
    own = {"model_type": "mpnet", "max_position_embeddings": LONGEST + 2}
    own |= {"relative_attention_num_buckets": 32}
    (folder / "config.json").write_text(json.dumps({**CONFIG, **own, **changes}))
    shapes = {
        "embeddings.word_embeddings.weight": (CONFIG["vocab_size"], WIDTH),
        "embeddings.position_embeddings.weight": (LONGEST + 2, WIDTH),
        "encoder.relative_attention_bias.weight": (32, HEADS),
    }
    norms = ["embeddings"]
    for number in range(BLOCKS):
        block = f"encoder.layer.{number}"
        parts = {f"{block}.attention.attn.{part}": (WIDTH, WIDTH) for part in "qkvo"}
        parts[f"{block}.intermediate.dense"] = (INNER, WIDTH)
        parts[f"{block}.output.dense"] = (WIDTH, INNER)
        for name, (outputs, inputs) in parts.items():
            shapes |= {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}
        norms += [f"{block}.attention", f"{block}.output"]
    for name in norms:
        shapes |= {f"{name}.LayerNorm.weight": (WIDTH,), f"{name}.LayerNorm.bias": (WIDTH,)}
    rng = np.random.default_rng(seed)
    weights = {
        name: rng.normal(name.endswith("Norm.weight"), 0.3, shape).astype(np.float32)
        for name, shape in shapes.items()
    }
    # Distances count for much, so that a wrong bucket is seen.
    weights["encoder.relative_attention_bias.weight"] *= 8
    save_file(weights, folder / "model.safetensors")
    return folder
