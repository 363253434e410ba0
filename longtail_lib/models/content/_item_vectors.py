"""Text vectors of the whole catalogue, in the order of a split's columns."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

import narwhals as nw
import numpy as np

from longtail_lib._parameters import ARRAY, AnyOf, Constraint, Nullable, Options, constrained
from longtail_lib.models._recommender import Recommender
from longtail_lib.preprocessing import Split
from longtail_lib.text import Whitening
from longtail_lib.text._encoder import unit_rows
from longtail_lib.text._list_encoders import ENCODERS

__all__ = [
    "FUSIONS",
    "TEXT_SPACES",
    "VECTORS",
    "ContentRecommender",
    "checked_vectors",
    "item_vectors",
    "shuffled_vectors",
    "text_space",
    "text_vectors",
]

TEXT_SPACES = ("whiten", "centre", "raw")
# What may be given in place of vectors: the same texts, read without pretraining, another item's,
# or read by a pretrained encoder or a language model.
_READERS = ("words", "shuffled", *ENCODERS, "smollm")
VECTORS = Nullable(AnyOf(ARRAY, Options(*_READERS)), "to encode the items' text")
_DIMENSIONS = 384
FUSIONS = ("none", "text", "sum", "concatenation", "gate", "prefixes", "null-space", "dual-view")


def item_vectors(parts: Split, encoder: Any = None, column: str = "text") -> np.ndarray:
    """Encode one text column of the item table, one vector for each item of the catalogue.

    Parameters
    ----------
    parts : Split
        Its item table is in the order of `item_ids`.
    encoder : object with `encode(texts)`, str, or None
        Fitted, where it has to be. None takes the pretrained `TextEncoder()`, another name from
        `list_encoders` the `TextEncoder` of that name, "smollm" the states of
        `longtail_lib.language.LanguageModel()`, and "words" the catalogue's own words: a
        `TfidfSvd` of 384 dimensions, or fewer where words or texts are.
    column : str

    Returns
    -------
    ndarray of float32, shape (n_items, dimensions)
        Rows of length 1. An item without text has a zero row: models score it by what else they
        know of it, or last among the items that text speaks for.

    Examples
    --------
    >>> import polars as pl
    >>> from longtail_lib.text import TfIdf
    >>> items = pl.DataFrame({"item_id": [1, 2, 3], "text": ["red lamp", None, "lamp"]})
    >>> parts = Split.from_matrices(np.eye(3), item_ids=[1, 2, 3], items=items)
    >>> vectors = item_vectors(parts, encoder=TfIdf(min_texts=1).fit(["red lamp", "lamp"]))
    >>> np.linalg.norm(vectors, axis=1).round(3).tolist()
    [1.0, 0.0, 1.0]
    """
    if parts.items is None:
        raise ValueError(
            f"item_vectors: {parts!r} has no item table; read the log with items= and text=, or "
            "pass vectors="
        )
    table = nw.from_native(parts.items, eager_only=True)
    if column not in table.columns:
        raise KeyError(
            f"item_vectors: the item table has no column {column!r}; it has "
            f"{', '.join(map(repr, table.columns))}"
        )
    texts = [_text(value, place, column) for place, value in enumerate(table[column].to_list())]
    there = np.flatnonzero([bool(text) for text in texts])
    if not len(there):
        raise ValueError(
            f"item_vectors: none of the {len(texts):,} items has text in column {column!r}; choose "
            "another column, or join texts in read_table(..., text=[...])"
        )
    if encoder == "words":
        encoder = _words(tuple(texts[place] for place in there))
    elif encoder is None or isinstance(encoder, str):
        encoder = _reader(encoder)
    encoded = encoder.encode([texts[place] for place in there])
    encoded = np.asarray(encoded.toarray() if hasattr(encoded, "toarray") else encoded)
    vectors = np.zeros((parts.n_items, encoded.shape[1]), dtype=np.float32)
    vectors[there] = encoded
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return checked_vectors(vectors / np.where(lengths > 0, lengths, 1), parts)


@lru_cache(maxsize=2)
def _words(texts: tuple[str, ...]) -> Any:
    """Fit the reader of words on these texts; a search fits models on the same ones many times."""
    from longtail_lib.text import TfidfSvd
    from longtail_lib.text._tfidf_svd import BagOfWords

    known = len(BagOfWords().fit(texts).vocabulary_)
    most = min(_DIMENSIONS, known - 1, len(texts) - 1)
    if most < 1:
        raise ValueError(
            f"item_vectors: {len(texts):,} texts share {known} words, which are too few to compare "
            "items by; pass vectors="
        )
    return TfidfSvd(most).fit(texts)


def _reader(name: str | None) -> Any:
    """Return the pretrained reader of a name."""
    if name == "smollm":
        return _StatesReader()
    from longtail_lib.text import TextEncoder

    return TextEncoder(name)


class _StatesReader:
    """The language model; it keeps no cache on disk, so it reads once for all fits of a search."""

    def encode(self, texts: list[str]) -> np.ndarray:
        return _states(tuple(texts))

    @property
    def model_hash(self) -> str:
        from longtail_lib.language import LanguageModel

        return LanguageModel().model_hash


@lru_cache(maxsize=2)
def _states(texts: tuple[str, ...]) -> np.ndarray:
    from longtail_lib.language import LanguageModel

    return LanguageModel().encode(texts)


def checked_vectors(vectors: Any, parts: Split, model: str = "item_vectors") -> np.ndarray:
    """Return vectors as float32, or say why they do not fit the catalogue."""
    array = np.asarray(vectors)
    if array.dtype.kind not in "iufb":
        raise TypeError(f"{model}: vectors must be an array of numbers, got {array.dtype}")
    if array.ndim != 2 or len(array) != parts.n_items or not array.shape[1]:
        raise ValueError(
            f"{model}: vectors must have one row for each of the {parts.n_items} items of the "
            f"catalogue, in the order of parts.item_ids, got shape {array.shape}"
        )
    array = array.astype(np.float32, copy=False)
    wrong = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if len(wrong):
        raise ValueError(
            f"{model}: vectors must be finite, and row {wrong[0]} (item "
            f"{parts.item_ids[wrong[0]]}) is not; {len(wrong)} rows are not"
        )
    if not array.any():
        raise ValueError(f"{model}: all vectors are zero, so no item has text")
    return array


def shuffled_vectors(vectors: np.ndarray, seed: int = 0) -> np.ndarray:
    """Give each item with text the vector of another one, drawn at random: a control.

    What a model still gains with them did not come from what the texts say. Zero rows stay where
    they are.

    Examples
    --------
    >>> vectors = np.array([[1.0], [0.0], [2.0], [3.0]])
    >>> shuffled_vectors(vectors, seed=1)[:, 0].tolist()
    [3.0, 0.0, 1.0, 2.0]
    """
    vectors = np.asarray(vectors)
    there = np.flatnonzero(vectors.any(axis=1))
    shuffled = vectors.copy()
    # A cycle through a random order: no item keeps its own.
    order = np.random.default_rng(seed).permutation(there)
    shuffled[order] = vectors[np.roll(order, 1)]
    return shuffled


def _text(value: Any, place: int, column: str) -> str:
    if value is None or value != value:
        return ""
    if not isinstance(value, str):
        raise TypeError(
            f"item_vectors: column {column!r} must hold text, and row {place} holds "
            f"{type(value).__name__}; convert it with cast(str)"
        )
    return value.strip()


@constrained(space=Options(*TEXT_SPACES))
def text_space(vectors: np.ndarray, space: str) -> np.ndarray:
    """Bring text vectors to length 1, centred or whitened first."""
    if space == "raw":
        return unit_rows(np.asarray(vectors, dtype=np.float64)).astype(np.float32)
    return Whitening(space).fit(vectors).transform(vectors)


class ContentRecommender(Recommender):
    """Base class of recommenders whose constructor takes text vectors as `vectors`.

    Parameters
    ----------
    vectors : ndarray of float, shape (n_items, dimensions), str or None
        In the order of the split's items. None encodes the item table's column "text" by the
        pretrained `TextEncoder`, and so do the names of `list_encoders`, each by its own, and
        "smollm", a language model; "words" reads them without pretraining: see `item_vectors`.
        "shuffled" encodes them and gives each item those of another one, see `shuffled_vectors`.
        Of arrays nothing is saved but what was made of them.
    """

    vectors: np.ndarray | str | None

    _array_params = ("vectors",)
    _constraints: ClassVar[dict[str, Constraint]] = {"vectors": VECTORS}

    @property
    def _not_stored(self) -> tuple[str, ...]:
        return () if isinstance(self.vectors, str) else self._array_params

    def _text_vectors(self, parts: Split) -> np.ndarray:
        """Return the vectors to learn from, float32."""
        if self.vectors is None:
            return self._encoded_texts(parts)
        if isinstance(self.vectors, str):
            if self.vectors == "words":
                return item_vectors(parts, "words")
            if self.vectors == "shuffled":
                return shuffled_vectors(self._encoded_texts(parts))
            return self._encoded_texts(parts, self.vectors)
        return checked_vectors(self.vectors, parts, type(self).__name__)

    def _encoded_texts(self, parts: Split, source: str | None = None) -> np.ndarray:
        """Encode the item table; a subclass may note the encoder."""
        return item_vectors(parts, source)


def text_vectors(parts: Split, source: str | None = None) -> tuple[np.ndarray, str]:
    """Encode the items' text with a pretrained reader; return its hash, too."""
    encoder = _reader(source)
    return item_vectors(parts, encoder), encoder.model_hash
