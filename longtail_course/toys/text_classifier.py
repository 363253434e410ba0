"""Supervised: people gave each text a label; the layer below the answer is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_course.toys.adam import Adam
from longtail_course.toys.probabilities import softmax
from longtail_lib.text import Encoder, TfIdf
from longtail_lib.text._encoder import unit_rows

__all__ = ["TextClassifier"]


class TextClassifier(Encoder):
    r"""Predict a label from the words of a text, and keep the hidden layer as its vector.

    TF-IDF words go through one hidden layer with tanh, then a softmax over the labels. `encode`
    returns the hidden layer: what the model had to know about a text to name its label.

    Parameters
    ----------
    dimensions : int
        Width of the hidden layer.
    epochs, batch_size : int
    learning_rate : float
    min_texts : int
        As in `BagOfWords`.
    seed : int
        Of the first weights and the order of texts.

    Attributes
    ----------
    tf_idf_ : TfIdf
    labels_ : ndarray, shape (n_labels,)
        Ascending.
    hidden_, hidden_bias_ : ndarray of float64, shape (n_words, dimensions) and (dimensions,)
    output_, output_bias_ : ndarray of float64, shape (dimensions, n_labels) and (n_labels,)
    losses_ : ndarray of float64, shape (epochs,)
        Mean cross-entropy in each epoch.

    Raises
    ------
    ValueError
        From `fit`: no labels, a number of them that differs from the texts', or one label only.

    Examples
    --------
    >>> texts = ["red lamp", "blue lamp", "red map", "blue map"] * 5
    >>> model = TextClassifier(dimensions=3, epochs=40, learning_rate=0.05)
    >>> model.fit(texts, ["light", "light", "paper", "paper"] * 5).predict(["a green map"])
    array(['paper'], dtype='<U5')
    """

    def __init__(
        self,
        dimensions: int = 64,
        epochs: int = 20,
        learning_rate: float = 0.01,
        batch_size: int = 256,
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
        if labels is None:
            raise ValueError("TextClassifier is supervised: pass fit(texts, labels)")
        self.labels_, target = np.unique(np.asarray(list(labels)), return_inverse=True)
        if len(target) != len(texts) or len(self.labels_) < 2:
            raise ValueError(
                f"TextClassifier: {len(texts)} texts came with {len(target)} labels of "
                f"{len(self.labels_)} kinds; give one label for each text and at least two kinds"
            )
        self.tf_idf_ = TfIdf(self.min_texts).fit(texts)
        words = self.tf_idf_.encode(texts)
        rng = np.random.default_rng(self.seed)
        n_labels = len(self.labels_)
        self.hidden_ = rng.normal(scale=0.1, size=(words.shape[1], self.dimensions))
        self.hidden_bias_ = np.zeros(self.dimensions)
        self.output_ = rng.normal(scale=0.1, size=(self.dimensions, n_labels))
        self.output_bias_ = np.zeros(n_labels)
        learned = {
            "hidden": self.hidden_,
            "hidden_bias": self.hidden_bias_,
            "output": self.output_,
            "output_bias": self.output_bias_,
        }
        adam = Adam(learned, self.learning_rate)
        self.losses_ = np.array([self._epoch(words, target, adam, rng) for _ in range(self.epochs)])

    def _epoch(
        self, words: csr_matrix, target: np.ndarray, adam: Adam, rng: np.random.Generator
    ) -> float:
        order, loss = rng.permutation(words.shape[0]), 0.0
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            batch = words[rows]
            hidden = self._hidden(batch)
            error = softmax(hidden @ self.output_ + self.output_bias_)
            right = (np.arange(len(rows)), target[rows])
            loss -= np.log(error[right]).sum()
            # The gradient of softmax and cross-entropy together: probability less target.
            error[right] -= 1
            error /= len(rows)
            back = (error @ self.output_.T) * (1 - hidden**2)
            adam.step(
                {
                    "hidden": batch.T @ back,
                    "hidden_bias": back.sum(axis=0),
                    "output": hidden.T @ error,
                    "output_bias": error.sum(axis=0),
                }
            )
        return loss / len(order)

    def _hidden(self, words: csr_matrix) -> np.ndarray:
        return np.tanh(words @ self.hidden_ + self.hidden_bias_)

    def _encode(self, texts: list[str]) -> np.ndarray:
        words = self.tf_idf_.encode(texts)
        # A text without a known word would get the bias, which says nothing about it.
        return unit_rows(self._hidden(words)) * (np.diff(words.indptr) > 0)[:, None]

    def predict(self, texts: Iterable[str]) -> np.ndarray:
        """Return the most probable label of each text, shape (n,)."""
        hidden = self._hidden(self.tf_idf_.encode(texts))
        return self.labels_[(hidden @ self.output_ + self.output_bias_).argmax(axis=1)]

    @property
    def n_parameters(self) -> int:
        """Both layers."""
        layers = (self.hidden_, self.hidden_bias_, self.output_, self.output_bias_)
        return sum(layer.size for layer in layers)
