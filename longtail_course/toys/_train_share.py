"""A smaller log of the same catalogue, to see what a model needs how much data for."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.preprocessing import Split

__all__ = ["train_share"]


def train_share(parts: Split, share: float, seed: int = 0) -> Split:
    """Keep the train and validation interactions of a random share of users.

    All other users lose theirs, and nobody's test interactions change. A smaller share of the same
    seed keeps some of the users of a larger one.

    Parameters
    ----------
    parts : Split
    share : float
        Of the users that have train interactions; above 0, at most 1. At least one is kept.
    seed : int

    Returns
    -------
    Split
        Same users, same catalogue.

    Raises
    ------
    ValueError
        A share outside its range.

    Examples
    --------
    >>> parts = Split.from_matrices(np.ones((4, 3)))
    >>> train_share(parts, 0.5).train.sum(axis=1).ravel().tolist()
    [[3.0, 0.0, 3.0, 0.0]]
    """
    if not 0 < share <= 1:
        raise ValueError(f"train_share: share must lie above 0 and at most at 1, got {share}")
    users = np.flatnonzero(np.diff(parts.train.indptr))
    order = np.random.default_rng(seed).permutation(users)
    kept = np.zeros(parts.n_users, dtype=bool)
    kept[order[: max(1, round(share * len(users)))]] = True
    stored = {
        what: {
            part: matrix if part == "test" else _of(matrix, kept)
            for part, matrix in getattr(parts, what).items()
        }
        for what in ("times", "places")
        if getattr(parts, what) is not None
    }
    return dataclasses.replace(
        parts,
        train=_of(parts.train, kept),
        validation=_of(parts.validation, kept),
        between=None if parts.between is None else _of(parts.between, kept),
        parameters={**parts.parameters, "train_share": share, "train_share_seed": seed},
        **stored,
    )


def _of(matrix: csr_matrix, kept: np.ndarray) -> csr_matrix:
    """Return the matrix with the rows of all others emptied."""
    lengths = np.diff(matrix.indptr)
    entries = np.repeat(kept, lengths)
    indptr = np.concatenate([[0], np.cumsum(lengths * kept)]).astype(matrix.indptr.dtype)
    return csr_matrix((matrix.data[entries], matrix.indices[entries], indptr), matrix.shape)
