"""The side of sentence-transformers; it runs in the environment of the peers."""

from __future__ import annotations

from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Pooling, Transformer


def encode(folder: Path) -> tuple:
    torch.set_num_threads(1)
    texts = (folder / "texts.txt").read_text(encoding="utf-8").splitlines()
    weights = (folder / "encoder.txt").read_text(encoding="utf-8")
    transformer = Transformer(weights, max_seq_length=256)
    model = SentenceTransformer(modules=[transformer, Pooling(384)], device="cpu")
    model.encode(texts[:50])
    kept = {}

    def work() -> None:
        kept["vectors"] = model.encode(texts, normalize_embeddings=True)

    return work, lambda: dict(kept)


TASKS = {"encode": encode}
