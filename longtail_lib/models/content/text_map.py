"""A linear map from the texts of seen items to the text of a candidate, in closed form."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.preprocessing.parts import Split

__all__ = ["text_map"]


def text_map(
    parts: Split, vectors: np.ndarray, l2: float, exponent: float = 0.5
) -> tuple[np.ndarray, np.ndarray]:
    r"""Learn how much the text of a seen item speaks for the text of a candidate.

    With :math:`\tilde X = c X D^{-\alpha}` the train matrix scaled by popularity as in `Ease` and
    T the text vectors, users are described by the texts they chose, :math:`\tilde X T`, and the
    matrix M predicts from it what they choose, :math:`\tilde X \approx \tilde X T M T^T`. Ridge
    regression on both sides gives

    .. math:: M = (A + l2\,I)^{-1} A\,(T^T T + I)^{-1}, \qquad A = T^T \tilde X^T \tilde X T.

    Only d x d numbers are learned, from warm items; they hold for cold items as well.

    Parameters
    ----------
    parts : Split
    vectors : ndarray of float32, shape (n_items, d)
        Whitened, or at least centred; a zero row is an item without text.
    l2 : float
        Ridge penalty on the side of the users, above 0.
    exponent : float
        alpha. With .5 an item's interactions weigh the same in sum, whatever its popularity.

    Returns
    -------
    speakers, candidates : ndarray of float32, shape (n_items, d)
        Their product, n_items x n_items, holds the weights W of score = X W. Scores of a user
        have mean 0 over the items with text; those of an item without text are 0.

    References
    ----------
    Sharma, Zhou, Hu and Karypis (2015), "Feature-based factorized Bilinear Similarity Model for
    Cold-Start Top-n Item Recommendation", SDM 2015: a bilinear similarity of item features,
    learned by gradient. The closed form is ours.

    Examples
    --------
    Users choose items of one topic; the last item is cold and has the text of the first topic:

    >>> train = csr_matrix(np.array([[1, 1, 0, 0, 0], [0, 0, 1, 1, 0]], dtype=np.float32))
    >>> parts = Split(train, train * 0, train * 0, np.arange(2), np.arange(5), None, None, "random")
    >>> topics = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [1, 0]], dtype=np.float32)
    >>> speakers, candidates = text_map(parts, topics, l2=0.1)
    >>> [f"{score:.2f}" for score in (train @ speakers @ candidates.T)[:, 4]]
    ['0.20', '-0.26']
    """
    scale = np.maximum(parts.popularity, 1).astype(np.float32) ** np.float32(-exponent)
    scaled = csr_matrix(
        (parts.train.data * scale[parts.train.indices], parts.train.indices, parts.train.indptr),
        parts.train.shape,
    )
    texts = vectors.astype(np.float64)
    # The sum of squares stays that of the train matrix, so that l2 weighs the same.
    c = np.linalg.norm(parts.train.data) / np.linalg.norm(scaled.data)
    users = c * (scaled.astype(np.float64) @ texts)
    products = users.T @ users
    identity = np.eye(texts.shape[1])
    learned = np.linalg.solve(products + l2 * identity, products)
    learned = np.linalg.solve(texts.T @ texts + identity, learned.T).T
    there = texts.any(axis=1)
    centred = texts - texts[there].mean(axis=0)
    centred[~there] = 0
    speakers = (c * scale[:, None] * (texts @ learned)).astype(np.float32)
    return speakers, centred.astype(np.float32)
