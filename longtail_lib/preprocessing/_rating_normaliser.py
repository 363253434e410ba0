"""Normalised ratings whose statistics come from train alone."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import ClassVar, Self

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import PAIR, Constraint, Nullable, Options, check_parameters_of
from longtail_lib._stored_entries import owners
from longtail_lib.preprocessing._rearranged import stored_parts
from longtail_lib.preprocessing._split_matrices import Split

__all__ = ["METHODS", "LeakageWarning", "RatingNormaliser"]

METHODS = ("user", "user-z", "min-max")


class LeakageWarning(UserWarning):
    """A statistic was computed over interactions that later end up in validation or test."""


class RatingNormaliser:
    """Normalise the ratings of a split with statistics of its train part.

    Computed over the whole log, a user's mean contains the very ratings that are to be
    predicted. This class never looks at them: `fit` reads train, `transform` applies what it
    read to every part.

    Parameters
    ----------
    method : {"user", "user-z", "min-max"}
        "user" subtracts the user's mean; "user-z" also divides by the user's standard deviation
        (1 where it is zero); "min-max" maps the lowest train rating to 0 and the highest to 1, so
        that a held-out rating may fall outside. A user without train interactions gets the
        statistics of the whole train part.
    rating_range : pair of float, or None
        For "min-max": the scale's own ends where they are known beforehand, such as (0.5, 5).

    Attributes
    ----------
    shift_ : ndarray of float64, shape (n_users,)
        What is subtracted from each user's ratings.
    scale_ : ndarray of float64, shape (n_users,)
        What they are then divided by.

    References
    ----------
    Herlocker, J. L., Konstan, J. A., Borchers, A., and Riedl, J. (1999). An algorithmic framework
    for performing collaborative filtering. SIGIR '99, 230-237.

    Examples
    --------
    >>> import polars as pl
    >>> from longtail_lib.data import Dataset, DatasetCard
    >>> from longtail_lib.preprocessing import split
    >>> log = pl.DataFrame(
    ...     {"user_id": [1, 1, 1, 1], "item_id": [1, 2, 3, 4], "rating": [2.0, 4.0, 5.0, 1.0],
    ...      "timestamp": [1, 2, 3, 4]}
    ... )
    >>> data = Dataset(log, log.select("item_id"), pl.DataFrame({"user_id": [1]}),
    ...                DatasetCard(name="tiny"))
    >>> parts = split(data, how="leave-last-out", values="rating")
    >>> normaliser = RatingNormaliser("user").fit(parts)
    >>> normaliser.shift_
    array([3.])
    >>> normaliser.transform(parts).test.data
    array([-2.], dtype=float32)
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "method": Options(*METHODS),
        "rating_range": Nullable(PAIR),
    }

    def __init__(
        self, method: str = "user", rating_range: tuple[float, float] | None = None
    ) -> None:
        self.method = method
        self.rating_range = rating_range

    def fit(self, parts: Split) -> Self:
        """Read the statistics of the train part and return self.

        Raises
        ------
        ValueError
            An unknown method, a split without ratings, or an empty train part.
        """
        check_parameters_of(self)
        if parts.parameters.get("values") == "one":
            raise ValueError(
                "this split holds ones, not ratings; make it with split(..., values='rating')"
            )
        if parts.train.nnz == 0:
            raise ValueError(f"the train part of {parts!r} is empty, so it has no statistics")
        ratings = parts.train.data.astype(np.float64)
        self.shift_, self.scale_ = statistics(
            self.method, owners(parts.train), ratings, parts.n_users, self.rating_range
        )
        return self

    def transform(self, parts: Split) -> Split:
        """Return the split with normalised values in every part; sparsity does not change.

        A rating that equals the mean becomes a stored zero.
        """
        return self._apply(parts, lambda value, shift, scale: (value - shift) / scale)

    def inverse_transform(self, parts: Split) -> Split:
        """Undo `transform`."""
        return self._apply(parts, lambda value, shift, scale: value * scale + shift)

    def _apply(self, parts: Split, formula) -> Split:
        if not hasattr(self, "shift_"):
            raise ValueError("this RatingNormaliser is not fitted yet; call fit(parts) first")
        if len(self.shift_) != parts.n_users:
            raise ValueError(
                f"fitted on {len(self.shift_):,} users, but this split has {parts.n_users:,}; "
                "fit on the same split"
            )
        changed = {}
        for part in stored_parts(parts):
            matrix = getattr(parts, part)
            each = np.diff(matrix.indptr)
            values = formula(
                matrix.data.astype(np.float64),
                np.repeat(self.shift_, each),
                np.repeat(self.scale_, each),
            )
            changed[part] = csr_matrix(
                (values.astype(np.float32), matrix.indices, matrix.indptr), shape=matrix.shape
            )
        return replace(parts, **changed)


def statistics(
    method: str,
    users: np.ndarray,
    ratings: np.ndarray,
    n_users: int,
    rating_range: tuple[float, float] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Shift and scale of each user, both of shape (n_users,)."""
    if method == "min-max":
        low, high = rating_range or (float(ratings.min()), float(ratings.max()))
        width = high - low or 1.0
        return np.full(n_users, float(low)), np.full(n_users, float(width))
    counts = np.bincount(users, minlength=n_users)
    known = np.maximum(counts, 1)
    means = np.bincount(users, weights=ratings, minlength=n_users) / known
    shift = np.where(counts > 0, means, ratings.mean())
    if method == "user":
        return shift, np.ones(n_users)
    squares = np.bincount(users, weights=(ratings - shift[users]) ** 2, minlength=n_users)
    deviation = np.sqrt(squares / known)
    # Rounding leaves a spread of about 1e-16 where all ratings of a user are equal.
    scale = np.where(counts > 0, deviation, ratings.std())
    return shift, np.where(scale > 1e-9, scale, 1.0)


def warn_of_leakage(normalise: str, rating_range: tuple[float, float] | None) -> None:
    """Say that statistics of the whole log leak, where the scale's own ends were not given."""
    if normalise == "min-max" and rating_range is not None:
        return
    warnings.warn(
        f"prepare(normalise={normalise!r}) takes its statistics from the whole log, so validation "
        "and test leak into train. For results that count, leave it out and use "
        f"RatingNormaliser({normalise!r}).fit(parts).transform(parts) after "
        "split(..., values='rating').",
        LeakageWarning,
        # Above it stand prepare, and what checks its parameters.
        stacklevel=4,
    )
