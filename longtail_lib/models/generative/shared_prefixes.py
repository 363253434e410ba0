"""What items have in common whose ids begin alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

__all__ = ["items_with_prefix", "purity_by_depth", "rows_with_prefix"]


def rows_with_prefix(codes: np.ndarray, prefix: Sequence[int]) -> np.ndarray:
    """Return the rows of `codes`, shape (n_items, tokens), that begin with a prefix.

    Examples
    --------
    >>> rows_with_prefix(np.array([[4, 0], [2, 0], [4, 1]]), [4]).tolist()
    [0, 2]
    """
    return np.flatnonzero((codes[:, : len(prefix)] == prefix).all(axis=1))


def items_with_prefix(codes: np.ndarray, items: Any, prefix: Sequence[int]) -> pl.DataFrame:
    """List the items whose id begins with a prefix; see `SemanticIds.prefix_table`."""
    frame = nw.from_native(items, eager_only=True)
    if len(frame) != len(codes):
        raise ValueError(
            f"prefix_table: the item table has {len(frame)} rows and there are ids of "
            f"{len(codes)} items; pass the table whose vectors were fitted, in the same order"
        )
    prefix = tuple(int(token) for token in prefix)
    if len(prefix) > codes.shape[1]:
        raise ValueError(
            f"prefix_table: a prefix has at most {codes.shape[1]} tokens, got {len(prefix)}"
        )
    rows = rows_with_prefix(codes, prefix)
    rows = rows[np.lexsort(codes[rows].T[::-1])]
    shown = [name for name in ("item_id", "title", "category") if name in frame.columns]
    columns = {name: frame[name].to_numpy()[rows].tolist() for name in shown}
    ids = ["-".join(map(str, code)) for code in codes[rows].tolist()]
    return pl.DataFrame({"id": pl.Series(ids, dtype=pl.String), **columns})


def purity_by_depth(codes: np.ndarray, labels: Any, depths: int, seed: int) -> pl.DataFrame:
    """Measure how far a prefix tells the label; see `SemanticIds.prefix_purity`."""
    labels = np.asarray(labels)
    if labels.shape != (len(codes),):
        raise ValueError(
            f"prefix_purity: expected one label for each of {len(codes)} items, got shape "
            f"{labels.shape}"
        )
    known, label = np.unique(labels.astype(str), return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(label)
    rows = []
    for depth in range(1, depths + 1):
        prefixes, group = np.unique(codes[:, :depth], axis=0, return_inverse=True)
        group = group.ravel()
        rows.append(
            {
                "tokens": depth,
                "prefixes": len(prefixes),
                "purity": round(_purity(group, label, len(known)), 3),
                "purity of shuffled labels": round(_purity(group, shuffled, len(known)), 3),
            }
        )
    return pl.DataFrame(rows)


def _purity(group: np.ndarray, label: np.ndarray, n_labels: int) -> float:
    pairs, counts = np.unique(group.astype(np.int64) * n_labels + label, return_counts=True)
    most = np.zeros(group.max() + 1)
    np.maximum.at(most, pairs // n_labels, counts)
    return float(most.sum() / len(group))
