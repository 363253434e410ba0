"""Text vectors of a catalogue together with the hash of what made them."""

from __future__ import annotations

import numpy as np

from longtail_lib.preprocessing.parts import Split

__all__ = ["text_vectors"]


def text_vectors(parts: Split) -> tuple[np.ndarray, str]:
    """Encode the items' text with the pretrained `TextEncoder`.

    Returns
    -------
    vectors : ndarray of float32, shape (n_items, d)
    model_hash : str
    """
    from longtail_lib.encoders import TextEncoder
    from longtail_lib.models.content.item_vectors import item_vectors

    encoder = TextEncoder()
    return item_vectors(parts, encoder), encoder.model_hash
