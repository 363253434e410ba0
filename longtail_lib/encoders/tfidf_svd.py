"""Unsupervised: no target at all, only a shorter description of which words go together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from longtail_lib.encoders.encoder import Encoder, unit_rows
from longtail_lib.encoders.low_rank import truncated_svd
from longtail_lib.encoders.tf_idf import TfIdf

__all__ = ["TfidfSvd"]


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
