"""Vectors in a quarter of the memory, or in fewer dimensions, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from longtail_lib.text._encoder import checked_vectors, unit_rows

__all__ = ["Int8Vectors", "quantise_int8", "truncate"]


@dataclass(frozen=True, repr=False)
class Int8Vectors:
    """Vectors as whole numbers from -127 to 127, and a scale for each row.

    Parameters
    ----------
    codes : ndarray of int8, shape (n, dimensions)
    scales : ndarray of float32, shape (n,)
        A row is its codes times its scale.
    max_cosine_error : float
        1 minus the smallest cosine between a row and what is restored of it.
    """

    codes: np.ndarray
    scales: np.ndarray
    max_cosine_error: float

    @property
    def nbytes(self) -> int:
        """Bytes of codes and scales."""
        return self.codes.nbytes + self.scales.nbytes

    def restore(self) -> np.ndarray:
        """Return the vectors as float32, shape (n, dimensions)."""
        return self.codes * self.scales[:, None]

    def __repr__(self) -> str:
        rows, dimensions = self.codes.shape
        return (
            f"Int8Vectors({rows:,} x {dimensions}, {self.nbytes:,} bytes, "
            f"max_cosine_error={self.max_cosine_error:.1g})"
        )


def quantise_int8(vectors: np.ndarray) -> Int8Vectors:
    """Round each row to 255 steps between plus and minus its largest entry.

    No entry is off by more than half a step, 1/254 of its row's largest entry. Zero rows stay zero.
    Four entries take the room of one float32, and a row 4 bytes more.

    Examples
    --------
    >>> small = quantise_int8(np.array([[0.6, -0.8], [0.0, 0.0]]))
    >>> small.codes.tolist()
    [[95, -127], [0, 0]]
    >>> small.restore()[0].round(3)
    array([ 0.598, -0.8  ], dtype=float32)
    >>> small.nbytes
    12
    """
    rows = checked_vectors(vectors).astype(np.float64)
    scales = (np.abs(rows).max(axis=1) / 127).astype(np.float32)
    codes = np.rint(rows / np.where(scales > 0, scales, 1)[:, None]).clip(-127, 127)
    nonzero = rows.any(axis=1)
    cosines = (unit_rows(rows) * unit_rows(codes))[nonzero].sum(axis=1)
    error = float(max(0.0, 1 - cosines.min())) if nonzero.any() else 0.0
    return Int8Vectors(codes.astype(np.int8), scales, error)


def truncate(vectors: np.ndarray, dimensions: int) -> np.ndarray:
    """Keep the first dimensions of vectors, (n, d), and give each row length 1 again, as float32.

    This is what models with nested dimensions are trained for. all-MiniLM-L6-v2 is not: its first
    dimensions are any dimensions, and `Whitening` with `dimensions` keeps more of what varies. Zero
    rows stay zero.

    References
    ----------
    Kusupati, A., Bhatt, G., Rege, A., et al. (2022). Matryoshka representation learning.
    NeurIPS 35.

    Examples
    --------
    >>> truncate(np.array([[3.0, 4.0, 12.0]]), 2)
    array([[0.6, 0.8]], dtype=float32)
    """
    vectors = checked_vectors(vectors)
    if not 1 <= dimensions <= vectors.shape[1]:
        raise ValueError(f"dimensions must lie between 1 and {vectors.shape[1]}, got {dimensions}")
    return unit_rows(vectors[:, :dimensions].astype(np.float64)).astype(np.float32)
