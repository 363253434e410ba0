"""Words weighted by how rare they are; nothing but their counts is learned."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple, Self

import numpy as np
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import svds

from longtail_lib.text._encoder import Encoder, checked_texts, unit_rows

__all__ = ["BagOfWords", "LowRank", "TfIdf", "TfidfSvd", "truncated_svd", "words_of"]


class TfIdf(Encoder):
    r"""Give each word of a text its count times its rarity, then make the text's vector length 1.

    The rarity of a word that n of N texts hold is :math:`\ln \frac{1 + N}{1 + n} + 1`. Two texts
    are alike where they share rare words. Nobody's meaning is learned: "boat" and "ship" are as
    different as "boat" and "lamp". So this is the baseline of every encoder that claims meaning.

    Parameters
    ----------
    min_texts : int
        As in `BagOfWords`.

    Attributes
    ----------
    words_ : BagOfWords
    rarity_ : ndarray of float64, shape (n_words,)

    References
    ----------
    Spärck Jones, K. (1972). A statistical interpretation of term specificity and its application
    in retrieval. Journal of Documentation 28(1), 11-21.

    Examples
    --------
    >>> encoder = TfIdf(min_texts=1).fit(["red lamp", "red map", "red"])
    >>> dict(zip(encoder.words_.vocabulary_.tolist(), encoder.rarity_.round(2).tolist()))
    {'lamp': 1.69, 'map': 1.69, 'red': 1.0}
    """

    def __init__(self, min_texts: int = 2) -> None:
        self.min_texts = min_texts

    def _fit(self, texts: list[str], labels: Iterable[Any] | None) -> None:
        self._refuse_labels(labels)
        self.words_ = BagOfWords(self.min_texts).fit(texts)
        holding = np.bincount(
            self.words_.count(texts).indices, minlength=len(self.words_.vocabulary_)
        )
        self.rarity_ = np.log((1 + len(texts)) / (1 + holding)) + 1

    def _encode(self, texts: list[str]) -> csr_matrix:
        weighted = self.words_.count(texts) @ diags(self.rarity_)
        length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        return csr_matrix(diags(1 / np.where(length > 0, length, 1)) @ weighted)

    @property
    def n_parameters(self) -> int:
        """One rarity for each word."""
        return len(self.rarity_)


_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def words_of(text: str) -> list[str]:
    """Split a text into lower-case words; digits and punctuation are left out."""
    return _WORD.findall(text.lower())


class BagOfWords:
    """Count the words of each text; their order is lost.

    Parameters
    ----------
    min_texts : int
        A word enters the vocabulary if at least this many texts hold it. A word of one text
        cannot say that two texts are alike.

    Attributes
    ----------
    vocabulary_ : ndarray of str, shape (n_words,)
        Ascending.

    Examples
    --------
    >>> bag = BagOfWords(min_texts=1).fit(["red lamp", "red red map"])
    >>> bag.vocabulary_.tolist(), bag.count(["red map map ship"]).toarray().tolist()
    (['lamp', 'map', 'red'], [[0.0, 2.0, 1.0]])
    """

    def __init__(self, min_texts: int = 2) -> None:
        self.min_texts = min_texts

    def fit(self, texts: Iterable[str]) -> Self:
        """Learn the vocabulary and return self."""
        holding = Counter(word for text in checked_texts(texts) for word in set(words_of(text)))
        words = sorted(word for word, n in holding.items() if n >= self.min_texts)
        if not words:
            raise ValueError(
                f"no word stands in at least {self.min_texts} texts; pass more texts or a smaller "
                "min_texts"
            )
        self.vocabulary_ = np.array(words)
        self._place = {word: place for place, word in enumerate(words)}
        return self

    def count(self, texts: Iterable[str]) -> csr_matrix:
        """Count known words, shape (n, n_words), float64; unknown words are left out."""
        rows, columns = [], []
        for row, text in enumerate(texts := checked_texts(texts)):
            known = [self._place[word] for word in words_of(text) if word in self._place]
            rows += [row] * len(known)
            columns += known
        shape = (len(texts), len(self.vocabulary_))
        counts = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
        counts.sum_duplicates()
        return counts


class TfidfSvd(Encoder):
    """Compress TF-IDF vectors to a few dimensions (latent semantic analysis).

    Words that stand beside the same other words end up in similar directions, although nobody
    said that they are alike.

    Parameters
    ----------
    dimensions : int
    min_texts : int
        As in `BagOfWords`.
    seed : int
        As in `truncated_svd`.

    Attributes
    ----------
    tf_idf_ : TfIdf
    directions_ : ndarray of float64, shape (dimensions, n_words)

    References
    ----------
    Deerwester, S., Dumais, S. T., Furnas, G. W., Landauer, T. K., Harshman, R. (1990). Indexing by
    latent semantic analysis. Journal of the American Society for Information Science 41(6),
    391-407.

    Examples
    --------
    >>> texts = ["boat with sail", "ship with sail", "lamp with bulb", "torch with bulb"]
    >>> vectors = TfidfSvd(dimensions=2, min_texts=1).fit(texts).encode(["boat", "ship", "lamp"])
    >>> abs(vectors @ vectors.T).round(1).tolist()[0]
    [1.0, 1.0, 0.2]
    """

    def __init__(self, dimensions: int = 64, min_texts: int = 2, seed: int = 0) -> None:
        self.dimensions = dimensions
        self.min_texts = min_texts
        self.seed = seed

    def _fit(self, texts: list[str], labels: Iterable[Any] | None) -> None:
        self._refuse_labels(labels)
        self.tf_idf_ = TfIdf(self.min_texts).fit(texts)
        self.directions_ = truncated_svd(
            self.tf_idf_.encode(texts), self.dimensions, self.seed
        ).right

    def _encode(self, texts: list[str]) -> np.ndarray:
        return unit_rows(self.tf_idf_.encode(texts) @ self.directions_.T)

    @property
    def n_parameters(self) -> int:
        """Rarities and directions."""
        return self.tf_idf_.n_parameters + self.directions_.size


class LowRank(NamedTuple):
    """Factors of a matrix, largest singular value first."""

    left: np.ndarray
    values: np.ndarray
    right: np.ndarray


def truncated_svd(matrix: csr_matrix, dimensions: int, seed: int = 0) -> LowRank:
    """Factor a sparse matrix so that the squared error is the smallest possible."""
    most = min(matrix.shape) - 1
    if not 1 <= dimensions <= most:
        raise ValueError(
            f"truncated_svd: dimensions must lie between 1 and {most} for a matrix of shape "
            f"{matrix.shape}, got {dimensions}; pass fewer dimensions or more texts"
        )
    start = np.random.default_rng(seed).normal(size=min(matrix.shape))
    left, values, right = svds(matrix.astype(np.float64), k=dimensions, v0=start)
    order = np.argsort(-values, kind="stable")
    left, values, right = left[:, order], values[order], right[order]
    largest = np.abs(right).argmax(axis=1)
    sign = np.where(right[np.arange(dimensions), largest] < 0, -1.0, 1.0)
    return LowRank(left * sign, values, right * sign[:, None])
