"""What is done to vectors: centred and stretched, cut to fewer dimensions, or rounded to int8."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import ClassVar, Self

import numpy as np

from longtail_lib._parameters import Constraint, Interval, Nullable, Options, check_parameters_of
from longtail_lib.text._encoder import checked_vectors, unit_rows

__all__ = ["Int8Vectors", "Whitening", "quantise_int8", "truncate"]

_KINDS = ("whiten", "centre")


class Whitening:
    """Centre vectors, and make them equally wide in all directions.

    What all texts of a catalogue share says nothing about any of them. Centring takes their mean
    away. Whitening also divides each principal direction by its standard deviation, so that no few
    directions decide about every cosine.

    Parameters
    ----------
    kind : "whiten" or "centre"
    dimensions : int or None
        Keep so many principal directions, those of largest variance. None keeps all that vary.

    Attributes
    ----------
    mean_ : ndarray of float64, shape (d,)
    directions_ : ndarray of float64, shape (d, kept)
        Principal directions, divided by standard deviations if `kind` is "whiten"; the largest
        entry of each is positive. For "centre" without `dimensions`, the identity.
    explained_ : float
        Share of the variance in the directions that are kept.

    References
    ----------
    Su, J., Cao, J., Liu, W., Ou, Y. (2021). Whitening sentence representations for better
    semantics and faster retrieval. arXiv:2103.15316.

    Examples
    --------
    >>> vectors = np.array([[3.0, 1.1], [3.0, 0.9], [1.0, 1.1], [1.0, 0.9]])
    >>> Whitening("centre").fit(vectors).transform(vectors).round(2)[0]
    array([1. , 0.1], dtype=float32)
    >>> Whitening().fit(vectors).transform(vectors).round(2)[0]
    array([0.71, 0.71], dtype=float32)
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "kind": Options(*_KINDS),
        "dimensions": Nullable(Interval(Integral, 1), "for all that vary"),
    }

    def __init__(self, kind: str = "whiten", dimensions: int | None = None) -> None:
        self.kind = kind
        self.dimensions = dimensions

    def fit(self, vectors: np.ndarray) -> Self:
        """Learn mean and directions from vectors, shape (n, d); zero rows are left out.

        Raises
        ------
        ValueError
            An unknown kind, fewer than two different rows, or more dimensions than vary.
        """
        check_parameters_of(self)
        rows = checked_vectors(vectors).astype(np.float64)
        rows = rows[rows.any(axis=1)]
        if len(rows) < 2:
            raise ValueError(
                f"Whitening needs at least two rows that are not zero, got {len(rows)}"
            )
        self.mean_ = rows.mean(axis=0)
        centred = rows - self.mean_
        variance, directions = np.linalg.eigh(centred.T @ centred / (len(rows) - 1))
        variance, directions = variance[::-1], directions[:, ::-1]
        # What is left of directions that do not vary is rounding; dividing by it would blow it up.
        varying = int((variance > 1e-10 * max(variance[0], 1e-30)).sum())
        if varying == 0:
            raise ValueError("all rows are the same, so nothing is left after centring")
        kept = varying if self.dimensions is None else self.dimensions
        if not 1 <= kept <= varying:
            raise ValueError(
                f"dimensions must lie between 1 and {varying}, the directions in which these "
                f"{len(rows)} vectors vary, got {kept}; pass fewer dimensions or more vectors"
            )
        self.explained_ = float(variance[:kept].sum() / variance[:varying].sum())
        directions, variance = directions[:, :kept], variance[:kept]
        largest = np.abs(directions).argmax(axis=0)
        directions = directions * np.sign(directions[largest, np.arange(kept)])
        if self.kind == "whiten":
            directions = directions / np.sqrt(variance)
        elif self.dimensions is None:
            directions, self.explained_ = np.eye(len(self.mean_)), 1.0
        self.directions_ = directions
        return self

    def transform(self, vectors: np.ndarray, *, unit: bool = True) -> np.ndarray:
        """Centre, rotate and stretch vectors, shape (n, d), to float32, shape (n, kept).

        With `unit` every row gets length 1, so that products are cosines. A zero row, a text
        without a vector, stays zero.
        """
        if not hasattr(self, "directions_"):
            raise RuntimeError("this Whitening is not fitted yet; call fit(vectors)")
        rows = checked_vectors(vectors).astype(np.float64)
        if rows.shape[1] != len(self.mean_):
            raise ValueError(
                f"Whitening was fitted on {len(self.mean_)} dimensions, got {rows.shape[1]}; "
                "transform vectors of the same encoder"
            )
        changed = (rows - self.mean_) @ self.directions_
        changed[~rows.any(axis=1)] = 0
        return (unit_rows(changed) if unit else changed).astype(np.float32)


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
