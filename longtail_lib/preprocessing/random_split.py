"""Random split: shares of the interactions, drawn from a seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.preprocessing.shares import check_shares

__all__ = ["random_split"]


def random_split(
    users: np.ndarray,
    validation: Any = 0.1,
    test: Any = 0.2,
    *,
    share_of: str = "interactions",
    seed: int = 0,
) -> np.ndarray:
    """Assign interactions to parts by lot.

    It wastes nothing and is common in the literature, but train then holds each user's future:
    numbers come out better than they will be in use.

    Parameters
    ----------
    users : ndarray of int, shape (n,)
        Rows, ascending.
    validation, test : float
        Shares from 0 on, together below 1.
    share_of : {"interactions", "user"}
        Shares of all interactions, or of each user's; then rounded to whole interactions for
        each user, who keeps at least one in train.
    seed : int

    Returns
    -------
    ndarray of uint8, shape (n,)
        0 for train, 1 for validation, 2 for test.

    Raises
    ------
    ValueError
        Shares that leave nothing for train, an unknown `share_of`, or a part that was asked for
        and stays empty.

    References
    ----------
    Meng, Z., McCreadie, R., Macdonald, C., and Ounis, I. (2020). Exploring data splitting
    strategies for the evaluation of recommendation models. RecSys '20, 681-686.

    Examples
    --------
    >>> part_of = random_split(np.repeat([0, 1], 10), 0.1, 0.2, share_of="user", seed=3)
    >>> [np.bincount(part_of[user : user + 10]).tolist() for user in (0, 10)]
    [[7, 1, 2], [7, 1, 2]]
    """
    validation, test = check_shares(validation, test)
    rng = np.random.default_rng(seed)
    n = len(users)
    part_of = np.zeros(n, dtype=np.uint8)
    if share_of == "interactions":
        drawn = rng.permutation(n)
        in_test = round(n * test)
        held_out = round(n * (validation + test))
        part_of[drawn[:held_out]] = 1
        part_of[drawn[:in_test]] = 2
    elif share_of == "user":
        lots = np.lexsort((rng.random(n), users))
        starts = np.flatnonzero(np.diff(users, prepend=users[0] - 1))
        counts = np.diff(starts, append=n)
        rank = np.arange(n) - np.repeat(starts, counts)
        held_out = np.minimum(np.rint(counts * (validation + test)), counts - 1)
        in_test = np.minimum(np.rint(counts * test), held_out)
        part_of[lots[rank < np.repeat(held_out, counts)]] = 1
        part_of[lots[rank < np.repeat(in_test, counts)]] = 2
    else:
        raise ValueError(f"share_of must be 'interactions' or 'user', got {share_of!r}")
    sizes = np.bincount(part_of, minlength=3)
    for part, size, share in zip(
        ("train", "validation", "test"), sizes, (1, validation, test), strict=True
    ):
        if share and not size:
            raise ValueError(
                f"the {part} part of this random split is empty: {n:,} interactions are too few "
                f"for validation={validation:g} and test={test:g}; choose other shares"
            )
    return part_of
