"""all-MiniLM-L6-v2 in ONNX Runtime, the peer of `benchmarks/text_encoder.py`.

It runs in an environment of its own: `pip install onnx onnxruntime tokenizers`. The graph is
written here from model.safetensors, in standard operators that ONNX Runtime fuses as it likes.
Texts are sorted by length and padded to the longest of their batch, as sentence-transformers does.

    python onnx_encoder.py FOLDER TEXTS.json VECTORS.npy

Each line on stdin encodes all texts once and answers with wall and processor seconds.
"""

from __future__ import annotations

import json
import struct
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

BATCH = 32


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    raw = path.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    found = {}
    for name, entry in json.loads(raw[8 : 8 + size]).items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, stop = (8 + size + place for place in entry["data_offsets"])
            found[name] = np.frombuffer(raw[start:stop], "<f4").reshape(entry["shape"])
    return found


class Graph:
    """Collects nodes; every method gives the name of its result."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.weights, self.nodes, self.constants = weights, [], {}

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def add(self, kind: str, *inputs: str, **attributes: object) -> str:
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def dense(self, x: str, name: str) -> str:
        kernel = self.constant(f"{name}.kernel", self.weights[f"{name}.weight"].T)
        bias = self.constant(f"{name}.bias", self.weights[f"{name}.bias"])
        return self.add("Add", self.add("MatMul", x, kernel), bias)

    def norm(self, x: str, name: str, epsilon: float) -> str:
        gain = self.constant(f"{name}.gain", self.weights[f"{name}.LayerNorm.weight"])
        bias = self.constant(f"{name}.shift", self.weights[f"{name}.LayerNorm.bias"])
        return self.add("LayerNormalization", x, gain, bias, axis=-1, epsilon=epsilon)


def bert(folder: Path) -> bytes:
    config = json.loads((folder / "config.json").read_text())
    weights, epsilon = read_safetensors(folder / "model.safetensors"), config["layer_norm_eps"]
    heads, width = config["num_attention_heads"], config["hidden_size"]
    g = Graph(weights)
    table = g.constant("words", weights["embeddings.word_embeddings.weight"])
    x = g.add("Gather", table, "ids")
    x = g.add(
        "Add",
        x,
        g.add(
            "Gather",
            g.constant(
                "positions",
                weights["embeddings.position_embeddings.weight"]
                + weights["embeddings.token_type_embeddings.weight"][0],
            ),
            "places",
        ),
    )
    x = g.norm(x, "embeddings", epsilon)
    split = g.constant("split", np.array([0, 0, heads, width // heads], np.int64))
    join = g.constant("join", np.array([0, 0, width], np.int64))
    scale = g.constant("scale", np.array(np.sqrt(width // heads), np.float32))
    for number in range(config["num_hidden_layers"]):
        block = f"encoder.layer.{number}"
        parts = [
            g.add("Reshape", g.dense(x, f"{block}.attention.self.{name}"), split)
            for name in ("query", "key", "value")
        ]
        q, k, v = (
            g.add("Transpose", part, perm=[0, 2, 3, 1] if place == 1 else [0, 2, 1, 3])
            for place, part in enumerate(parts)
        )
        scores = g.add("Add", g.add("Div", g.add("MatMul", q, k), scale), "bias")
        mixed = g.add("MatMul", g.add("Softmax", scores, axis=-1), v)
        mixed = g.add("Reshape", g.add("Transpose", mixed, perm=[0, 2, 1, 3]), join)
        output = f"{block}.attention.output"
        x = g.norm(g.add("Add", x, g.dense(mixed, f"{output}.dense")), output, epsilon)
        inner = g.add("Gelu", g.dense(x, f"{block}.intermediate.dense"))
        output = f"{block}.output"
        x = g.norm(g.add("Add", x, g.dense(inner, f"{output}.dense")), output, epsilon)
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT64, ["n", "length"]),
        helper.make_tensor_value_info("places", TensorProto.INT64, ["length"]),
        helper.make_tensor_value_info("bias", TensorProto.FLOAT, ["n", 1, 1, "length"]),
    ]
    result = helper.make_tensor_value_info(x, TensorProto.FLOAT, ["n", "length", width])
    graph = helper.make_graph(g.nodes, "bert", inputs, [result], list(g.constants.values()))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    model.ir_version = 10
    return model.SerializeToString()


def encode(session, tokenizer, texts: list[str]) -> np.ndarray:
    tokens = [entry.ids for entry in tokenizer.encode_batch(texts)]
    lengths = np.array([len(ids) for ids in tokens])
    order = np.argsort(-lengths, kind="stable")
    vectors = np.zeros((len(texts), 384), np.float32)
    for start in range(0, len(texts), BATCH):
        rows = order[start : start + BATCH]
        longest = int(lengths[rows].max())
        mask = np.arange(longest) < lengths[rows][:, None]
        ids = np.zeros(mask.shape, np.int64)
        ids[mask] = np.concatenate([tokens[row] for row in rows])
        bias = np.where(mask, 0, -1e9).astype(np.float32)[:, None, None]
        (states,) = session.run(None, {"ids": ids, "places": np.arange(longest), "bias": bias})
        pooled = (states * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        vectors[rows] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
    return vectors


def main() -> None:
    folder, target = Path(sys.argv[1]), sys.argv[3]
    texts = json.loads(Path(sys.argv[2]).read_text())
    options = onnxruntime.SessionOptions()
    # Threads that spin while they wait would take the cores from the program whose turn it is.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(
        bert(folder), options, providers=["CPUExecutionProvider"]
    )
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    np.save(target, encode(session, tokenizer, texts[:200]))
    print(onnxruntime.__version__, flush=True)
    for _ in sys.stdin:
        started, processor = time.perf_counter(), time.process_time()
        vectors = encode(session, tokenizer, texts)
        print(time.perf_counter() - started, time.process_time() - processor, flush=True)
        np.save(target, vectors)


if __name__ == "__main__":
    main()
