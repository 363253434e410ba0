"""Texts to vectors by a model that others pretrained on many millions of pairs of sentences."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from numbers import Integral
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from longtail_lib._parameters import (
    BOOLEAN,
    PATH,
    AnyOf,
    Constraint,
    Interval,
    Nullable,
    Satisfies,
    check_parameters,
)
from longtail_lib.data._download import cache_folder
from longtail_lib.text._encoder import Encoder
from longtail_lib.text._encoder_config import (
    count_parameters,
    encoder_config,
    pooling_of,
    prompt_of,
)
from longtail_lib.text._encoding_cache import EncodingCache, text_key
from longtail_lib.text._find_encoder import EncoderFolder, encoder_folder
from longtail_lib.text._unknown_tokens import ReadTexts

__all__ = ["TextEncoder", "batches_by_length", "padded"]


_SHARD = 512
_VERSION = 2


class TextEncoder(Encoder):
    """Encode texts by a pretrained model, all-MiniLM-L6-v2 unless you name another.

    It was trained once, by others, and learns nothing here: `encode` works without `fit`, and
    `fit` does nothing. The first call loads the network; texts that were encoded before come from
    a cache on disk, and if all did, TensorFlow is not even imported.

    Whether a pretrained reader, or a larger one, reads better than words is a question to your own
    log. `list_encoders` has a ladder of them: "static", a table of token vectors without a network
    (8 million numbers, English); "minilm" (23 million, English); "mpnet" (109 million, English);
    "e5" (118 million, a hundred languages in one space; 3.5 GB of memory while it is loaded).
    `fetch_encoder` fetches them.

    Parameters
    ----------
    source : str, path or None
        A name from `list_encoders`, or where else the weights come from, as in `find_encoder`.
    prompt : str or None
        Put before each text, for models that were trained so. None takes what the model's own
        settings say: "query: " for "e5", as its authors advise where two texts of one kind are
        compared, and nothing for the others. Their "passage: " is for answers to queries.
    max_tokens : int
        A text's first so many tokens are read, those of the prompt and the two at its ends
        counted; the rest is cut off.
    batch_tokens : int
        At most so many tokens, padding counted, are computed at once. Texts of like length go
        together, so padding is rare. The vectors do not depend on it beyond rounding. 1024 is
        fastest on two cores, whose caches it fits; a GPU wants 16,384 or more.
    cache : bool or path
        True keeps vectors in `$LONGTAIL_CACHE_HOME/encodings`, or where this system keeps caches;
        a path keeps them there; False keeps none.
    progress : bool
        Show a progress bar over the texts that must be computed, and over a download.

    Attributes
    ----------
    folder : Path
        Where the weights lie; looked for at first use.
    dimensions : int
        384 for MiniLM.
    n_parameters : int
        22,565,376 for MiniLM.
    model_hash : str
        sha256 of whatever the vectors depend on: weights, tokens, prompt, pooling, `max_tokens`.

    References
    ----------
    Reimers, N., Gurevych, I. (2019). Sentence-BERT: sentence embeddings using Siamese
    BERT-networks. EMNLP-IJCNLP, 3982-3992.

    Examples
    --------
    >>> encoder = TextEncoder()
    >>> vectors = encoder.encode(["a kitten", "a young cat", "a power drill"])  # doctest: +SKIP
    >>> (vectors @ vectors.T)[0].round(2)  # doctest: +SKIP
    array([1.  , 0.65, 0.1 ], dtype=float32)
    >>> encoder.max_tokens
    256
    """

    # Nothing to learn takes no time; it also tells the base class that `encode` may run.
    seconds_ = 0.0

    _constraints: ClassVar[dict[str, Constraint]] = {
        "source": Nullable(PATH),
        "prompt": Nullable(Satisfies("text", lambda given: isinstance(given, str))),
        "max_tokens": Interval(Integral, 3, mend="two stand at the ends of every text"),
        "batch_tokens": Interval(Integral, 1),
        "cache": AnyOf(BOOLEAN, PATH),
        "progress": BOOLEAN,
    }

    def __init__(
        self,
        source: str | os.PathLike[str] | None = None,
        *,
        prompt: str | None = None,
        max_tokens: int = 256,
        batch_tokens: int = 1024,
        cache: bool | str | os.PathLike[str] = True,
        progress: bool = False,
    ) -> None:
        check_parameters("TextEncoder", locals(), self._constraints)
        self.source = source
        self.prompt = prompt
        self.max_tokens = int(max_tokens)
        self.batch_tokens = int(batch_tokens)
        self.cache = cache
        self.progress = progress

    def encode(self, texts: Iterable[str]) -> np.ndarray:
        """Turn n texts, a list or a column, into vectors of length 1, float32 (n, dimensions).

        A text without a known token has the zero vector: "", spaces, or nothing but signs that are
        not in the vocabulary, which would all look alike. One warning a call says which share of
        the tokens is unknown, with examples; texts that come from the cache are not counted again.
        """
        return super().encode(texts)

    @cached_property
    def _found(self) -> EncoderFolder:
        return encoder_folder(self.source, progress=self.progress)

    @property
    def folder(self) -> Path:
        """Where the weights lie."""
        return self._found.path

    @cached_property
    def _config(self) -> dict[str, Any]:
        config = encoder_config(self.folder)
        longest = config["positions"]
        if longest is not None and self.max_tokens > longest:
            raise ValueError(
                f"max_tokens is {self.max_tokens}, but the model in {self.folder} has positions "
                f"for {longest}; pass at most {longest}"
            )
        return config

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._config["hidden_size"]

    @property
    def n_parameters(self) -> int:
        """Numbers that others learned: those of the network, without its unused pooler."""
        return count_parameters(self._config)

    @cached_property
    def model_hash(self) -> str:
        """sha256 of whatever the vectors depend on besides the text."""
        parts = [f"{name} {digest}" for name, digest in sorted(self._found.sha256.items())]
        parts += [pooling_of(self.folder), str(self.max_tokens), str(_VERSION)]
        parts += [json.dumps(self._prompt)] if self._prompt else []
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def _prompt(self) -> str:
        return prompt_of(self.folder) if self.prompt is None else self.prompt

    @cached_property
    def _network(self) -> Any:
        """The network, or a table of token vectors, for which no TensorFlow is needed."""
        family = self._config["model_type"]
        if family == "static":
            from longtail_lib.text._token_table import TokenTable

            return TokenTable(self.folder)
        if family == "mpnet":
            from longtail_lib.text._pooled_mpnet import pooled_mpnet

            return pooled_mpnet(self.folder)
        from longtail_lib.text._pooled_bert import pooled_bert

        return pooled_bert(self.folder)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        path = self.folder / "tokenizer.json"
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:
            raise ValueError(f"{path} is no tokenizer ({error}); get the file again") from error
        # The file's own settings pad each text to 128 tokens.
        tokenizer.no_padding()
        if self._config["model_type"] == "static":
            # A token at the start of every text would draw all means together.
            tokenizer.post_processor = None
        tokenizer.enable_truncation(self.max_tokens)
        return tokenizer

    def _fit(self, texts: list[str], labels: Iterable[Any] | None) -> None:
        self._refuse_labels(labels)

    def _encode(self, texts: list[str]) -> np.ndarray:
        keys = [text_key(text) for text in texts]
        unique = dict(zip(keys, texts, strict=True))
        store = self._store()
        known = store.read(list(unique)) if store else {}
        missing = [key for key in unique if key not in known]
        if missing:
            known |= self._compute(missing, [unique[key] for key in missing], store)
        return np.stack([known[key] for key in keys])

    def _store(self) -> EncodingCache | None:
        if self.cache is False:
            return None
        folder = cache_folder() / "encodings" if self.cache is True else Path(self.cache)
        return EncodingCache(folder, self.model_hash, self.dimensions)

    def _compute(
        self, keys: Sequence[bytes], texts: Sequence[str], store: EncodingCache | None
    ) -> dict[bytes, np.ndarray]:
        """Encode texts, and keep what is done whenever a shard is full, or when interrupted."""
        from tqdm.auto import tqdm

        # A lone surrogate is no character, and the tokenizer would refuse it.
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        self._config  # noqa: B018 - a wrong max_tokens must be told before the tokenizer reads it
        read = ReadTexts(self._tokenizer, clean, self._prompt)
        # The caller of `encode` is five calls away.
        read.tell(stacklevel=5)
        lengths, empty = np.array([len(ids) for ids in read.ids]), read.own == read.unknown
        done: dict[bytes, np.ndarray] = dict.fromkeys(
            (keys[row] for row in np.flatnonzero(empty)), np.zeros(self.dimensions, np.float32)
        )
        rows, fresh = np.flatnonzero(~empty), []
        bar = tqdm(total=len(rows), desc="encode", unit="text", disable=not self.progress)
        try:
            for batch in batches_by_length(lengths[rows], self.batch_tokens):
                places = rows[batch]
                vectors = self._forward([read.ids[place] for place in places])
                done |= zip((keys[place] for place in places), vectors, strict=True)
                fresh += [keys[place] for place in places]
                bar.update(len(places))
                if store and len(fresh) >= _SHARD:
                    store.write(fresh, np.stack([done[key] for key in fresh]))
                    fresh = []
        finally:
            bar.close()
            if store and fresh:
                store.write(fresh, np.stack([done[key] for key in fresh]))
        return done

    def _forward(self, ids: Sequence[Sequence[int]]) -> np.ndarray:
        if self._config["model_type"] == "static":
            return self._network.mean(ids)
        matrix, mask = padded(ids, self._config.get("pad_token_id") or 0)
        inputs = {"token_ids": matrix, "padding_mask": mask}
        return np.asarray(self._network.predict_on_batch(inputs), np.float32)


def batches_by_length(lengths: np.ndarray, batch_tokens: int) -> list[np.ndarray]:
    """Divide texts into batches of neighbours in length, longest first."""
    order = np.argsort(-lengths, kind="stable")
    batches, start = [], 0
    while start < len(order):
        # The first text of a batch is its longest.
        stop = start + max(1, batch_tokens // int(lengths[order[start]]))
        batches.append(order[start:stop])
        start = stop
    return batches


def padded(ids: Sequence[Sequence[int]], padding: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Lay token ids of different lengths into one matrix."""
    mask = np.arange(max(map(len, ids))) < np.array([len(row) for row in ids])[:, None]
    matrix = np.full(mask.shape, padding, np.int32)
    matrix[mask] = np.concatenate([np.asarray(row, np.int32) for row in ids])
    return matrix, mask.astype(np.int32)
