"""Text vectors split into what they say and the directions along which they say nothing."""

from __future__ import annotations

import numpy as np

__all__ = ["centred_text", "semantic_basis"]


def centred_text(vectors: np.ndarray) -> np.ndarray:
    """Take the mean off the vectors of items with text, and give each length 1.

    Vectors of a language model share a large common part that tells no item from another.
    Rows of zeros, which stand for items without text, stay zeros.

    Parameters
    ----------
    vectors : ndarray, shape (n_items, d)

    Returns
    -------
    ndarray of float32, shape (n_items, d)

    Examples
    --------
    >>> centred_text(np.array([[3.0, 1.0], [1.0, 1.0], [0.0, 0.0]])).tolist()
    [[1.0, 0.0], [-1.0, 0.0], [0.0, 0.0]]
    """
    told = np.any(vectors != 0, axis=1)
    centred = np.zeros(vectors.shape, dtype=np.float32)
    if told.any():
        centred[told] = vectors[told] - vectors[told].mean(axis=0, dtype=np.float64)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    # A vector equal to the mean says nothing; what is left of it is rounding.
    return np.where(length > 1e-6, centred / np.maximum(length, 1e-6), 0).astype(np.float32)


def semantic_basis(vectors: np.ndarray, dimensions: int) -> np.ndarray:
    """Return text along its directions of largest variance, each scaled to variance 1.

    These are the coordinates that AlphaFuse keeps frozen; what it calls the null space are the
    further coordinates, along which texts hardly differ and ids are learned.

    Parameters
    ----------
    vectors : ndarray, shape (n_items, d)
        Rows of zeros, items without text, get zeros.
    dimensions : int
        From 1 to d.

    Returns
    -------
    ndarray of float32, shape (n_items, dimensions)
        Columns have mean 0 and variance 1 over the items with text. Columns beyond the rank of
        the vectors are zeros. The sign of a column is such that its largest entry is positive.

    Raises
    ------
    ValueError
        Dimensions out of range.

    References
    ----------
    G. Hu et al., "AlphaFuse: Learn ID Embeddings for Sequential Recommendation in Null Space of
    Language Embeddings", SIGIR 2025.

    Examples
    --------
    >>> semantic_basis(np.array([[2.0, 0.0], [-2.0, 0.1], [2.0, 0.1], [-2.0, 0.0]]), 1).T.round(2)
    array([[ 1., -1.,  1., -1.]], dtype=float32)
    """
    if not 1 <= dimensions <= vectors.shape[1]:
        raise ValueError(
            f"semantic_basis: dimensions must lie between 1 and the {vectors.shape[1]} of the "
            f"vectors, got {dimensions}"
        )
    told = np.any(vectors != 0, axis=1)
    centred = vectors[told].astype(np.float64)
    centred -= centred.mean(axis=0)
    variances, directions = np.linalg.eigh(centred.T @ centred / max(len(centred), 1))
    variances, directions = variances[::-1][:dimensions], directions[:, ::-1][:, :dimensions]
    largest = np.take_along_axis(
        directions, np.argmax(np.abs(directions), axis=0, keepdims=True), axis=0
    )
    directions = directions * np.sign(largest)
    real = variances > 1e-12 * max(variances[0], 1e-300)
    scale = np.where(real, 1 / np.sqrt(np.where(real, variances, 1)), 0)
    basis = np.zeros((len(vectors), dimensions), dtype=np.float32)
    basis[told] = centred @ directions * scale
    return basis
