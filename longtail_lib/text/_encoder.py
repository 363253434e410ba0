"""What every text encoder here is: fit, encode, and a number of parameters."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["Encoder", "anisotropy", "checked_texts", "checked_vectors", "unit_rows"]


class Encoder(ABC):
    """Base class of what turns texts into vectors.

    The constructor stores its arguments, `fit` learns and returns the encoder, learned attributes
    end in an underscore. A subclass writes `_fit`, `_encode` and `n_parameters`.

    Attributes
    ----------
    seconds_ : float
        How long `fit` took; it differs from run to run.
    """

    def fit(self, texts: Iterable[str], labels: Iterable[Any] | None = None) -> Self:
        """Learn from texts and return self.

        Parameters
        ----------
        texts : iterable of str, length n
        labels : iterable of str or int, length n, or None
            Only `TextClassifier` takes them, because only it is supervised.

        Raises
        ------
        ValueError
            No text, no word that the vocabulary keeps, or labels missing or given in vain.
        """
        started = time.perf_counter()
        self._fit(checked_texts(texts), labels)
        self.seconds_ = time.perf_counter() - started
        return self

    def encode(self, texts: Iterable[str]) -> np.ndarray | csr_matrix:
        """Turn n texts into vectors of length 1, float64, shape (n, dimensions), dense or sparse.

        A text without a known word has the zero vector.
        """
        if not hasattr(self, "seconds_"):
            raise RuntimeError(f"this {type(self).__name__} is not fitted yet; call fit(texts)")
        return self._encode(checked_texts(texts))

    @property
    @abstractmethod
    def n_parameters(self) -> int:
        """Numbers that `fit` learned."""

    @abstractmethod
    def _fit(self, texts: list[str], labels: Iterable[Any] | None) -> None:
        """Learn; set attributes that end in an underscore."""

    @abstractmethod
    def _encode(self, texts: list[str]) -> Any:
        """Encode checked texts."""

    def _refuse_labels(self, labels: Iterable[Any] | None) -> None:
        if labels is not None:
            raise ValueError(
                f"{type(self).__name__} learns without labels; leave them out, or use "
                "TextClassifier"
            )


def checked_texts(texts: Iterable[str]) -> list[str]:
    """Return texts as a list of str."""
    if isinstance(texts, str):
        raise TypeError("texts must be a list of texts, got one text; put it into brackets")
    texts = list(texts)
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(
                f"text {place} is {type(text).__name__}, not text; fill missing texts with ''"
            )
    if not texts:
        raise ValueError("there is no text to read; pass at least one")
    return texts


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Divide each row by its length; a zero row stays zero."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length > 0, length, 1)


def anisotropy(vectors: np.ndarray) -> float:
    """Return the mean cosine of two different rows, exactly and without comparing pairs.

    Vectors spread evenly over all directions give about 0. Where it is large, a cosine of .5 need
    not mean that two texts are alike; centring brings it near 0. It takes n * dimensions steps: all
    cosines add up to the squared length of the sum of the unit rows.

    Parameters
    ----------
    vectors : ndarray, shape (n, dimensions)
        Of any length; zero rows, texts without a vector, are left out.

    References
    ----------
    Ethayarajh, K. (2019). How contextual are contextualized word representations? Comparing the
    geometry of BERT, ELMo, and GPT-2 embeddings. EMNLP-IJCNLP, 55-65.

    Examples
    --------
    >>> anisotropy(np.array([[1.0, 0.0], [0.0, 2.0]]))
    0.0
    >>> round(anisotropy(np.array([[1.0, 0.0], [1.0, 1.0]])), 3)
    0.707
    """
    rows = unit_rows(checked_vectors(vectors).astype(np.float64))
    rows = rows[rows.any(axis=1)]
    if len(rows) < 2:
        raise ValueError(
            f"anisotropy compares different rows, got {len(rows)} that are not zero; pass at "
            "least two"
        )
    total, own = np.square(rows.sum(axis=0)).sum(), np.square(rows).sum()
    return float((total - own) / (len(rows) * (len(rows) - 1)))


def checked_vectors(vectors: np.ndarray) -> np.ndarray:
    """Return a matrix of finite numbers, or say what it is instead."""
    vectors = np.asarray(vectors)
    if vectors.ndim != 2 or not vectors.size or vectors.dtype.kind not in "fiu":
        raise ValueError(
            f"vectors must be a matrix of numbers, a row for each text, got {vectors.dtype} of "
            f"shape {vectors.shape}"
        )
    if not np.isfinite(vectors).all():
        row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        raise ValueError(
            f"row {row} of the vectors holds NaN or infinity; make it zero, or drop it"
        )
    return vectors
