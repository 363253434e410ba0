"""A BERT of random weights, small enough to be made anew in each test run."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

WORDS = ["lamp", "map", "sea", "red", "blue", "old", "##s"]
WIDTH, INNER, BLOCKS, POSITIONS = 16, 24, 2, 32
CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": WIDTH,
    "intermediate_size": INNER,
    "num_attention_heads": 2,
    "num_hidden_layers": BLOCKS,
    "max_position_embeddings": POSITIONS,
    # Neither is what KerasHub would take by itself.
    "layer_norm_eps": 1e-3,
    "pad_token_id": 3,
    "type_vocab_size": 2,
    "vocab_size": 4 + len(WORDS),
}


def make_bert(folder: Path, seed: int = 0, **changes: object) -> Path:
    """Write config.json, model.safetensors and tokenizer.json."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({**CONFIG, **changes}))
    rng = np.random.default_rng(seed)
    shapes = {
        "embeddings.word_embeddings.weight": (CONFIG["vocab_size"], WIDTH),
        "embeddings.position_embeddings.weight": (POSITIONS, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "pooler.dense.weight": (WIDTH, WIDTH),
        "pooler.dense.bias": (WIDTH,),
    }
    norms = ["embeddings"]
    for number in range(BLOCKS):
        block = f"encoder.layer.{number}"
        sizes = dict.fromkeys(("query", "key", "value"), (WIDTH, WIDTH))
        parts = {f"{block}.attention.self.{name}": size for name, size in sizes.items()}
        parts[f"{block}.attention.output.dense"] = (WIDTH, WIDTH)
        parts[f"{block}.intermediate.dense"] = (INNER, WIDTH)
        parts[f"{block}.output.dense"] = (WIDTH, INNER)
        for name, (outputs, inputs) in parts.items():
            shapes |= {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}
        norms += [f"{block}.attention.output", f"{block}.output"]
    for name in norms:
        shapes |= {f"{name}.LayerNorm.weight": (WIDTH,), f"{name}.LayerNorm.bias": (WIDTH,)}
    weights = {}
    for name, shape in shapes.items():
        # Gains near 1 and small biases keep texts apart.
        middle, width = (1, 0.1) if name.endswith("LayerNorm.weight") else (0, 0.4)
        width = 0.1 if name.endswith("bias") else width
        weights[name] = rng.normal(middle, width, shape).astype(np.float32)
    save_file(weights, folder / "model.safetensors")
    names = ["[CLS]", "[SEP]", "[UNK]", "[PAD]", *WORDS]
    vocabulary = {name: place for place, name in enumerate(names)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 0), ("[SEP]", 1)]
    )
    # As the published file does; it must not reach the network.
    tokenizer.enable_padding(length=20, pad_id=3, pad_token="[PAD]")
    tokenizer.enable_truncation(5)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def token_ids(text: str) -> list[int]:
    """What the tokenizer has to give for words of `WORDS` and their plural."""
    ids = [0]
    for word in text.split():
        stem = word.removesuffix("s")
        ids.append(4 + WORDS.index(stem))
        if stem != word:
            ids.append(4 + WORDS.index("##s"))
    return [*ids, 1]
