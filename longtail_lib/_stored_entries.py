"""Where the entries of a sparse matrix are, row by row."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["owners", "stored_places"]


def owners(matrix: csr_matrix) -> np.ndarray:
    """Return the row of each stored entry."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def stored_places(matrix: csr_matrix, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the entries of some rows are stored, row after row, and how many each has."""
    begins = matrix.indptr[rows].astype(np.int64)
    lengths = matrix.indptr[rows + 1] - begins
    before = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum()) + np.repeat(begins - before, lengths), lengths
