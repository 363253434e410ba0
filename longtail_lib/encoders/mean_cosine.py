"""How narrow the cone is in which an encoder's vectors lie."""

from __future__ import annotations

import numpy as np

from longtail_lib.encoders.encoder import unit_rows

__all__ = ["anisotropy", "checked_vectors"]


def anisotropy(vectors: np.ndarray) -> float:
    """Return the mean cosine of two different rows, exactly and without comparing pairs.

    Vectors spread evenly over all directions give about 0. Where it is large, a cosine of .5 need
    not mean that two texts are alike; centring brings it near 0.

    Parameters
    ----------
    vectors : ndarray, shape (n, dimensions)
        Of any length; zero rows, texts without a vector, are left out.

    Returns
    -------
    float
        Between -1 and 1. It takes n * dimensions steps: all cosines add up to the squared length
        of the sum of the unit rows.

    Raises
    ------
    ValueError
        Fewer than two rows that are not zero, or entries that are no numbers.

    References
    ----------
    Ethayarajh, K. (2019). How contextual are contextualized word representations? Comparing the
    geometry of BERT, ELMo, and GPT-2 embeddings. EMNLP-IJCNLP, 55-65.

    Examples
    --------
    >>> anisotropy(np.array([[1.0, 0.0], [0.0, 2.0]]))
    0.0
    >>> round(anisotropy(np.array([[1.0, 0.0], [1.0, 1.0]])), 3)
    0.707
    """
    rows = unit_rows(checked_vectors(vectors).astype(np.float64))
    rows = rows[rows.any(axis=1)]
    if len(rows) < 2:
        raise ValueError(
            f"anisotropy compares different rows, got {len(rows)} that are not zero; pass at "
            "least two"
        )
    total, own = np.square(rows.sum(axis=0)).sum(), np.square(rows).sum()
    return float((total - own) / (len(rows) * (len(rows) - 1)))


def checked_vectors(vectors: np.ndarray) -> np.ndarray:
    """Return a matrix of finite numbers, or say what it is instead.

    Raises
    ------
    ValueError
        Another number of axes, no row or no column, or an entry that is no finite number.

    Examples
    --------
    >>> checked_vectors([[1, 2]]).shape
    (1, 2)
    """
    vectors = np.asarray(vectors)
    if vectors.ndim != 2 or not vectors.size or vectors.dtype.kind not in "fiu":
        raise ValueError(
            f"vectors must be a matrix of numbers, a row for each text, got {vectors.dtype} of "
            f"shape {vectors.shape}"
        )
    if not np.isfinite(vectors).all():
        row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        raise ValueError(
            f"row {row} of the vectors holds NaN or infinity; make it zero, or drop it"
        )
    return vectors
