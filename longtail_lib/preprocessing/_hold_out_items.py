"""Make cold items: take all that train and validation know of some items away."""

from __future__ import annotations

from numbers import Real

import numpy as np

from longtail_lib._parameters import BOOLEAN, SEED, Interval, constrained
from longtail_lib._stored_entries import owners
from longtail_lib.preprocessing._rearranged import DROPPED, rearranged, stored_parts
from longtail_lib.preprocessing._split_matrices import Split

__all__ = ["hold_out_items"]


@constrained(share=Interval(Real, 0, 1, closed="neither"), seed=SEED, keep_warm_test=BOOLEAN)
def hold_out_items(
    parts: Split, share: float = 0.1, seed: int = 0, *, keep_warm_test: bool = True
) -> Split:
    """Make a random share of the warm items cold; their interactions become test interactions.

    An item is drawn among those with train interactions, all alike, whatever their popularity.
    Its train, validation and test interactions all go to test; those of other items stay where
    they are. So no pair is in two parts and the catalogue stays whole: cold items compete with
    warm ones. `evaluate(model, cold, groups=longtail_lib.tail.cold_groups(cold.popularity))`
    measures both kinds apart.

    A user who loses all his train interactions tells a model nothing. His test interactions are
    dropped: cold users are another question.

    Parameters
    ----------
    parts : Split
        Made in any way, with or without times; it stays as it is.
    share : float
        Of the items with train interactions, above 0 and below 1; rounded up.
    seed : int
    keep_warm_test : bool
        False drops the test interactions of all other items, so that "overall" in a report is
        about the items held out.

    Returns
    -------
    Split
        `parameters` also has "held_out_items" (the share), "hold_out_seed" and "keep_warm_test";
        the mask `cold` tells all items without train interactions.

    Examples
    --------
    >>> parts = Split.from_matrices([[1, 1, 0], [1, 0, 1]])
    >>> cold = hold_out_items(parts, share=0.3, seed=1)
    >>> cold.cold.tolist()
    [False, True, False]
    >>> cold.test.toarray()
    array([[0., 1., 0.],
           [0., 0., 0.]], dtype=float32)
    """
    warm = np.flatnonzero(parts.popularity)
    # Rounding first keeps ceil(0.07 * 100) at 7 although the product is 7.000000000000001.
    count = int(np.ceil(round(share * len(warm), 9)))
    if count >= len(warm):
        raise ValueError(
            f"hold_out_items: share={share} takes all {len(warm)} items with train interactions "
            "and leaves none to learn from; take a smaller share"
        )
    held = np.zeros(parts.n_items, dtype=bool)
    held[np.random.default_rng(seed).choice(warm, size=count, replace=False)] = True

    known = np.zeros(parts.n_users, dtype=bool)
    known[owners(parts.train)[~held[parts.train.indices]]] = True
    into, moved = {}, 0
    for stays, part in enumerate(stored_parts(parts)):
        matrix = getattr(parts, part)
        is_held, has_history = held[matrix.indices], known[owners(matrix)]
        moved += np.count_nonzero(is_held & has_history)
        goes = np.where(has_history, 2, DROPPED)
        if part == "test":
            into[part] = np.where(is_held | keep_warm_test, goes, DROPPED)
        else:
            into[part] = np.where(is_held, goes, stays)
    if not moved:
        raise ValueError(
            f"hold_out_items: no user of the {count} items held out keeps a train interaction, so "
            "test stays empty; take another share or seed"
        )
    return rearranged(
        parts,
        into,
        parameters={
            **parts.parameters,
            "held_out_items": share,
            "hold_out_seed": seed,
            "keep_warm_test": keep_warm_test,
        },
    )
