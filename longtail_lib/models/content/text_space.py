"""Text vectors as a content model takes them: raw, centred or whitened, of length 1."""

from __future__ import annotations

import numpy as np

from longtail_lib.encoders.encoder import unit_rows
from longtail_lib.encoders.whitening import Whitening

__all__ = ["TEXT_SPACES", "text_space"]

TEXT_SPACES = ("whiten", "centre", "raw")


def text_space(vectors: np.ndarray, space: str) -> np.ndarray:
    """Bring text vectors to length 1, centred or whitened first.

    Parameters
    ----------
    vectors : ndarray of float, shape (n_items, d)
    space : {"whiten", "centre", "raw"}
        See `Whitening`.

    Returns
    -------
    ndarray of float32, shape (n_items, at most d)
        A zero row stays zero.

    Raises
    ------
    ValueError
        An unknown space, or vectors that are all the same, which tell no item from another.

    Examples
    --------
    >>> text_space(np.array([[3.0, 4.0], [0.0, 0.0], [3.0, 0.0]]), "raw").round(1).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0], [1.0, 0.0]]
    """
    if space not in TEXT_SPACES:
        raise ValueError(f"space must be one of {', '.join(map(repr, TEXT_SPACES))}, got {space!r}")
    if space == "raw":
        return unit_rows(np.asarray(vectors, dtype=np.float64)).astype(np.float32)
    return Whitening(space).fit(vectors).transform(vectors)
