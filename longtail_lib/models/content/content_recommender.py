"""What models with text vectors have in common: a parameter `vectors`, and how it is stored."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.models.content.item_vectors import checked_vectors, item_vectors
from longtail_lib.models.recommender import Recommender
from longtail_lib.preprocessing.parts import Split

__all__ = ["ContentRecommender"]


class ContentRecommender(Recommender):
    """Base class of recommenders whose constructor takes text vectors as `vectors`.

    As an array, `vectors` is left out of what `save` writes as parameters: a loaded model scores
    without it and has None in its place, so that another `fit` encodes the item table. Models
    that derive from another base as well name this class first.

    Parameters
    ----------
    vectors : ndarray of float, shape (n_items, dimensions), or None
        In the order of the split's `item_ids`; a zero row is an item without text. None encodes
        the column "text" of the split's item table, as `item_vectors` does.
    """

    vectors: np.ndarray | None

    def _text_vectors(self, parts: Split) -> np.ndarray:
        """Return the vectors to learn from, float32."""
        if self.vectors is None:
            return item_vectors(parts)
        return checked_vectors(self.vectors, parts, type(self).__name__)

    def _stored_params(self) -> dict[str, Any]:
        return {**super()._stored_params(), "vectors": None}

    def __repr__(self) -> str:
        shown = []
        for name, value in self.get_params().items():
            text = f"array of shape {value.shape}" if isinstance(value, np.ndarray) else repr(value)
            shown.append(f"{name}={text}")
        return f"{type(self).__name__}({', '.join(shown)})"
