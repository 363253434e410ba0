"""A Llama of random weights as a GGUF file, small enough to be written anew in each test run."""

import struct

import numpy as np
from tokenizers.pre_tokenizers import ByteLevel

CONTROLS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
MERGES = ["l a", "m p", "la mp", "Ġ lamp", "Ġ r", "Ġr e", "Ġre d", "e d"]
TOKENS = [*CONTROLS, *sorted(ByteLevel.alphabet()), *(m.replace(" ", "") for m in MERGES)]
WIDTH, INNER, BLOCKS, HEADS, SHARED = 32, 64, 2, 4, 2
METADATA = {
    "general.architecture": "llama",
    "llama.block_count": BLOCKS,
    "llama.context_length": 200,
    "llama.embedding_length": WIDTH,
    "llama.feed_forward_length": INNER,
    "llama.attention.head_count": HEADS,
    "llama.attention.head_count_kv": SHARED,
    "llama.attention.layer_norm_rms_epsilon": 1e-3,
    "llama.rope.freq_base": 500.0,
    "llama.rope.dimension_count": WIDTH // HEADS,
    "llama.vocab_size": len(TOKENS),
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "smollm",
    "tokenizer.ggml.tokens": TOKENS,
    "tokenizer.ggml.merges": MERGES,
    "tokenizer.ggml.token_type": np.array([3] * 3 + [1] * (len(TOKENS) - 3), np.int32),
    "some.flag": True,
}


def tensors(seed=0):
    """Names with their kind and float weights, outputs first."""
    rng, narrow = np.random.default_rng(seed), WIDTH // HEADS * SHARED
    shapes = {
        "attn_q": (WIDTH, WIDTH),
        "attn_k": (narrow, WIDTH),
        "attn_v": (narrow, WIDTH),
        "attn_output": (WIDTH, WIDTH),
        "ffn_gate": (INNER, WIDTH),
        "ffn_up": (INNER, WIDTH),
        "ffn_down": (WIDTH, INNER),
    }
    found = {"token_embd.weight": (8, rng.normal(0, 1, (len(TOKENS), WIDTH)))}
    for place in range(BLOCKS):
        for name in ("attn_norm", "ffn_norm"):
            found[f"blk.{place}.{name}.weight"] = (0, rng.normal(1, 0.2, WIDTH))
        for name, shape in shapes.items():
            found[f"blk.{place}.{name}.weight"] = (3, rng.normal(0, 0.4, shape))
    return {**found, "output_norm.weight": (0, rng.normal(1, 0.2, WIDTH))}


def text(value):
    return struct.pack("<Q", len(value.encode())) + value.encode()


def field(value):
    """A value with its kind before it."""
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + text(value)
    if isinstance(value, np.ndarray):
        return struct.pack("<IIQ", 9, 5, len(value)) + value.astype("<i4").tobytes()
    return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, value))


def stored(kind, weights):
    """Bytes of a tensor, block by block, as ggml's documentation describes them."""
    if kind == 0:
        return weights.astype("<f4").tobytes()
    out = b""
    for block in weights.reshape(-1, 32):
        if kind == 8:
            scale = np.float16(abs(block).max() / 127)
            out += scale.tobytes() + np.rint(block / np.float32(scale)).astype("i1").tobytes()
        else:
            least = np.float16(block.min())
            scale = np.float16((block.max() - block.min()) / 15)
            codes = np.rint((block - np.float32(least)) / np.float32(scale)).clip(0, 15)
            low, high = codes[:16].astype("u1"), codes[16:].astype("u1")
            out += scale.tobytes() + least.tobytes() + (low | high << 4).astype("u1").tobytes()
    return out


def gguf(metadata, parts, version=3):
    """The bytes of a whole file."""
    head = b"GGUF" + struct.pack("<IQQ", version, len(parts), len(metadata))
    head += b"".join(text(name) + field(value) for name, value in metadata.items())
    body = b""
    for name, (kind, weights) in parts.items():
        body += bytes(-len(body) % 32)
        shape = weights.shape[::-1]
        head += text(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
        head += struct.pack("<IQ", kind, len(body))
        body += stored(kind, weights)
    return head + bytes(-len(head) % 32) + body


def make_llama(path, seed=0, **changes):
    """Write a file; changes are of metadata, with __ for a dot."""
    changed = {name.replace("__", "."): value for name, value in changes.items()}
    metadata = {k: v for k, v in {**METADATA, **changed}.items() if v is not None}
    path.write_bytes(gguf(metadata, tensors(seed)))
    return path
