"""Vectors moved to the middle, and stretched so that every direction counts alike."""

from __future__ import annotations

from numbers import Integral
from typing import ClassVar, Self

import numpy as np

from longtail_lib._parameters import Constraint, Interval, Nullable, Options, check_parameters_of
from longtail_lib.text._encoder import checked_vectors, unit_rows

__all__ = ["Whitening"]

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
