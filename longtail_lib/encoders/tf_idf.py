"""Words weighted by how rare they are; nothing but their counts is learned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags

from longtail_lib.encoders.bag_of_words import BagOfWords
from longtail_lib.encoders.encoder import Encoder

__all__ = ["TfIdf"]


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
