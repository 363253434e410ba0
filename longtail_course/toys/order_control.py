"""A control for models that read order: the same histories, in an order that says nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._stored_entries import owners
from longtail_lib.preprocessing import Split

__all__ = ["shuffle_order"]


def shuffle_order(parts: Split, seed: int = 0) -> Split:
    """Deal each user's train times anew among his train items.

    What was chosen stays, and by whom; which came first does not. Validation and test do not
    change, so a model that gains nothing from the order scores here as it did before.

    Parameters
    ----------
    parts : Split
        With times.
    seed : int

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        A split without times.

    Examples
    --------
    >>> parts = Split.from_matrices([[1, 1, 1, 1]], times={"train": [[10, 20, 30, 40]]})
    >>> shuffle_order(parts, seed=1).times["train"].toarray().tolist()
    [[30, 10, 40, 20]]
    """
    if parts.times is None:
        raise ValueError(
            f"{parts!r} has no times, so there is no order to shuffle; read the log with its "
            "timestamp column"
        )
    times = parts.times["train"]
    users = owners(times)
    order = np.lexsort((np.random.default_rng(seed).random(len(users)), users))
    dealt = csr_matrix((times.data[order], times.indices, times.indptr), times.shape)
    return dataclasses.replace(parts, times={**parts.times, "train": dealt})
