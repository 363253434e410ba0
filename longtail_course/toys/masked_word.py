"""Self-supervised: hide a word and guess it; the target is a part of the input."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags

from longtail_course.toys.adam import Adam
from longtail_course.toys.probabilities import softmax
from longtail_lib.text import Encoder, TfIdf
from longtail_lib.text._encoder import unit_rows

__all__ = ["MaskedWord"]


class MaskedWord(Encoder):
    r"""Learn word vectors by guessing a hidden word from the other words of its text.

    In each epoch one word type of every text is hidden. The others' vectors, weighted by rarity
    and averaged, are multiplied by an output matrix; a softmax over the vocabulary says how
    probable each word is in the gap; the cross-entropy of the hidden one is made small. Nobody
    labels anything. This is the idea of BERT and word2vec (CBOW) without attention: the order of
    words is lost.

    Parameters
    ----------
    dimensions : int
        Length of a word's vector.
    epochs : int
        Passes over the texts, with one gap for each text in each pass.
    learning_rate : float
    batch_size : int
        Texts in one gradient step.
    min_texts : int
        As in `BagOfWords`.
    seed : int
        Of the first vectors, the order of texts and the gaps.

    Attributes
    ----------
    tf_idf_ : TfIdf
    vectors_ : ndarray of float64, shape (n_words, dimensions)
        What is kept: `encode` averages them.
    output_, bias_ : ndarray of float64, shape (dimensions, n_words) and (n_words,)
        What makes the guess.
    losses_ : ndarray of float64, shape (epochs,)
        Mean cross-entropy in each epoch. A guess at random has ln(n_words).

    Raises
    ------
    ValueError
        From `fit`: no text has two words of the vocabulary, so nothing can be hidden.

    Notes
    -----
    All is float64, so that another machine's rounding does not show in printed digits.

    References
    ----------
    Mikolov, T., Chen, K., Corrado, G., Dean, J. (2013). Efficient estimation of word
    representations in vector space. arXiv:1301.3781.
    Devlin, J., Chang, M.-W., Lee, K., Toutanova, K. (2019). BERT: pre-training of deep
    bidirectional transformers for language understanding. NAACL-HLT.

    Examples
    --------
    >>> texts = ["tea in a cup", "milk in a cup", "rain on a roof", "snow on a roof"] * 5
    >>> encoder = MaskedWord(dimensions=4, epochs=60, learning_rate=0.05).fit(texts)
    >>> encoder.guess("rain on a ___", k=1)
    ['roof']
    """

    def __init__(
        self,
        dimensions: int = 64,
        epochs: int = 20,
        learning_rate: float = 0.03,
        batch_size: int = 512,
        min_texts: int = 2,
        seed: int = 0,
    ) -> None:
        self.dimensions = dimensions
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.min_texts = min_texts
        self.seed = seed

    def _fit(self, texts: list[str], labels: Iterable[Any] | None) -> None:
        self._refuse_labels(labels)
        self.tf_idf_ = TfIdf(self.min_texts).fit(texts)
        weights = self._weights(texts)
        weights = weights[np.diff(weights.indptr) > 1]
        if not weights.shape[0]:
            raise ValueError(
                "MaskedWord: no text holds two words of the vocabulary, so none can be hidden; "
                "pass longer texts or a smaller min_texts"
            )
        rng = np.random.default_rng(self.seed)
        n_words = weights.shape[1]
        self.vectors_ = rng.normal(scale=0.1, size=(n_words, self.dimensions))
        self.output_ = rng.normal(scale=0.1, size=(self.dimensions, n_words))
        self.bias_ = np.zeros(n_words)
        learned = {"vectors": self.vectors_, "output": self.output_, "bias": self.bias_}
        adam = Adam(learned, self.learning_rate)
        self.losses_ = np.array([self._epoch(weights, adam, rng) for _ in range(self.epochs)])

    def _weights(self, texts: list[str]) -> csr_matrix:
        known = self.tf_idf_.words_.count(texts)
        known.data[:] = 1
        return csr_matrix(known @ diags(self.tf_idf_.rarity_))

    def _epoch(self, weights: csr_matrix, adam: Adam, rng: np.random.Generator) -> float:
        order, loss = rng.permutation(weights.shape[0]), 0.0
        for start in range(0, len(order), self.batch_size):
            seen = weights[order[start : start + self.batch_size]]
            gap = seen.indptr[:-1] + rng.integers(0, np.diff(seen.indptr))
            hidden = seen.indices[gap]
            seen.data[gap] = 0
            seen = csr_matrix(diags(1 / np.asarray(seen.sum(axis=1)).ravel()) @ seen)
            context = seen @ self.vectors_
            error = softmax(context @ self.output_ + self.bias_)
            places = np.arange(len(hidden))
            loss -= np.log(error[places, hidden]).sum()
            # The gradient of softmax and cross-entropy together: probability less target.
            error[places, hidden] -= 1
            error /= len(hidden)
            adam.step(
                {
                    "vectors": seen.T @ (error @ self.output_.T),
                    "output": context.T @ error,
                    "bias": error.sum(axis=0),
                }
            )
        return loss / len(order)

    def _encode(self, texts: list[str]) -> np.ndarray:
        return unit_rows(self._weights(texts) @ self.vectors_)

    def guess(self, text: str, k: int = 3) -> list[str]:
        """Return the k most probable words for a gap in a text.

        Words of the text itself are not guessed. The place of the gap does not matter, since a
        bag of words has no places: `"rain on a ___"` is read as `"rain on a"`.
        """
        seen = self._weights([text])
        total = seen.sum()
        context = (seen @ self.vectors_)[0] / (total if total > 0 else 1)
        score = context @ self.output_ + self.bias_
        score[seen.indices] = -np.inf
        best = np.argsort(-score, kind="stable")[:k]
        return self.tf_idf_.words_.vocabulary_[best].tolist()

    @property
    def n_parameters(self) -> int:
        """Word vectors, output matrix and bias."""
        return self.vectors_.size + self.output_.size + self.bias_.size
