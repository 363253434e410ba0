"""Make cold items: take all that train and validation know of some items away."""

from __future__ import annotations

from dataclasses import replace
from numbers import Real

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import BOOLEAN, SEED, Interval, constrained
from longtail_lib.preprocessing._split_matrices import PARTS, Split

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

    rows, columns, values, moments = ({} for _ in range(4))
    for part in PARTS:
        matrix = getattr(parts, part)
        rows[part] = np.repeat(np.arange(parts.n_users), np.diff(matrix.indptr))
        columns[part], values[part] = matrix.indices, matrix.data
        if parts.times is not None:
            moments[part] = parts.times[part].data
    known = np.zeros(parts.n_users, dtype=bool)
    known[rows["train"][~held[columns["train"]]]] = True
    taken: dict[str, dict[str, np.ndarray]] = {
        part: {
            "train": ~held[columns[part]] & (part == "train"),
            "validation": ~held[columns[part]] & (part == "validation"),
            "test": (held[columns[part]] | ((part == "test") & keep_warm_test)) & known[rows[part]],
        }
        for part in PARTS
    }
    if not any(taken[part]["test"].any() for part in PARTS):
        raise ValueError(
            f"hold_out_items: no user of the {count} items held out keeps a train interaction, so "
            "test stays empty; take another share or seed"
        )
    matrices, times = {}, {}
    for into in PARTS:
        chosen = {part: taken[part][into] for part in PARTS}
        pairs = _chosen(rows, chosen), _chosen(columns, chosen)
        matrices[into] = _matrix(*pairs, _chosen(values, chosen), parts.train.shape)
        if parts.times is not None:
            times[into] = _matrix(*pairs, _chosen(moments, chosen), parts.train.shape)
    return replace(
        parts,
        **matrices,
        times=times or None,
        parameters={
            **parts.parameters,
            "held_out_items": share,
            "hold_out_seed": seed,
            "keep_warm_test": keep_warm_test,
        },
    )


def _chosen(stored: dict[str, np.ndarray], chosen: dict[str, np.ndarray]) -> np.ndarray:
    return np.concatenate([stored[part][chosen[part]] for part in PARTS])


def _matrix(
    rows: np.ndarray, columns: np.ndarray, values: np.ndarray, shape: tuple[int, int]
) -> csr_matrix:
    order = np.lexsort((columns, rows))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=shape[0]))])
    return csr_matrix(
        (values[order], columns[order].astype(np.int32), indptr.astype(np.int32)), shape=shape
    )
