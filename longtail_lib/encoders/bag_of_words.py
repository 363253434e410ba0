"""Texts as counts of their words, in a vocabulary learned from the texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Self

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.encoders.encoder import checked_texts

__all__ = ["BagOfWords", "words_of"]

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def words_of(text: str) -> list[str]:
    """Split a text into lower-case words; digits and punctuation are left out.

    Words are what stands between spaces and punctuation, so that Chinese needs a segmenter first.

    Examples
    --------
    >>> words_of("Grandmother's lamp, 2 bulbs!")
    ["grandmother's", 'lamp', 'bulbs']
    """
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

    Raises
    ------
    ValueError
        From `fit`: no word is in `min_texts` texts.

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
