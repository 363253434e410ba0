"""Item vectors from interactions alone: no text is read."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.text._encoder import unit_rows
from longtail_lib.text._tfidf_svd import truncated_svd

__all__ = ["interaction_vectors"]


def interaction_vectors(train: csr_matrix, dimensions: int = 64, seed: int = 0) -> np.ndarray:
    """Describe each item by who interacted with it, in a few dimensions.

    Two items are alike where the same users chose them, or users who are alike. It is the
    counterpart of `TfidfSvd` with users in place of words, and what every text encoder has to
    beat where an item has interactions.

    Parameters
    ----------
    train : csr_matrix, shape (n_users, n_items)
    dimensions, seed : int
        As in `truncated_svd`.

    Returns
    -------
    ndarray of float64, shape (n_items, dimensions)
        Rows of length 1; a cold item has the zero vector, because nothing is known of it.

    References
    ----------
    Cremonesi, P., Koren, Y., Turrin, R. (2010). Performance of recommender algorithms on top-n
    recommendation tasks. RecSys. (PureSVD)

    Examples
    --------
    >>> train = csr_matrix(np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]], dtype=float))
    >>> vectors = interaction_vectors(train, dimensions=2)
    >>> abs(vectors @ vectors.T).round(2).tolist()[0]
    [1.0, 1.0, 0.0, 0.0]
    """
    items = csr_matrix(train.T)
    found = truncated_svd(items, dimensions, seed)
    vectors = found.left * found.values
    # Rounding leaves a tiny vector where there should be none.
    vectors[np.diff(items.indptr) == 0] = 0
    return unit_rows(vectors)
