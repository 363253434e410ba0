"""What every text encoder here is: fit, encode, and a number of parameters."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Self

import numpy as np

__all__ = ["Encoder", "checked_texts", "unit_rows"]


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
        TypeError
            Something that is not text.
        ValueError
            No text, no word that the vocabulary keeps, or labels missing or given in vain.
        """
        started = time.perf_counter()
        self._fit(checked_texts(texts), labels)
        self.seconds_ = time.perf_counter() - started
        return self

    def encode(self, texts: Iterable[str]) -> Any:
        """Turn texts into vectors of length 1.

        Parameters
        ----------
        texts : iterable of str, length n

        Returns
        -------
        ndarray of float64, or csr_matrix of float64, shape (n, dimensions)
            A text without a known word has the zero vector.

        Raises
        ------
        RuntimeError
            `fit` has not run.
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
    """Return texts as a list of str.

    Raises
    ------
    TypeError
        One text instead of several, or an entry that is no text.
    ValueError
        No text.

    Examples
    --------
    >>> checked_texts(("a lamp", "a map"))
    ['a lamp', 'a map']
    """
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
    """Divide each row by its length; a zero row stays zero.

    Examples
    --------
    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length > 0, length, 1)
