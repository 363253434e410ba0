"""Texts a second of `TextEncoder` against padding to one length, and against ONNX Runtime.

    python benchmarks/text_encoder.py --onnx-python PYTHON     measure on shop, store the result
    python benchmarks/text_encoder.py --texts 200 --no-store   a first impression, without the peer

PYTHON is the interpreter of another environment, with `onnx onnxruntime tokenizers`; the course's
own has none of them. Every program has the same texts and weights, starts from strings, ends with
unit vectors, and has been called once before. They take turns, and each ratio is the median over
turns, so that load from elsewhere falls on all alike. Processor seconds are told beside wall
seconds, because they depend less on what else the machine does.

The plain program is what one types first: tokens padded to 128, the length at which
tokenizer.json of the model pads, `backbone.predict`, and the mean over the mask. It runs again
padded to the longest text of the catalogue, which one has to know beforehand.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from result_file import machine, median_ratio, store

from longtail_lib import load_dataset
from longtail_lib.models import import_keras
from longtail_lib.text import TextEncoder

keras = import_keras()

RESULTS = Path(__file__).parent / "results" / "text_encoder.json"
OURS, PLAIN = "text_encoder", "predict_128"


def plain(folder: Path, length: int) -> Callable[[list[str]], np.ndarray]:
    """Return the program that pads every text to one length."""
    import keras_hub
    from tokenizers import Tokenizer

    backbone = keras_hub.models.BertBackbone.from_preset(str(folder))
    for number in range(backbone.num_layers):
        # As trained; KerasHub's approximation would differ by more than rounding.
        layer = backbone.get_layer(f"transformer_layer_{number}")
        layer._feedforward_intermediate_dense.activation = keras.activations.gelu
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding(length=length)
    tokenizer.enable_truncation(length)

    def encode(texts: list[str]) -> np.ndarray:
        tokens = tokenizer.encode_batch(texts)
        mask = np.array([entry.attention_mask for entry in tokens])
        inputs = {
            "token_ids": np.array([entry.ids for entry in tokens]),
            "padding_mask": mask,
            "segment_ids": np.zeros_like(mask),
        }
        states = backbone.predict(inputs, verbose=0)["sequence_output"]
        pooled = (states * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)

    return encode


class Onnx:
    """ONNX Runtime in another process, which encodes when it is told to."""

    def __init__(self, python: str, folder: Path, texts: list[str], work: Path) -> None:
        self.vectors = work / "vectors.npy"
        (work / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
        script = str(Path(__file__).with_name("onnx_encoder.py"))
        self.process = subprocess.Popen(
            [python, script, str(folder), str(work / "texts.json"), str(self.vectors)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.version = self.process.stdout.readline().strip()

    def run(self) -> tuple[float, float]:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        wall, processor = self.process.stdout.readline().split()
        return float(wall), float(processor)

    def close(self) -> np.ndarray:
        self.process.stdin.close()
        self.process.wait()
        return np.load(self.vectors)


def timed(encode: Callable[[list[str]], np.ndarray], texts: list[str]) -> Callable[[], tuple]:
    def run() -> tuple[float, float]:
        wall, processor = time.perf_counter(), time.process_time()
        encode(texts)
        return time.perf_counter() - wall, time.process_time() - processor

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", type=int, default=1000, help="spread evenly over the catalogue")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--onnx-python", help="an interpreter that has onnxruntime")
    parser.add_argument("--no-store", action="store_true", help="print only")
    options = parser.parse_args()
    catalogue = load_dataset("shop", truth=False).items["text"].to_list()
    places = np.linspace(0, len(catalogue) - 1, min(options.texts, len(catalogue))).astype(int)
    texts = [catalogue[place] for place in places]

    encoder = TextEncoder(cache=False)
    tokens = [len(entry.ids) for entry in encoder._tokenizer.encode_batch(texts)]
    longest = f"predict_{max(tokens)}"
    programs = {OURS: encoder.encode, PLAIN: plain(encoder.folder, 128)}
    programs[longest] = plain(encoder.folder, max(tokens))
    vectors, seconds_of_first_call = {}, {}
    for name, encode in programs.items():
        start = time.perf_counter()
        vectors[name] = encode(texts[:100])
        seconds_of_first_call[name] = round(time.perf_counter() - start, 1)
    runs = {name: timed(encode, texts) for name, encode in programs.items()}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    with tempfile.TemporaryDirectory() as work:
        peer = None
        if options.onnx_python:
            peer = Onnx(options.onnx_python, encoder.folder, texts, Path(work))
            runs["onnxruntime"], found["onnxruntime"] = peer.run, []
        for _ in range(options.repeats):
            for name, run in runs.items():
                found[name].append(run())
                print(name, *(round(value, 2) for value in found[name][-1]), flush=True)
        if peer:
            vectors["onnxruntime"] = peer.close()[:100]

    result: dict[str, Any] = {
        "what": "TextEncoder, texts to unit vectors, against fixed-length predict and ONNX Runtime",
        "texts": len(texts),
        "tokens": {"mean": round(float(np.mean(tokens)), 1), "longest": max(tokens)},
        "repeats": options.repeats,
        "texts_per_second": {
            name: round(len(texts) / float(np.median([wall for wall, _ in values])), 1)
            for name, values in found.items()
        },
        "processor_milliseconds_per_text": {
            name: round(1000 * min(processor for _, processor in values) / len(texts), 2)
            for name, values in found.items()
        },
        "ours_faster_than": {
            name: {
                clock: median_ratio(*([turn[which] for turn in found[one]] for one in (name, OURS)))
                for which, clock in enumerate(("wall", "processor"))
            }
            for name in found
            if name != OURS
        },
        "promised_to_" + PLAIN: 1.5,
        "largest_difference_of_vectors": {
            name: float(f"{np.abs(values - vectors[OURS]).max():.1g}")
            for name, values in vectors.items()
            if name != OURS
        },
        "seconds_of_first_call_with_100_texts": seconds_of_first_call,
        "machine": machine("keras") | {"onnxruntime": peer.version if peer else None},
    }
    print(json.dumps(result, indent=1))
    if not options.no_store:
        store(result, RESULTS)


if __name__ == "__main__":
    main()
