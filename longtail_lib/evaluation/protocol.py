"""What was measured, in words, and a fingerprint that tells whether two reports may be compared."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from longtail_lib.models.tie_order import TIE_RULE, id_keys
from longtail_lib.preprocessing.parts import PARTS, Split
from longtail_lib.tail import Groups

__all__ = ["describe", "fingerprint"]


def fingerprint(*arrays: np.ndarray) -> str:
    """Short hash of integer arrays, equal on every platform.

    Examples
    --------
    >>> fingerprint(np.array([1, 2])) == fingerprint(np.array([1, 2], dtype=np.int32))
    True
    """
    state = hashlib.blake2b(digest_size=8)
    for array in arrays:
        state.update(f"{len(array)}:".encode())
        state.update(np.ascontiguousarray(array, dtype="<i4").data)
    return state.hexdigest()


def describe(
    parts: Split,
    *,
    part: str,
    users: np.ndarray,
    ks: tuple[int, ...],
    groups: Groups,
    seed: int,
    resamples: int,
    confidence: float,
) -> dict[str, Any]:
    """State the protocol of an evaluation.

    Parameters
    ----------
    parts : Split
    part : str
        The part whose interactions are relevant.
    users : ndarray of int
        Rows of the evaluated users.
    ks : tuple of int
    groups : Groups
    seed, resamples : int
    confidence : float

    Returns
    -------
    dict
        Words and numbers, in the order in which a reader wants them.
    """
    seen = "train" if part == "validation" else "train and validation"
    settings = ", ".join(f"{name}={value!r}" for name, value in parts.parameters.items())
    sizes = zip(groups.names, groups.sizes, strict=True)
    matrices = [getattr(parts, name) for name in PARTS]
    ids = [id_keys(ids).view(np.int32) for ids in (parts.user_ids, parts.item_ids)]
    return {
        "dataset": parts.name or "unnamed",
        "split": f"{parts.how} ({settings})" if settings else parts.how,
        "part": part,
        "users": f"{len(users):,} of {parts.n_users:,}: those with a relevant item in {part}",
        "catalogue": f"{parts.n_items:,} items, ranked in full",
        "seen items": f"masked: interactions of the user in {seen}",
        "k": ", ".join(map(str, ks)),
        "groups": f"{groups.definition} ({', '.join(f'{name} {size:,}' for name, size in sizes)})",
        "relevance in a group": "restricted to its items; the ranking stays over the catalogue",
        "ties": TIE_RULE,
        "intervals": (
            f"{100 * confidence:g}%: Bayesian bootstrap over users with one unmet user at the end "
            f"of the range, {resamples:,} resamples; jackknife over users for Coverage, Gini, ACLT "
            "and TailShare"
        ),
        "seed": seed,
        "fingerprint": fingerprint(
            *ids, *(array for matrix in matrices for array in (matrix.indptr, matrix.indices))
        ),
        "groups fingerprint": fingerprint(groups.labels),
    }
