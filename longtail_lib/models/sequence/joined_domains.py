"""Several catalogues side by side in one split, so that one model trains on all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import block_diag, csr_matrix

from longtail_lib.preprocessing.parts import PARTS, Split

__all__ = ["join_domains"]


def join_domains(domains: Sequence[Split]) -> tuple[Split, np.ndarray, np.ndarray]:
    """Put users and items of several splits below and beside each other.

    No user of one domain has an interaction in another.

    Parameters
    ----------
    domains : sequence of Split
        With times and different names.

    Returns
    -------
    parts : Split
        Ids are text, "name:number", in the order of the domains. Item and user tables are left
        out.
    user_domain, item_domain : ndarray of int64, shape (n_users,), (n_items,)
        Which domain each comes from, counted from 0.

    Raises
    ------
    ValueError
        No domains, a split without times, or two of one name.
    """
    domains = list(domains)
    if not domains:
        raise ValueError("no domains to join; pass one or several splits")
    names = [parts.name for parts in domains]
    if len(set(names)) < len(names):
        raise ValueError(
            f"domains must have different names, got {', '.join(names)}; a catalogue that stands "
            "twice would be learned twice"
        )
    for parts in domains:
        if parts.times is None:
            raise ValueError(
                f"{parts!r} has no times, and a sequence is items in the order of time; read the "
                "log with its timestamp column"
            )
    parts = Split(
        **{part: _beside([getattr(one, part) for one in domains]) for part in PARTS},
        user_ids=_ids(names, [one.n_users for one in domains]),
        item_ids=_ids(names, [one.n_items for one in domains]),
        items=None,
        users=None,
        how=domains[0].how,
        times={
            part: _beside([one.times[part] for one in domains])
            for part in PARTS
            if all(part in one.times for one in domains)
        },
        name=" + ".join(names),
    )
    return (
        parts,
        np.repeat(np.arange(len(domains)), [one.n_users for one in domains]),
        np.repeat(np.arange(len(domains)), [one.n_items for one in domains]),
    )


def _beside(matrices: Sequence[csr_matrix]) -> Any:
    joined = csr_matrix(block_diag(matrices, format="csr", dtype=matrices[0].dtype))
    joined.sort_indices()
    return joined


def _ids(names: Sequence[str], sizes: Sequence[int]) -> np.ndarray:
    # Numbers of one width, so that the order of text is that of numbers within a domain.
    width = len(str(max(sizes)))
    return np.array(
        [
            f"{place}:{name}:{number:0{width}d}"
            for place, (name, size) in enumerate(zip(names, sizes, strict=True))
            for number in range(size)
        ]
    )
